#include "planning/rules/immediate_mode.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {

/// Opportunistic load balancing: on the slot that is available first, however long the task takes there.
Rule olb() {
  return {
      .name = "olb",
      .summary = "opportunistic load balancing: a static plan, each task on the accelerator that is available first",
      .source = kImmediateModeSource,
      .complexity = kImmediateModeComplexity,
      .verified_by = "an independent implementation on two published graphs: 114, 151; a 5 x 2 matrix: 25",
      .ties = kImmediateModeTies,
      .plan = [](const Problem& problem, const Settings&) {
        return place_in_order(problem, false, in_order(problem), [](const Timetable& table, PlanTaskId task) {
          return table.best(task, [&](const Placement& here) { return Key{table.available(here.slot), 0}; });
        });
      }};
}

}  // namespace hetsched::planning
