#include "planning/rules/dynamic_level.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {

Rule gdl() {
  return {.name = "gdl",
          .summary = "generalized dynamic level: dls that also looks at the heaviest child",
          .source = "Sih, Lee, IEEE TPDS 4(2), 1993 (DL2, as in SAGA's code)",
          .complexity = "per request: tasks x ready x A x (inputs + A)",
          .verified_by = "an independent implementation on two published graphs: 82, 133",
          .options = {average_option()},
          .plan = [](const Problem& problem, const Settings& settings) {
            return by_dynamic_level(problem, static_cast<Average>(settings[0]), true);
          }};
}

}  // namespace hetsched::planning
