#include <algorithm>
#include <deque>

#include "builtin.hpp"
#include "support/remaining_time.hpp"
#include "support/veil.hpp"

namespace hetsched {
namespace {

/// Gives requests up that are not worth going on with; the policy inside sees them leave.
///
/// - late: those whose deadline has passed.
/// - hopeless: those that cannot be in time even on the fastest accelerators, alone (support/remaining_time.hpp).
/// - newest: those that have not started when the next one of their stream arrives: a queue of depth one per sensor.
/// - mk_firm: hopeless ones, but only while at least m of the last k of the stream are in time even so (Hamdaoui and
///   Ramanathan, IEEE Trans. Computers 44(12), 1995: a stream that is at the edge of failing goes on).
/// - skip_over: of every `k` requests of a stream one may be skipped (Koren and Shasha, RTSS 1995, "blue when possible"):
///   a request after k - 1 others in a row that were in time is blue, its tasks are shown only while no red ones are ready,
///   and it is given up at its deadline.
class DropRules final : public Policy {
 public:
  DropRules(Params& p, std::unique_ptr<Policy> inner)
      : inner_(std::move(inner)),
        rule_(p.choice("rule", {.fallback = "hopeless",
                                .of = {"late", "hopeless", "newest", "mk_firm", "skip_over"},
                                .doc = "who is given up"})),
        m_(static_cast<std::size_t>(
            p.number("m", {.fallback = 1, .min = 1, .max = 1e6, .integer = true, .doc = "mk_firm: so many of the last k in time"}))),
        k_(static_cast<std::size_t>(p.number(
            "k", {.fallback = 2, .min = 2, .max = 1e6, .integer = true, .doc = "mk_firm, skip_over: window of requests"}))) {
    if (rule_ == "mk_firm" && m_ > k_) p.reject("m", "must be at most k, " + std::to_string(k_));
  }

  void begin(const SystemView& view) override {
    remaining_.begin(view);
    history_.assign(view.streams.size(), {});
    inner_->begin(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& e : view.events) note(view, e, out);
    given_up_.clear();
    ended_.clear();
    if (rule_ == "newest") {
      drop_overtaken(view, out);
    } else {
      for (const std::uint32_t r : view.live)
        if (is_given_up(view, view.requests[r])) give_up(view, r, out);
    }
    veil_.reset(view);
    if (!unknown_.empty())
      veil_.hide_requests([&](std::uint32_t r) { return unknown_.contains(view.requests[r].id); });
    for (const std::uint32_t r : ended_) veil_.end(r);
    unknown_.forget_gone(view);
    if (rule_ == "skip_over") show_blue(view);
    inner_->decide(veil_.shown(), out);
  }

 private:
  void note(const SystemView& view, const Event& e, Decisions& out) {
    if (e.type == Event::Type::request_arrived) {
      const Request& request = view.request(e.task);
      if (request.live && request.deadline < kNever && rule_ != "newest" && rule_ != "hopeless")
        out.wake_at(std::max(view.now, just_after(request.deadline)));
      if (rule_ == "skip_over") colour(view, request);
    }
    if (e.type != Event::Type::request_finished && e.type != Event::Type::request_dropped) return;
    const Request& request = view.request(e.task);
    const bool in_time = e.type == Event::Type::request_finished && view.now <= just_after(request.deadline);
    std::deque<bool>& history = history_[request.stream];
    history.push_back(in_time);
    if (history.size() > k_) history.pop_front();
    blue_.erase(request.id);
    waiting_blue_.erase(request.id);
  }

  /// What ends at the deadline but for rounding is in time.
  static Seconds just_after(Seconds deadline) { return deadline * (1 + 1e-11); }

  bool is_given_up(const SystemView& view, const Request& request) const {
    if (request.deadline == kNever) return false;
    if (rule_ == "late") return view.now >= just_after(request.deadline);
    if (rule_ == "skip_over") return blue_.contains(request.id) && view.now >= just_after(request.deadline);
    if (view.now + remaining_.of(view, request, false) < just_after(request.deadline)) return false;
    if (rule_ == "hopeless") return true;
    // With this one missed, at least m of the last k must be in time; requests before the first count as in time.
    const std::deque<bool>& history = history_[request.stream];
    std::size_t met = k_ - 1 > history.size() ? k_ - 1 - history.size() : 0;
    for (std::size_t i = history.size() > k_ - 1 ? history.size() - (k_ - 1) : 0; i < history.size(); ++i) met += history[i] ? 1 : 0;
    return met >= m_;
  }

  void drop_overtaken(const SystemView& view, Decisions& out) {
    for (const Event& e : view.events) {
      if (e.type != Event::Type::request_arrived || !view.request(e.task).live) continue;
      for (const std::uint32_t r : view.live) {
        const Request& older = view.requests[r];
        if (older.stream != view.request(e.task).stream || older.id >= view.request(e.task).id) continue;
        const bool untouched = std::all_of(older.tasks.begin(), older.tasks.end(), [](const TaskState& task) {
          return task.progress <= Progress::ready && task.attempts == 0;
        });
        if (untouched && !given_up_.contains(older.id)) give_up(view, r, out);
      }
    }
  }

  void give_up(const SystemView& view, std::uint32_t r, Decisions& out) {
    const std::uint64_t id = view.requests[r].id;
    given_up_.insert(id);
    out.drop(r);
    unknown_.add(id);
    const bool is_new = std::any_of(view.events.begin(), view.events.end(), [&](const Event& e) {
      return e.type == Event::Type::request_arrived && e.task.request == r;
    });
    if (!is_new) ended_.push_back(r);
  }

  void colour(const SystemView& view, const Request& request) {
    const std::deque<bool>& history = history_[request.stream];
    const bool earned = history.size() >= k_ - 1 && std::all_of(history.end() - static_cast<std::ptrdiff_t>(k_ - 1), history.end(),
                                                                [](bool in_time) { return in_time; });
    // Of those that are in the system at once only one can be the one that is skipped.
    const bool other_blue = std::any_of(view.live.begin(), view.live.end(), [&](std::uint32_t r) {
      return view.requests[r].stream == request.stream && blue_.contains(view.requests[r].id);
    });
    if (!earned || other_blue || request.deadline == kNever) return;
    blue_.insert(request.id);
    waiting_blue_.insert(request.id);
  }

  /// Blue requests are hidden until nothing red is ready; once shown they stay.
  void show_blue(const SystemView& view) {
    if (waiting_blue_.empty()) return;
    const bool red = std::any_of(view.ready.begin(), view.ready.end(), [&](TaskRef t) {
      return !waiting_blue_.contains(view.request(t).id) && !given_up_.contains(view.request(t).id);
    });
    if (red) {
      veil_.hide_tasks([&](TaskRef t) { return waiting_blue_.contains(view.request(t).id); });
      return;
    }
    for (const TaskRef t : view.ready)
      if (waiting_blue_.contains(view.request(t).id) && !given_up_.contains(view.request(t).id)) veil_.announce(t);
    waiting_blue_.clear();
  }

  std::unique_ptr<Policy> inner_;
  std::string rule_;
  std::size_t m_, k_;
  RemainingTime remaining_;
  std::vector<std::deque<bool>> history_;  ///< by stream: were the last k in time
  std::set<std::uint64_t> given_up_;       ///< at this call
  std::set<std::uint64_t> blue_, waiting_blue_;
  std::vector<std::uint32_t> ended_;       ///< of those, whom the policy inside knows
  Unknown unknown_;
  Veil veil_;
};

}  // namespace

DecoratorEntry drop() {
  return decorator<DropRules>("drop", "gives requests up: late, hopeless, overtaken by the newest, (m,k)-firm, skip-over",
                         {.source = "Hamdaoui and Ramanathan 1995 (mk_firm); Koren and Shasha 1995 (skip_over); the others "
                                    "are textbook",
                          .complexity = "live requests x tasks; late, skip_over: live requests; newest: per arrival",
                          .knowledge = "deadlines",
                          .verified_by = "hand-worked cases; a hopeless request cannot be in time by any policy"});
}

}  // namespace hetsched
