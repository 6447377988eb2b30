#include "planning/rules/list.hpp"

namespace hetsched::planning {

/// The pair that finishes first is next (what DS3 calls ETF).
Rule eft_ready() {
  return {.name = "eft_ready",
          .summary = "a static plan of the pairs of ready task and accelerator that finish first",
          .source = "DS3's ETF (Arda et al., IEEE Trans. Computers 69(8), 2020)",
          .complexity = "per request: tasks x ready x A x inputs",
          .verified_by = "an independent implementation on two published graphs: 76, 122",
          .plan = [](const Problem& problem, const Settings&) {
            return place_by_pairs(problem, [](PlanTaskId, const Placement& here) { return Key{here.end, 0}; });
          }};
}

}  // namespace hetsched::planning
