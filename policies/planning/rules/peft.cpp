#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

/// OCT(t,p) is what is left after t on p if everything goes as well as it can; ready tasks by mean OCT, each where
/// EFT + OCT is least. O(e p^2 + v r), r tasks ready at once.
Plan plan(const Problem& problem, const Settings& settings) {
  const CostTable oct = optimistic_costs(problem, static_cast<Transfer>(settings[1]));
  return place_by_priority(problem, settings[0] != 0, row_means(problem, oct),
                           [&](const Timetable& table, PlanTaskId task) { return least_total(table, task, oct); });
}

}  // namespace

Rule peft() {
  return {.name = "peft",
          .summary = "predict earliest finish time: a static plan by a table of optimistic costs",
          .source = "Arabnejad, Barbosa, IEEE TPDS 25(3), 2014",
          .complexity = "per request: tensors x A^2 + tasks x (ready + (inputs + plan) x A)",
          .verified_by = "the paper's graph: its table, 122; Topcuoglu's: 85",
          .options = {insertion_option(),
                      {"oct_comm",
                       {"mean", "pair"},
                       0,
                       "transfers in the table: their mean over all ways (the paper), or that of each pair"}},
          .plan = plan};
}

}  // namespace hetsched::planning
