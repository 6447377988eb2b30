#include "planning/rules/list.hpp"

namespace hetsched::planning {

/// Of all pairs of a ready task and a slot the one that starts first is next; ties: largest static level. O(v r p).
Rule etf() {
  return {.name = "etf",
          .summary = "earliest task first: a static plan of the pairs of task and accelerator that start first",
          .source = "Hwang, Chow, Anger, Lee, SIAM J. Comput. 18(2), 1989",
          .complexity = "per request: tasks x ready x A x inputs",
          .verified_by = "an independent implementation on two published graphs: 93, 125",
          .ties = "ties: the largest static level (means, without transfers), then as in heft",
          .plan = [](const Problem& problem, const Settings&) {
            return place_by_pairs(problem, [level = static_levels(problem)](PlanTaskId task, const Placement& here) {
              return Key{here.start, -level[task]};
            });
          }};
}

}  // namespace hetsched::planning
