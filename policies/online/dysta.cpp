#include <algorithm>
#include <map>
#include <utility>

#include "hetsched/policy.hpp"
#include "support/estimates.hpp"
#include "support/free_slots.hpp"
#include "support/ranked_ready.hpp"

namespace hetsched {
namespace {

/// Dysta's dynamic level: the request with the least
///   T + beta (max(0, slack - T) + idle / alone / live),
/// T = gamma x estimated remaining time, slack = deadline - now, idle = time since it last ran, alone =
/// estimated time of the whole, live = requests in the system; ties by request id. gamma, the ratio of actual
/// to predicted times of its finished tasks, takes the place of the monitored sparsity. Requests without
/// deadline come last, by the same score with no slack. Preemptive between tasks, each on the free
/// accelerator that would finish it first. O(R) per call with a free slot.
///
/// The score adds a time to a ratio: idle / alone / live counts in units of `time_unit`, by default the mean
/// of the models' times. The public code has 1 of whatever its tables are in.
class Dysta final : public Policy {
 public:
  explicit Dysta(Params& p)
      : estimates_(p),
        beta_(p.number("beta", {.fallback = 0.01, .min = 0, .doc = "weight of slack and idle time"})),
        unit_(p.number("time_unit", {.fallback = 0,
                                     .min = 0,
                                     .doc = "what the ratio idle / alone / live is multiplied by; 0: the mean "
                                            "estimated time of the models",
                                     .unit = "s"})),
        monitor_(p.flag("monitor", true, "correct the remaining time by how the request's tasks ran so far")) {}

  void begin(const SystemView& view) override {
    if (unit_ > 0) return;
    for (const Model& model : view.models) unit_ += model.best_time / static_cast<double>(view.models.size());
  }

  void decide(const SystemView& view, Decisions& out) override {
    observe(view);
    free_.reset(view);
    if (!free_.any()) return;
    ranked_.offer(
        view, [&](TaskRef task) { return score(view, task); },
        [&](TaskRef task) { return free_.start_fastest(view, task, out); });
  }

 private:
  struct Observed {
    Seconds actual = 0, predicted = 0;
  };

  void observe(const SystemView& view) {
    if (!monitor_) return;
    for (const Event& event : view.events) {
      if (event.task.request == RequestRef::none) continue;
      const Request& request = view.request(event.task);
      if (!request.live) {
        observed_.erase(request.id);
      } else if (event.type == Event::Type::task_finished) {
        const TaskState& state = view.state(event.task);
        Observed& observed = observed_[request.id];
        observed.actual += state.finish - state.start;
        observed.predicted += state.predicted;
      }
    }
  }

  [[nodiscard]] std::pair<bool, double> score(const SystemView& view, TaskRef task) const {
    const Request& request = view.request(task);
    const auto at = observed_.find(request.id);
    const bool known = at != observed_.end() && at->second.predicted > 0;
    const double gamma = known ? at->second.actual / at->second.predicted : 1;
    const Seconds left = gamma * estimates_.remaining(request);
    const Seconds alone = estimates_.total(view, request);
    const Seconds idle = view.now - view.state(task).ready;
    double score = left;
    if (alone > 0) score += beta_ * unit_ * idle / alone / static_cast<double>(view.live.size());
    if (request.deadline == kNever) return {true, score};
    return {false, score + beta_ * std::max(0.0, request.deadline - view.now - left)};
  }

  Estimates estimates_;
  double beta_;
  Seconds unit_;
  bool monitor_;
  std::map<std::uint64_t, Observed> observed_;  ///< request id -> its finished tasks
  RankedReady<std::pair<bool, double>> ranked_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry dysta() {
  return policy<Dysta>("dysta", "Dysta: shortest remaining time, weighed with slack and time since the last run",
                       {.source = "Fan et al., Sparse-DySta, MICRO 2023, and its public code",
                        .complexity = "R + A for each task looked at",
                        .knowledge = "deadlines, the models of requests, how their tasks ran so far",
                        .verified_by = "the public code on five requests: its order and finish times"});
}

}  // namespace hetsched
