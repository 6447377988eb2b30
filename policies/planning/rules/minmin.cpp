#include "planning/rules/batch_mode.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {

Rule minmin() {
  return {.name = "minmin",
          .summary = "min-min: the ready task that can finish first is placed first; a static plan",
          .source = kBatchModeSource,
          .complexity = kBatchModeComplexity,
          .verified_by = "an independent implementation on two published graphs: 76, 122; a 5 x 2 matrix: 22",
          .plan = [](const Problem& problem, const Settings&) { return min_min(problem); }};
}

}  // namespace hetsched::planning
