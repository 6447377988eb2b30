#include "planning/rules/immediate_mode.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

/// Each on the accelerator where it takes least time (ties: the first), there on the slot where it finishes first.
Plan plan(const Problem& problem, const Settings& settings) {
  return place_in_order(problem, settings[0] != 0, in_order(problem), [&](const Timetable& table, PlanTaskId task) {
    AcceleratorId fastest = AcceleratorId::none;
    for (const AcceleratorId a : problem.accelerators.ids())
      if (problem.runs_on(task, a) &&
          (fastest == AcceleratorId::none || clearly_less(problem.time(task, a), problem.time(task, fastest))))
        fastest = a;
    return table.best(
        task,
        [](const Placement& here) {
          return Key{here.end, 0};
        },
        [&](SlotId slot) { return problem.accelerator(slot) == fastest; });
  });
}

}  // namespace

Rule met_static() {
  return {.name = "met_static",
          .summary = "minimum execution time as a static plan: tasks in order, each where it takes least time",
          .source = kImmediateModeSource,
          .complexity = kImmediateModeComplexity,
          .verified_by = "an independent implementation on two published graphs: 82, 188; a 5 x 2 matrix: 29",
          .ties =
              "tasks in the order of their model's file, but each behind what it needs; of equal accelerators "
              "always the first, even if another one is free",
          .options = {insertion_option(false)},
          .plan = plan};
}

}  // namespace hetsched::planning
