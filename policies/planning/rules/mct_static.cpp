#include "planning/rules/immediate_mode.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {

Rule mct_static() {
  return {.name = "mct_static",
          .summary = "minimum completion time as a static plan: tasks in order, each where it finishes first",
          .source = kImmediateModeSource,
          .complexity = kImmediateModeComplexity,
          .verified_by = "an independent implementation on two published graphs: 88, 140; a 5 x 2 matrix: 24",
          .ties = kImmediateModeTies,
          .options = {insertion_option(false)},
          .plan = [](const Problem& problem, const Settings& settings) {
            return minimum_completion_time(problem, settings[0] != 0);
          }};
}

}  // namespace hetsched::planning
