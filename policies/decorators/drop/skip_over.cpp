#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "decorators/drop/rule.hpp"

namespace hetsched::drop_rules {
namespace {

/// Of every `k` requests of a stream one may be skipped (Koren and Shasha, RTSS 1995, "blue when possible"): a request
/// after k - 1 others in a row that were in time is blue, a red one otherwise. Tasks of blue ones are shown only while
/// no red ones are ready, also after they were shown before; what runs goes on to its end. A blue request is given up
/// at its deadline.
class SkipOver final : public Rule {
 public:
  explicit SkipOver(const Window& window) : k_(window.k) {}

  void begin(const SystemView& view) override { history_.assign(view.streams.size(), {}); }

  void arrived(const SystemView& view, const Request& request, Decisions& out) override {
    wake_when_late(view, request, out);
    colour(view, request);
  }

  void ended(const SystemView&, const Request& request, bool in_time) override {
    std::deque<bool>& history = history_[request.stream];
    history.push_back(in_time);
    if (history.size() > k_) history.pop_front();
    blue_.erase(request.id);
    hidden_.erase(request.id);
  }

  void choose(const SystemView& view, GivenUp& given_up) override {
    for (const RequestRef r : view.live) {
      const Request& request = view.requests[r];
      if (is_blue(request) && view.now >= just_after(request.deadline)) given_up.add(view, r);
    }
  }

  /// Ready tasks of blue requests are hidden while red ones are ready, and announced when they no longer are.
  void show(const SystemView& view, const GivenUp& given_up, FilteredView& filtered) override {
    blue_waits_ = false;
    if (blue_.empty()) return;
    const bool red =
        std::any_of(view.ready.begin(), view.ready.end(), [&](TaskRef t) { return is_red(view.request(t), given_up); });
    for (const TaskRef t : view.ready) {
      if (!is_blue(view.request(t)) || given_up.contains(view.request(t))) continue;
      std::set<TaskId>& hidden = hidden_[view.request(t).id];
      if (red) {
        hidden.insert(t.task);
        blue_waits_ = true;
      } else if (hidden.erase(t.task) > 0) {
        filtered.announce(t);
      }
    }
    if (red) filtered.hide_tasks([&](TaskRef t) { return is_blue(view.request(t)); });
  }

  /// If all red tasks have been started and a slot is left: blue ones may have it at once.
  void decided(const SystemView& view, const GivenUp& given_up, std::span<const Decision> inside,
               Decisions& out) override {
    if (!blue_waits_) return;
    Rest rest;
    for (const TaskRef t : view.ready)
      if (is_red(view.request(t), given_up)) rest.red.emplace(t.request, t.task);
    for (const Accelerator& a : view.accelerators) rest.free += a.available ? a.free_slots : 0;
    for (const Decision& decision : inside) std::visit([&](const auto& d) { rest.take_off(d); }, decision);
    if (rest.red.empty() && rest.free > 0) out.wake_at(view.now);
  }

 private:
  /// What decisions leave for blue tasks.
  struct Rest {
    std::set<std::pair<RequestRef, TaskId>> red;  ///< ready, not started
    std::uint32_t free = 0;                       ///< slots

    void take_off(const Start& start) {
      free -= std::min(free, 1u);
      red.erase({start.task.request, start.task.task});
      for (const TaskRef t : start.also) red.erase({t.request, t.task});
    }
    void take_off(const Prefetch&) {}
    void take_off(const SetOperatingPoint&) {}
    void take_off(const Drop&) {}
    void take_off(const WakeAt&) {}
    void take_off(const Forecast&) {}
    void take_off(const Load&) {}
    void take_off(const Evict&) {}
    void take_off(const GiveUp&) {}
  };

  void colour(const SystemView& view, const Request& request) {
    const std::deque<bool>& history = history_[request.stream];
    const bool earned = history.size() >= k_ - 1 && std::all_of(history.end() - static_cast<std::ptrdiff_t>(k_ - 1),
                                                                history.end(), [](bool in_time) { return in_time; });
    // Of those that are in the system at once only one can be the one that is skipped.
    const bool other_blue = std::any_of(view.live.begin(), view.live.end(), [&](RequestRef r) {
      return view.requests[r].stream == request.stream && is_blue(view.requests[r]);
    });
    if (!earned || other_blue || request.deadline == kNever) return;
    blue_.insert(request.id);
  }

  [[nodiscard]] bool is_blue(const Request& request) const { return blue_.contains(request.id); }
  [[nodiscard]] bool is_red(const Request& request, const GivenUp& given_up) const {
    return !is_blue(request) && !given_up.contains(request);
  }

  std::size_t k_;
  IdVector<StreamId, std::deque<bool>> history_;      ///< were the last k in time
  std::set<std::uint64_t> blue_;                      ///< ids
  std::map<std::uint64_t, std::set<TaskId>> hidden_;  ///< ready tasks of blue requests, by id
  bool blue_waits_ = false;                           ///< some are hidden at this call
};

}  // namespace

std::unique_ptr<Rule> skip_over(Params&, const Window& window) { return std::make_unique<SkipOver>(window); }

}  // namespace hetsched::drop_rules
