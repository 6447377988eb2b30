#include "builtin.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// First come, first served: ready tasks by arrival of their request, each on the free accelerator that would
/// finish it first. O(ready tasks looked at x accelerators) per call.
class Fcfs final : public Policy {
 public:
  explicit Fcfs(Params&) {}

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    for (const TaskRef task : view.ready) {
      if (!free_.any()) return;
      const std::uint32_t accelerator = free_.fastest(view, task);
      if (accelerator == kNone) continue;
      out.start(task, accelerator);
      free_.take(accelerator);
    }
  }

 private:
  FreeSlots free_;
};

}  // namespace

PolicyEntry fcfs() {
  return policy<Fcfs>("fcfs", "first come, first served; each task on the free accelerator that finishes it first",
                      {.source = "textbook; e.g. Stallings, Operating Systems, ch. 9",
                       .complexity = "R A",
                       .knowledge = "arrivals",
                       .verified_by = "Stallings' five processes; M/M/1, M/M/m and M/D/1 waiting times"});
}

}  // namespace hetsched
