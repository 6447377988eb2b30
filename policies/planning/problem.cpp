#include "planning/problem.hpp"

namespace hetsched::planning {

std::vector<PlanTaskId> placeable_tasks(const Problem& problem) {
  IdVector<PlanTaskId, bool> placeable(problem.size());
  std::vector<PlanTaskId> tasks;
  for (const PlanTaskId t : problem.tasks.ids()) {
    const auto& inputs = problem.tasks[t].inputs;
    placeable[t] = problem.runs_anywhere(t) && std::all_of(inputs.begin(), inputs.end(),
                                                           [&](const PlanEdge& edge) { return placeable[edge.task]; });
    if (placeable[t]) tasks.push_back(t);
  }
  return tasks;
}

}  // namespace hetsched::planning
