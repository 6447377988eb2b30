#include "planning/rules/list.hpp"

namespace hetsched::planning {

/// Whenever a slot is free, the first task of the list that is ready starts on it.
Plan graham_list(const Problem& problem, std::span<const PlanTaskId> order) {
  IdVector<PlanTaskId, double> turn(problem.size());
  for (std::size_t i = 0; i < order.size(); ++i) turn[order[i]] = static_cast<double>(i);
  return place_by_pairs(problem, [&](PlanTaskId task, const Placement& here) { return Key{here.start, turn[task]}; });
}

Rule graham() {
  return {
      .name = "list",
      .summary = "Graham's list scheduling: a free accelerator takes the first ready task of a list",
      .source = "Graham, SIAM J. Appl. Math. 17(2), 1969",
      .complexity = "per request: tasks x ready x A x inputs",
      .verified_by = "Graham's anomalies: 12, 14, 15, 13, 16; LPT at its worst: 7, 11",
      .ties = "ties: the earlier in the list, then the first accelerator",
      .options = {{"order",
                   {"layer", "lpt", "level"},
                   0,
                   "the list: layers as they are, longest mean time first, or largest upward rank without transfers "
                   "first"}},
      .plan = [](const Problem& problem, const Settings& settings) {
        return graham_list(problem, settings[0] == 0   ? in_order(problem)
                                    : settings[0] == 1 ? by_decreasing(average_times(problem))
                                                       : by_decreasing(static_levels(problem)));
      }};
}

}  // namespace hetsched::planning
