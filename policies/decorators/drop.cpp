#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "hetsched/policy.hpp"
#include "support/pending_work.hpp"
#include "support/remaining_time.hpp"
#include "support/veil.hpp"

namespace hetsched {
namespace {

/// Gives requests up that are not worth going on with; the policy inside sees them leave.
///
/// - late: those whose deadline has passed.
/// - hopeless: those that cannot be in time even on the fastest accelerators, alone (support/remaining_time.hpp).
/// - newest: those that have not started when the next one of their stream arrives: a queue of depth one per sensor.
/// - mk_firm: of any k requests in a row of a stream, in the order of arrival, at least m are to be in time
///   ((m,k)-firm; Hamdaoui and Ramanathan, IEEE Trans. Computers 44(12), 1995). Whoever ended otherwise, or was turned
///   away before it got here, is missed; who is in the system or still to come counts as in time. A request is optional
///   if its stream could miss it, mandatory if not. Hopeless ones are given up, mandatory ones too since nobody can
///   save them. Optional ones are given up in favour of mandatory ones: if one of these, taking all in order of
///   deadlines as admission:rule=feasible does, would be late but for optional ones that are due no later and do not
///   run, such are given up until it is not, first of the stream that can miss most more (the largest distance from
///   failing), then the youngest. Nothing is given up where that does not suffice. A stream that is given too little
///   still fails.
/// - skip_over: of every `k` requests of a stream one may be skipped (Koren and Shasha, RTSS 1995, "blue when
///   possible"): a request after k - 1 others in a row that were in time is blue, a red one otherwise. Tasks of blue
///   ones are shown only while no red ones are ready, also after they were shown before; what runs goes on to its end.
///   A blue request is given up at its deadline.
class DropRules final : public Policy {
 public:
  DropRules(Params& p, std::unique_ptr<Policy> inner)
      : inner_(std::move(inner)),
        rule_(p.choice("rule", {.fallback = "hopeless",
                                .of = {"late", "hopeless", "newest", "mk_firm", "skip_over"},
                                .doc = "who is given up"})),
        m_(static_cast<std::size_t>(p.number(
            "m",
            {.fallback = 1, .min = 1, .max = 1e6, .integer = true, .doc = "mk_firm: so many of the last k in time"}))),
        k_(static_cast<std::size_t>(p.number(
            "k",
            {.fallback = 2, .min = 2, .max = 1e6, .integer = true, .doc = "mk_firm, skip_over: window of requests"}))) {
    if (rule_ == "mk_firm" && m_ > k_) p.reject("m", "must be at most k, " + std::to_string(k_));
  }

  void begin(const SystemView& view) override {
    remaining_.begin(view);
    pending_.begin(view);
    history_.assign(view.streams.size(), {});
    firm_.assign(view.streams.size(), {});
    inner_->begin(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& e : view.events) note(view, e, out);
    given_up_.clear();
    ended_.clear();
    if (rule_ == "newest") {
      drop_overtaken(view, out);
    } else {
      for (const RequestRef r : view.live)
        if (is_given_up(view, view.requests[r])) give_up(view, r, out);
      if (rule_ == "mk_firm") favour_mandatory(view, out);
    }
    veil_.reset(view);
    if (!unknown_.empty()) veil_.hide_requests([&](RequestRef r) { return unknown_.contains(view.requests[r].id); });
    for (const RequestRef r : ended_) veil_.end(r);
    unknown_.forget_gone(view);
    if (rule_ == "skip_over") show_blue(view);
    const std::size_t before = out.all().size();
    inner_->decide(veil_.shown(), out);
    if (blue_waits_) offer_rest(view, before, out);
  }

 private:
  void note(const SystemView& view, const Event& e, Decisions& out) {
    if (e.type == Event::Type::request_arrived) {
      const Request& request = view.request(e.task);
      if (request.live && request.deadline < kNever && rule_ != "newest" && rule_ != "hopeless")
        out.wake_at(std::max(view.now, just_after(request.deadline)));
      if (rule_ == "skip_over") colour(view, request);
      if (rule_ == "mk_firm") firm_[request.stream].arrived(request.index, k_);
    }
    if (e.type != Event::Type::request_finished && e.type != Event::Type::request_dropped) return;
    const Request& request = view.request(e.task);
    const bool in_time = e.type == Event::Type::request_finished && view.now <= just_after(request.deadline);
    if (rule_ == "mk_firm" && !in_time) firm_[request.stream].missed.insert(request.index);
    std::deque<bool>& history = history_[request.stream];
    history.push_back(in_time);
    if (history.size() > k_) history.pop_front();
    blue_.erase(request.id);
    hidden_blue_.erase(request.id);
  }

  /// What ends at the deadline but for rounding is in time.
  static Seconds just_after(Seconds deadline) { return deadline * (1 + 1e-11); }

  bool is_given_up(const SystemView& view, const Request& request) const {
    if (request.deadline == kNever) return false;
    if (rule_ == "late") return view.now >= just_after(request.deadline);
    if (rule_ == "skip_over") return blue_.contains(request.id) && view.now >= just_after(request.deadline);
    if (view.now + remaining_.of(view, request, false) < just_after(request.deadline)) return false;
    return true;
  }

  /// Which requests of a stream were missed, by Request::index.
  struct Firm {
    std::set<std::uint64_t> missed;
    std::uint64_t next = 0;  ///< index of the next one to arrive

    void arrived(std::uint64_t index, std::size_t k) {
      for (std::uint64_t i = index > next + k ? index - k : next; i < index; ++i) missed.insert(i);
      next = std::max(next, index + 1);
    }
    /// How many more could be missed in each k in a row, beyond this one; less than zero: this one is mandatory.
    [[nodiscard]] std::ptrdiff_t spare(std::uint64_t index, std::size_t m, std::size_t k) const {
      const std::uint64_t first = index >= k - 1 ? index - (k - 1) : 0;
      std::vector<std::uint64_t> near(missed.lower_bound(first), missed.lower_bound(index + k));
      const auto at = std::lower_bound(near.begin(), near.end(), index);
      if (at == near.end() || *at != index) near.insert(at, index);
      std::size_t most = 0;
      for (std::size_t from = 0, to = 0; from < near.size() && near[from] <= index; ++from) {
        while (to < near.size() && near[to] < near[from] + k) ++to;
        most = std::max(most, to - from);
      }
      return static_cast<std::ptrdiff_t>(k - m) - static_cast<std::ptrdiff_t>(most);
    }
  };

  [[nodiscard]] std::ptrdiff_t spare(const Request& request) const {
    return firm_[request.stream].spare(request.index, m_, k_);
  }

  struct Load {
    RequestRef request;
    Seconds deadline, to_start, running, least;
    bool given_up = false;
  };

  /// Gives optional requests up that make mandatory ones late. O(live requests x (tasks + k)), and for each mandatory
  /// one O(live requests); for each that is late O(live requests x k) times those given up.
  void favour_mandatory(const SystemView& view, Decisions& out) {
    loads_.clear();
    for (const RequestRef r : view.live) {
      const Request& request = view.requests[r];
      if (!given_up_.contains(request.id))
        loads_.push_back({r, request.deadline, pending_.to_start(request), PendingWork::running(view, request),
                          remaining_.of(view, request, true)});
    }
    std::stable_sort(loads_.begin(), loads_.end(),
                     [](const Load& a, const Load& b) { return a.deadline < b.deadline; });
    for (const Load& load : loads_) {
      if (load.given_up || load.deadline == kNever || spare(view.requests[load.request]) >= 0) continue;
      make_room(view, load, out);
    }
    for (auto& firm : firm_) forget_old(view, firm);
  }

  void make_room(const SystemView& view, const Load& mandatory, Decisions& out) {
    std::vector<Load*> chosen;
    while (ends_late(view, mandatory)) {
      Load* best = nullptr;
      std::ptrdiff_t most = -1;
      for (Load& load : loads_) {
        if (load.given_up || &load == &mandatory || load.deadline > mandatory.deadline || load.running > 0) continue;
        const std::ptrdiff_t can_miss = spare(view.requests[load.request]);
        if (can_miss < 0 || can_miss < most) continue;
        if (can_miss == most && view.requests[load.request].id < view.requests[best->request].id) continue;
        best = &load;
        most = can_miss;
      }
      if (best == nullptr) break;
      best->given_up = true;
      note_missed(view, *best, true);
      chosen.push_back(best);
    }
    const bool in_vain = ends_late(view, mandatory);
    for (Load* load : chosen) {
      if (in_vain) {
        load->given_up = false;
        note_missed(view, *load, false);
      } else {
        give_up(view, load->request, out);
      }
    }
  }

  void note_missed(const SystemView& view, const Load& load, bool missed) {
    const Request& request = view.requests[load.request];
    if (missed)
      firm_[request.stream].missed.insert(request.index);
    else
      firm_[request.stream].missed.erase(request.index);
  }

  /// With all that is due no later before it, and all that runs.
  [[nodiscard]] bool ends_late(const SystemView& view, const Load& load) const {
    const auto m = static_cast<double>(view.accelerators.size());
    Seconds ahead = 0;
    for (const Load& other : loads_)
      if (&other != &load && !other.given_up)
        ahead += other.running + (other.deadline <= load.deadline ? other.to_start : 0);
    const Seconds own = std::max(load.least, (load.to_start + load.running) / m);
    return view.now + ahead / m + own > just_after(load.deadline);
  }

  /// What is k before the oldest that is live matters no more.
  void forget_old(const SystemView& view, Firm& firm) const {
    if (firm.missed.size() < 4 * k_ + 64) return;
    const auto stream = id_of<StreamId>(static_cast<std::size_t>(&firm - firm_.all().data()));
    std::uint64_t oldest = firm.next;
    for (const RequestRef r : view.live)
      if (view.requests[r].stream == stream) oldest = std::min(oldest, view.requests[r].index);
    firm.missed.erase(firm.missed.begin(), firm.missed.lower_bound(oldest > k_ ? oldest - k_ : 0));
  }

  void drop_overtaken(const SystemView& view, Decisions& out) {
    for (const Event& e : view.events) {
      if (e.type != Event::Type::request_arrived || !view.request(e.task).live) continue;
      for (const RequestRef r : view.live) {
        const Request& older = view.requests[r];
        if (older.stream != view.request(e.task).stream || older.id >= view.request(e.task).id) continue;
        const bool untouched = std::all_of(older.tasks.begin(), older.tasks.end(), [](const TaskState& task) {
          return task.progress <= Progress::ready && task.attempts == 0;
        });
        if (untouched && !given_up_.contains(older.id)) give_up(view, r, out);
      }
    }
  }

  void give_up(const SystemView& view, RequestRef r, Decisions& out) {
    const std::uint64_t id = view.requests[r].id;
    given_up_.insert(id);
    if (rule_ == "mk_firm") firm_[view.requests[r].stream].missed.insert(view.requests[r].index);
    out.drop(r);
    unknown_.add(id);
    const bool is_new = std::any_of(view.events.begin(), view.events.end(), [&](const Event& e) {
      return e.type == Event::Type::request_arrived && e.task.request == r;
    });
    if (!is_new) ended_.push_back(r);
  }

  void colour(const SystemView& view, const Request& request) {
    const std::deque<bool>& history = history_[request.stream];
    const bool earned = history.size() >= k_ - 1 && std::all_of(history.end() - static_cast<std::ptrdiff_t>(k_ - 1),
                                                                history.end(), [](bool in_time) { return in_time; });
    // Of those that are in the system at once only one can be the one that is skipped.
    const bool other_blue = std::any_of(view.live.begin(), view.live.end(), [&](RequestRef r) {
      return view.requests[r].stream == request.stream && blue_.contains(view.requests[r].id);
    });
    if (!earned || other_blue || request.deadline == kNever) return;
    blue_.insert(request.id);
  }

  [[nodiscard]] bool is_blue(const SystemView& view, TaskRef t) const { return blue_.contains(view.request(t).id); }

  /// Ready tasks of blue requests are hidden while red ones are ready, and announced when they no longer are.
  void show_blue(const SystemView& view) {
    blue_waits_ = false;
    if (blue_.empty()) return;
    const auto counts = [&](TaskRef t) { return !given_up_.contains(view.request(t).id); };
    const bool red =
        std::any_of(view.ready.begin(), view.ready.end(), [&](TaskRef t) { return !is_blue(view, t) && counts(t); });
    for (const TaskRef t : view.ready) {
      if (!is_blue(view, t) || !counts(t)) continue;
      std::set<TaskId>& hidden = hidden_blue_[view.request(t).id];
      if (red) {
        hidden.insert(t.task);
        blue_waits_ = true;
      } else if (hidden.erase(t.task) > 0) {
        veil_.announce(t);
      }
    }
    if (red) veil_.hide_tasks([&](TaskRef t) { return is_blue(view, t); });
  }

  /// If all red tasks have been started and a slot is left: blue ones may have it at once.
  void offer_rest(const SystemView& view, std::size_t before, Decisions& out) const {
    std::set<std::pair<RequestRef, TaskId>> red;
    for (const TaskRef t : view.ready)
      if (!is_blue(view, t) && !given_up_.contains(view.request(t).id)) red.emplace(t.request, t.task);
    std::uint32_t free = 0;
    for (const Accelerator& a : view.accelerators) free += a.available ? a.free_slots : 0;
    for (const Decision& decision : out.all().subspan(before)) {
      const auto* start = std::get_if<Start>(&decision);
      if (start == nullptr) continue;
      free -= std::min(free, 1u);
      red.erase({start->task.request, start->task.task});
      for (const TaskRef t : start->also) red.erase({t.request, t.task});
    }
    if (red.empty() && free > 0) out.wake_at(view.now);
  }

  std::unique_ptr<Policy> inner_;
  std::string rule_;
  std::size_t m_, k_;
  RemainingTime remaining_;
  PendingWork pending_;
  IdVector<StreamId, std::deque<bool>> history_;  ///< were the last k in time
  std::set<std::uint64_t> given_up_;              ///< at this call
  IdVector<StreamId, Firm> firm_;
  std::vector<Load> loads_;  ///< of live requests, by deadline
  std::set<std::uint64_t> blue_;
  std::map<std::uint64_t, std::set<TaskId>> hidden_blue_;  ///< their ready tasks that are hidden, by request
  bool blue_waits_ = false;                                ///< some are hidden at this call
  std::vector<RequestRef> ended_;                          ///< of those, whom the policy inside knows
  Unknown unknown_;
  Veil veil_;
};

}  // namespace

DecoratorEntry drop() {
  return decorator<DropRules>(
      "drop", "gives requests up: late, hopeless, overtaken by the newest, (m,k)-firm, skip-over",
      {.source = "Hamdaoui and Ramanathan 1995 (mk_firm); Koren and Shasha 1995 (skip_over); the "
                 "others are textbook",
       .complexity = "live requests x tasks; late, skip_over: live requests; newest: per arrival; "
                     "mk_firm: live requests x (tasks + k), if mandatory ones are late times "
                     "these and those given up",
       .knowledge = "deadlines",
       .verified_by = "hand-worked cases; a hopeless request cannot be in time by any policy"});
}

}  // namespace hetsched
