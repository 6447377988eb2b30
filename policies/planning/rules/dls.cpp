#include <algorithm>

#include "planning/rules/dynamic_level.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

/// How much faster than on average does the heaviest child run, at best, if the task runs on an accelerator?
double descendant_term(const Problem& problem, const ByTask& average, PlanTaskId task, AcceleratorId accelerator) {
  const PlanEdge* heaviest = nullptr;
  for (const PlanEdge& edge : problem.tasks[task].outputs)
    if (heaviest == nullptr || edge.bytes > heaviest->bytes ||
        (edge.bytes == heaviest->bytes && edge.task < heaviest->task))
      heaviest = &edge;
  if (heaviest == nullptr) return 0;
  Seconds least = kNever;
  for (const AcceleratorId a : problem.accelerators.ids())
    least = std::min(least, problem.transfer(*heaviest, accelerator, a) + problem.time(heaviest->task, a));
  return least < kNever ? average[heaviest->task] - least : 0;
}

}  // namespace

Plan by_dynamic_level(const Problem& problem, Average average, bool descendants) {
  const ByTask level = static_levels(problem, average), times = average_times(problem, average);
  return place_by_pairs(problem, [&](PlanTaskId task, const Placement& here) {
    const double faster = times[task] - problem.time(task, here.accelerator);
    const double after = descendants ? descendant_term(problem, times, task, here.accelerator) : 0;
    return Key{here.start - level[task] - faster - after, 0, std::max(here.start, level[task])};
  });
}

Rule dls() {
  return {
      .name = "dls",
      .summary = "dynamic level scheduling: a static plan of the pairs of task and accelerator with the largest level",
      .source = "Sih, Lee, IEEE TPDS 4(2), 1993",
      .complexity = "per request: tasks x ready x A x inputs",
      .verified_by = "Topcuoglu's graph: 91 (from memory of a paper); Arabnejad and Barbosa's: 134",
      .options = {average_option()},
      .plan = [](const Problem& problem, const Settings& settings) {
        return by_dynamic_level(problem, static_cast<Average>(settings[0]), false);
      }};
}

}  // namespace hetsched::planning
