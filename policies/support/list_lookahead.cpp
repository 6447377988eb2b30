// PEFT, IPEFT, Lookahead: the accelerator is chosen by what comes after.
#include <algorithm>

#include "support/list_scheduling.hpp"
#include "support/timetable.hpp"
#include "support/tolerance.hpp"

namespace hetsched::planning {
namespace {

/// Where finish + the cost of what comes after is least.
Placement least_total(const Timetable& table, std::uint32_t task, const CostTable& after) {
  Placement best;
  double least = kNever;
  for (std::uint32_t p = 0; p < table.problem().accelerators(); ++p) {
    if (!table.problem().runs_on(task, p)) continue;
    const Placement here = table.earliest(task, p);
    const double total = here.end + after.at(task, p);
    if (best.accelerator == kNone || less(total, least)) {
      best = here;
      least = total;
    }
  }
  return best;
}

/// Places ready tasks by decreasing rank, each where `choose(table, task)` says.
template <class Choose>
Plan by_rank(const Problem& problem, const std::vector<double>& rank, bool insertion, const Choose& choose) {
  Timetable table(problem, insertion);
  ReadyTasks ready(table);
  while (!ready.empty()) {
    std::uint32_t next = ready.all().front();
    for (const std::uint32_t task : ready.all())
      if (less(rank[next], rank[task])) next = task;
    ready.place(table, next, choose(table, next));
  }
  return table.plan();
}

/// Places `tasks` where each finishes first; returns when the last of them does, and takes them back.
Seconds tried(Timetable& table, const std::vector<std::uint32_t>& tasks) {
  Seconds last = 0;
  std::vector<std::uint32_t> placed;
  for (const std::uint32_t task : tasks) {
    const Placement placement = table.earliest_finish(task);
    if (placement.accelerator == kNone) continue;
    table.place(task, placement);
    placed.push_back(task);
    last = std::max(last, placement.end);
  }
  for (const std::uint32_t task : placed) table.remove(task);
  return last;
}

/// The children of a task in the order in which they will be placed.
std::vector<std::uint32_t> children(const Problem& problem, std::uint32_t task,
                                    const std::vector<std::uint32_t>& turn) {
  std::vector<std::uint32_t> found;
  for (const PlanEdge& edge : problem.tasks[task].outputs) found.push_back(edge.task);
  std::sort(found.begin(), found.end(), [&](std::uint32_t a, std::uint32_t b) { return turn[a] < turn[b]; });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace

Plan peft(const Problem& problem, bool insertion, Transfer oct_transfer) {
  const CostTable oct = optimistic_costs(problem, oct_transfer);
  return by_rank(problem, row_means(problem, oct), insertion,
                 [&](const Timetable& table, std::uint32_t task) { return least_total(table, task, oct); });
}

Plan ipeft(const Problem& problem, bool insertion) {
  const std::vector<bool> critical = critical_tasks(problem);
  const CostTable after = critical_costs(problem, critical);
  std::vector<double> rank = row_means(problem, pessimistic_costs(problem));
  const std::vector<Seconds> times = average_times(problem);
  for (std::uint32_t t = 0; t < problem.size(); ++t) rank[t] += times[t];
  return by_rank(problem, rank, insertion, [&](const Timetable& table, std::uint32_t task) {
    const auto& outputs = problem.tasks[task].outputs;
    const bool parent_of_critical =
        std::any_of(outputs.begin(), outputs.end(), [&](const PlanEdge& edge) { return critical[edge.task]; });
    return parent_of_critical && !critical[task] ? table.earliest_finish(task) : least_total(table, task, after);
  });
}

Plan lookahead(const Problem& problem, Scope scope, bool insertion) {
  const std::vector<std::uint32_t> order = by_decreasing(upward_ranks(problem));
  std::vector<std::uint32_t> turn(problem.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) turn[order[i]] = i;
  Timetable table(problem, insertion);
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    const std::uint32_t task = order[i];
    if (!table.placeable(task)) continue;
    const std::vector<std::uint32_t> after =
        scope == Scope::children
            ? children(problem, task, turn)
            : std::vector<std::uint32_t>(order.begin() + static_cast<std::ptrdiff_t>(i) + 1, order.end());
    Placement best;
    Seconds first = kNever;
    for (std::uint32_t p = 0; p < problem.accelerators(); ++p) {
      if (!problem.runs_on(task, p)) continue;
      const Placement here = table.earliest(task, p);
      table.place(task, here);
      Seconds last = tried(table, after);
      // What has been placed before counts for the end of a whole plan, not for that of the children.
      last = scope == Scope::full ? std::max(last, makespan(table.plan())) : after.empty() ? here.end : last;
      table.remove(task);
      if (best.accelerator == kNone || less(last, first)) {
        best = here;
        first = last;
      }
    }
    table.place(task, best);
  }
  return table.plan();
}

}  // namespace hetsched::planning
