#include "planning/rules/batch_mode.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {

Rule duplex() {
  return {.name = "duplex",
          .summary = "the shorter one of min-min's and max-min's static plans",
          .source = "Braun et al., J. Parallel Distrib. Comput. 61(6), 2001",
          .complexity = kBatchModeComplexity,
          .verified_by = "a 5 x 2 matrix: 20; never longer than either",
          .ties = "ties: min-min's plan",
          .plan = [](const Problem& problem, const Settings&) {
            Plan least = min_min(problem), most = max_min(problem);
            return clearly_less(makespan(most), makespan(least)) ? most : least;
          }};
}

}  // namespace hetsched::planning
