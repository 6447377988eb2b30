#include "planning/rules/batch_mode.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {

Rule maxmin() {
  return {.name = "maxmin",
          .summary = "max-min: the ready task with the latest earliest finish is placed first; a static plan",
          .source = kBatchModeSource,
          .complexity = kBatchModeComplexity,
          .verified_by = "an independent implementation on two published graphs: 97, 124; a 5 x 2 matrix: 20",
          .plan = [](const Problem& problem, const Settings&) { return max_min(problem); }};
}

}  // namespace hetsched::planning
