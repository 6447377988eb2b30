#include <algorithm>

#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

/// As far as public codes and memory of the paper go: ready tasks by mean pessimistic cost + mean time; parents of
/// critical tasks that are not critical themselves where they finish first, others where EFT + CNCT is least, the OCT
/// over critical successors only (over all if none is critical).
Plan plan(const Problem& problem, const Settings& settings) {
  const IdVector<PlanTaskId, bool> critical = critical_tasks(problem);
  const CostTable after = critical_costs(problem, critical);
  ByTask rank = row_means(problem, pessimistic_costs(problem));
  const ByTask times = average_times(problem);
  for (const PlanTaskId t : problem.tasks.ids()) rank[t] += times[t];
  return place_by_priority(problem, settings[0] != 0, rank, [&](const Timetable& table, PlanTaskId task) {
    const auto& outputs = problem.tasks[task].outputs;
    const bool parent_of_critical =
        std::any_of(outputs.begin(), outputs.end(), [&](const PlanEdge& edge) { return critical[edge.task]; });
    return parent_of_critical && !critical[task] ? table.earliest_finish(task) : least_total(table, task, after);
  });
}

}  // namespace

Rule ipeft() {
  return {.name = "ipeft",
          .summary = "PEFT with pessimistic ranks and costs along critical tasks: a static plan",
          .source = "Zhou et al., Concurrency Comput. Pract. Exp., 2017 (doi 10.1002/cpe.3944), from memory",
          .complexity = "per request: tensors x A^2 + tasks x (ready + (inputs + plan) x A)",
          .verified_by = "an independent implementation on two published graphs: 86, 142",
          .ties = "its cost table charges mean transfers also where both tasks are on one accelerator; ties as in heft",
          .options = {insertion_option()},
          .plan = plan};
}

}  // namespace hetsched::planning
