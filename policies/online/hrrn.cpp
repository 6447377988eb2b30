#include "hetsched/policy.hpp"
#include "support/estimates.hpp"
#include "support/free_slots.hpp"
#include "support/ranked_ready.hpp"

namespace hetsched {
namespace {

/// Highest response ratio next: requests by (time since arrival + estimated time) / estimated time, largest
/// first (ties: request id); those that have begun come before, by arrival, for requests are not preempted.
/// Each ready task goes to the free accelerator that would finish it first. Ratios change with time: O(R) when
/// a slot is free.
class Hrrn final : public Policy {
 public:
  explicit Hrrn(Params& p) : estimates_(p) {}

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    if (!free_.any()) return;
    const auto score = [&](TaskRef task) {
      const Request& request = view.request(task);
      if (begun(request)) return -kNever;
      const Seconds service = estimates_.total(view, request);
      return service > 0 ? -(view.now - request.arrival + service) / service : -kNever;
    };
    ranked_.offer(view, score, [&](TaskRef task) { return free_.start_fastest(view, task, out); });
  }

 private:
  Estimates estimates_;
  RankedReady<double> ranked_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry hrrn() {
  return policy<Hrrn>("hrrn", "highest response ratio next: (waited + estimated time) / estimated time",
                      {.source = "Brinch Hansen 1971; Stallings, Operating Systems, ch. 9",
                       .complexity = "R + A for each task looked at",
                       .knowledge = "the models of requests",
                       .verified_by = "Stallings' five processes"});
}

}  // namespace hetsched
