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
      const std::uint32_t accelerator = fastest(view, task);
      if (accelerator == kNone || !free_.at(accelerator)) continue;
      out.start(task, accelerator);
      free_.take(accelerator);
    }
  }

 private:
  [[nodiscard]] std::uint32_t fastest(const SystemView& view, TaskRef task) const {
    std::uint32_t best = kNone;
    Seconds least = kNever;
    for (std::uint32_t a = 0; a < view.accelerators.size(); ++a) {
      if (!view.accelerators[a].available) continue;
      const Seconds time = view.alone_time(view.model_task(task), a);
      const bool tie_to_free = !first_ && best != kNone && time == least && !free_.at(best) && free_.at(a);
      if (time < least || tie_to_free) {
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
