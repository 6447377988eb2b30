#include "planning/plan.hpp"

#include <algorithm>

namespace hetsched::planning {

Seconds makespan(const Plan& plan) {
  Seconds last = 0;
  for (const Placement& placement : plan.tasks)
    if (placement.placed()) last = std::max(last, placement.end);
  return last;
}

IdVector<PlanRequestId, Seconds> finishes(const Problem& problem, const Plan& plan) {
  IdVector<PlanRequestId, Seconds> finish;
  for (const PlanRequest& request : problem.requests) finish.push_back(request.finish);
  for (const PlanTaskId t : problem.tasks.ids()) {
    Seconds& last = finish[problem.tasks[t].request];
    last = std::max(last, plan.tasks[t].end);
  }
  return finish;
}

}  // namespace hetsched::planning
