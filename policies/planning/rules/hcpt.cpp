#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

/// Critical tasks by earliest start, each behind those it needs (smallest latest start first); earliest finish.
Plan plan(const Problem& problem, const Settings& settings) {
  return place_in_order(problem, settings[0] != 0, critical_parents_order(problem),
                        [](const Timetable& table, PlanTaskId task) { return table.earliest_finish(task); });
}

}  // namespace

Rule hcpt() {
  return {.name = "hcpt",
          .summary = "critical tasks, each behind the parents it needs, by earliest finish: a static plan",
          .source = "Hagras, Janecek, Proc. ICPP Workshops, 2003, from memory",
          .complexity = "per request: tasks x (inputs + (inputs + plan) x A)",
          .verified_by = "Arabnejad and Barbosa's graph: 142 (from memory of a paper); Topcuoglu's: 91",
          .options = {insertion_option()},
          .plan = plan};
}

}  // namespace hetsched::planning
