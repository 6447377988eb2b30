#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "builtin.hpp"
#include "support/estimates.hpp"
#include "support/free_slots.hpp"
#include "support/ranked_ready.hpp"
#include "support/spatial_shares.hpp"

namespace hetsched {
namespace {

/// Planaria's spatial sharing: whenever a request arrives or ends, or an accelerator is turned on or off, all
/// slots that are on are divided among the requests (support/spatial_shares.hpp). A request never has more
/// tasks running than its share; its ready tasks go, in order of request id, to the free accelerators that
/// would finish them first. With n slots a request takes max(longest chain left, time left / n), each task
/// its estimated time. Priorities below 1 count as 1. Slots that the shares leave idle go to other ready
/// tasks in the same order (`backfill`); without that they do only when nothing else would run. Per division
/// O(requests x (tasks + slots)), per call O(R + A per task).
///
/// division = dysta is what the public code of Dysta makes of it for one array: requests by priority / slack,
/// those past their deadline after all others, the latest arrival first.
class Planaria final : public Policy {
 public:
  explicit Planaria(Params& p)
      : estimates_(p),
        ranked_only_(p.choice("division", {.fallback = "shares",
                                           .of = {"shares", "dysta"},
                                           .doc = "shares of slots, or one request after the other by "
                                                  "priority / slack"}) == "dysta"),
        backfill_(p.flag("backfill", true, "other requests may use slots that shares leave idle")) {}

  void begin(const SystemView& view) override {
    for (const Model& model : view.models) {
      std::vector<Seconds>& chain = chains_.emplace_back(model.tasks.size(), 0);
      for (std::size_t t = model.tasks.size(); t-- > 0;) {
        for (const Edge& edge : model.tasks[t].outputs) chain[t] = std::max(chain[t], chain[edge.task]);
        chain[t] += estimates_.of(model.tasks[t]);
      }
    }
  }

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    if (ranked_only_) {
      if (!free_.any()) return;
      ranked_.offer(
          view, [&](TaskRef task) { return score(view, task); },
          [&](TaskRef task) { return free_.start_fastest(view, task, out); });
      return;
    }
    if (std::any_of(view.events.begin(), view.events.end(), [](const Event& e) {
          return e.type == Event::Type::request_arrived || e.type == Event::Type::request_finished ||
                 e.type == Event::Type::request_dropped || e.type == Event::Type::accelerator_changed;
        }))
      divide(view);
    if (free_.any()) dispatch(view, out);
  }

 private:
  [[nodiscard]] static std::pair<bool, double> score(const SystemView& view, TaskRef task) {
    const Request& request = view.request(task);
    const Seconds slack = request.deadline - view.now;
    if (slack > 0) return {false, -std::max(1, request.priority) / slack};
    return {true, -static_cast<double>(request.id)};
  }

  void divide(const SystemView& view) {
    std::uint32_t slots = 0;
    for (const Accelerator& a : view.accelerators) slots += a.available ? a.slots : 0;
    std::vector<SpatialDemand> demands;
    for (const std::uint32_t r : view.live) {
      const Request& request = view.requests[r];
      Seconds chain = 0;
      for (std::size_t t = 0; t < request.tasks.size(); ++t)
        if (request.tasks[t].progress != Progress::finished)
          chain = std::max(chain, chains_[request.model][t]);
      SpatialDemand& demand = demands.emplace_back();
      demand.priority = std::max(1, request.priority);
      demand.slack = request.deadline - view.now;
      for (std::uint32_t n = 1; n <= slots; ++n)
        demand.times.push_back(std::max(chain, estimates_.remaining(request) / n));
    }
    const std::vector<std::uint32_t> shares = spatial_shares(demands, slots);
    shares_.clear();
    for (std::size_t i = 0; i < shares.size(); ++i) shares_[view.requests[view.live[i]].id] = shares[i];
  }

  void dispatch(const SystemView& view, Decisions& out) {
    std::map<std::uint64_t, std::uint32_t> left;
    bool runs = false;
    left_over_.clear();
    for (const TaskRef task : view.ready) {
      const Request& request = view.request(task);
      const auto [at, first] = left.try_emplace(request.id, 0);
      if (first) at->second = share_left(request);
      if (at->second == 0) {
        left_over_.push_back(task);
        continue;
      }
      if (!free_.any() || free_.fastest(view, task) == kNone) continue;
      free_.start_fastest(view, task, out);
      --at->second;
      runs = true;
    }
    for (const Accelerator& a : view.accelerators) runs |= a.free_slots < a.slots;
    for (const TaskRef task : left_over_)
      if (free_.any() && (backfill_ || !runs) && free_.fastest(view, task) != kNone) {
        free_.start_fastest(view, task, out);
        runs = true;
      }
  }

  [[nodiscard]] std::uint32_t share_left(const Request& request) const {
    const auto at = shares_.find(request.id);
    if (at == shares_.end()) return 0;
    const auto running = static_cast<std::uint32_t>(
        std::count_if(request.tasks.begin(), request.tasks.end(),
                      [](const TaskState& t) { return t.progress == Progress::running; }));
    return at->second > running ? at->second - running : 0;
  }

  Estimates estimates_;
  bool ranked_only_, backfill_;
  std::vector<std::vector<Seconds>> chains_;       ///< by model, then task: longest chain from it on
  std::map<std::uint64_t, std::uint32_t> shares_;  ///< request id -> slots
  std::vector<TaskRef> left_over_;
  RankedReady<std::pair<bool, double>> ranked_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry planaria() {
  return policy<Planaria>(
      "planaria", "Planaria: slots divided among requests by deadline, priority and what they still take",
      {.source = "Ghodrati et al., Planaria, MICRO 2020, and its public scheduler",
       .complexity = "per arrival or end: live x (tasks + slots); R + A for each task looked at",
       .knowledge = "deadlines, priorities, the models of requests",
       .verified_by =
           "fit and no-fit divisions by hand; one array: the public Dysta code's order and finish times"});
}

}  // namespace hetsched
