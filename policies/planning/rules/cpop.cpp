#include <algorithm>

#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

/// The accelerator for the critical path: runs most of it (all of it, if one does), then takes least time.
AcceleratorId critical_accelerator(const Problem& problem, const IdVector<PlanTaskId, bool>& on_path) {
  AcceleratorId best = AcceleratorId::none;
  std::size_t best_count = 0;
  Seconds least = kNever;
  for (const AcceleratorId a : problem.accelerators.ids()) {
    std::size_t count = 0;
    Seconds sum = 0;
    for (const PlanTaskId t : problem.tasks.ids()) {
      if (!on_path[t] || !problem.runs_on(t, a)) continue;
      ++count;
      sum += problem.time(t, a);
    }
    if (count == 0 || count < best_count) continue;
    if (count > best_count || clearly_less(sum, least)) {
      best = a;
      best_count = count;
      least = sum;
    }
  }
  return best;
}

/// Topcuoglu et al., section 4.2: ready tasks by rank_u + rank_d. Tasks whose priority is that of the entry go to the
/// one accelerator on which all of them together take least time, to its first slot, others where they finish first.
/// If no accelerator runs all of them, it is one that runs most of them.
Plan plan(const Problem& problem, const Settings& settings) {
  ByTask priority = upward_ranks(problem);
  const ByTask down = downward_ranks(problem);
  double longest = 0;
  for (const PlanTaskId t : problem.tasks.ids()) longest = std::max(longest, priority[t] += down[t]);
  IdVector<PlanTaskId, bool> on_path(problem.size());
  for (const PlanTaskId t : problem.tasks.ids()) on_path[t] = nearly_equal(priority[t], longest);
  const AcceleratorId critical = critical_accelerator(problem, on_path);
  return place_by_priority(problem, settings[0] != 0, priority, [&](const Timetable& table, PlanTaskId task) {
    const bool there = on_path[task] && critical != AcceleratorId::none && problem.runs_on(task, critical);
    return there ? table.earliest(task, *problem.slots_of(critical).begin()) : table.earliest_finish(task);
  });
}

}  // namespace

Rule cpop() {
  return {.name = "cpop",
          .summary = "critical path on one accelerator, other tasks where they finish first: a static plan",
          .source = "Topcuoglu, Hariri, Wu, IEEE TPDS 13(3), 2002",
          .complexity = "per request: tasks x (ready + (inputs + plan) x A)",
          .verified_by = "Topcuoglu's graph: 86",
          .ties =
              "all tasks whose rank_u + rank_d is the entry's are critical, on all such paths; if no accelerator "
              "runs them all, it is one that runs most; ties and mean transfers as in heft",
          .options = {insertion_option()},
          .plan = plan};
}

}  // namespace hetsched::planning
