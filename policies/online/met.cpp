#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// Minimum execution time: every task waits for the accelerator that computes it fastest, whatever the load.
/// O(ready tasks x accelerators) per call.
class Met final : public Policy {
 public:
  explicit Met(Params& p)
      : first_(p.choice("ties", {.fallback = "free",
                                 .of = {"free", "first"},
                                 .doc = "among equally fast accelerators take a free one, or always the first"}) ==
               "first") {}

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    for (const TaskRef task : view.ready) {
      if (!free_.any()) return;
      const AcceleratorId accelerator = fastest(view, task);
      if (accelerator == AcceleratorId::none || !free_.at(accelerator)) continue;
      out.start(task, accelerator);
      free_.take(accelerator);
    }
  }

 private:
  [[nodiscard]] AcceleratorId fastest(const SystemView& view, TaskRef task) const {
    AcceleratorId best = AcceleratorId::none;
    Seconds least = kNever;
    for (const AcceleratorId a : view.accelerators.ids()) {
      if (!view.accelerators[a].available) continue;
      const Seconds time = view.alone_time(view.model_task(task), a);
      const bool tie_to_free =
          !first_ && best != AcceleratorId::none && nearly_equal(time, least) && !free_.at(best) && free_.at(a);
      if (clearly_less(time, least) || tie_to_free) {
        least = time;
        best = a;
      }
    }
    return best;
  }

  bool first_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry met() {
  return policy<Met>(
      "met",
      "minimum execution time: each ready task waits for the accelerator that computes it fastest "
      "(as a plan: met_static)",
      {.source = "Braun et al., J. Parallel Distrib. Comput. 61(6), 2001",
       .complexity = "R A",
       .knowledge = "-",
       .verified_by = "the same matrix: 29",
       .rules = "inputs move when a task starts (met_static moves them ahead: other makespans); of equal accelerators: "
                "parameter ties"});
}

}  // namespace hetsched
