// HEFT, CPOP, HCPT: an order by ranks, then earliest finish.
#include <algorithm>

#include "support/list_scheduling.hpp"
#include "support/timetable.hpp"
#include "support/tolerance.hpp"

namespace hetsched::planning {
namespace {

/// When the inputs of a task exist, wherever they are.
Seconds inputs_exist(const Timetable& table, std::uint32_t task) {
  Seconds exist = table.problem().tasks[task].release;
  for (const PlanEdge& edge : table.problem().tasks[task].inputs) exist = std::max(exist, table.plan()[edge.task].end);
  return exist;
}

Placement assigned(const Timetable& table, std::uint32_t task, Assign assign) {
  if (assign == Assign::eft) return table.earliest_finish(task);
  const Problem& problem = table.problem();
  const Seconds exist = inputs_exist(table, task);
  Placement best;
  double least = 0;
  for (std::uint32_t p = 0; p < problem.accelerators(); ++p) {
    if (!problem.runs_on(task, p)) continue;
    const Placement here = table.earliest(task, p);
    double key = problem.energy(task, p);
    if (assign == Assign::edp) key *= here.end - exist;
    if (best.accelerator == kNone || less(key, least) || (equal(key, least) && less(here.end, best.end))) {
      best = here;
      least = key;
    }
  }
  return best;
}

/// The accelerator for the critical path: runs most of it (all of it, if one does), then takes least time.
std::uint32_t critical_accelerator(const Problem& problem, const std::vector<bool>& on_path) {
  std::uint32_t best = kNone, best_count = 0;
  Seconds least = kNever;
  for (std::uint32_t p = 0; p < problem.accelerators(); ++p) {
    std::uint32_t count = 0;
    Seconds sum = 0;
    for (std::uint32_t t = 0; t < problem.size(); ++t) {
      if (!on_path[t] || !problem.runs_on(t, p)) continue;
      ++count;
      sum += problem.time(t, p);
    }
    if (count == 0 || count < best_count) continue;
    if (count > best_count || less(sum, least)) {
      best = p;
      best_count = count;
      least = sum;
    }
  }
  return best;
}

/// All tasks by decreasing time; equal ones by decreasing id.
std::vector<std::uint32_t> last_first(std::vector<double> times) {
  for (double& time : times) time = -time;
  std::vector<std::uint32_t> order = by_decreasing(times);
  std::reverse(order.begin(), order.end());
  return order;
}

}  // namespace

Plan heft(const Problem& problem, const HeftOptions& options) {
  Timetable table(problem, options.insertion);
  for (const std::uint32_t task : by_decreasing(upward_ranks(problem, options.rank)))
    if (table.placeable(task)) table.place(task, assigned(table, task, options.assign));
  return table.plan();
}

Plan cpop(const Problem& problem, bool insertion) {
  std::vector<double> priority = upward_ranks(problem);
  const std::vector<double> down = downward_ranks(problem);
  double longest = 0;
  for (std::uint32_t t = 0; t < problem.size(); ++t) longest = std::max(longest, priority[t] += down[t]);
  std::vector<bool> on_path(problem.size());
  for (std::uint32_t t = 0; t < problem.size(); ++t) on_path[t] = equal(priority[t], longest);
  const std::uint32_t critical = critical_accelerator(problem, on_path);

  Timetable table(problem, insertion);
  ReadyTasks ready(table);
  while (!ready.empty()) {
    std::uint32_t next = ready.all().front();
    for (const std::uint32_t task : ready.all())
      if (less(priority[next], priority[task])) next = task;
    const bool there = on_path[next] && critical != kNone && problem.runs_on(next, critical);
    ready.place(table, next, there ? table.earliest(next, critical) : table.earliest_finish(next));
  }
  return table.plan();
}

std::vector<std::uint32_t> hcpt_order(const Problem& problem) {
  const std::vector<double> earliest = downward_ranks(problem), latest = latest_starts(problem);
  const std::vector<bool> critical = critical_tasks(problem);
  double longest = 0;
  for (std::uint32_t t = 0; t < problem.size(); ++t) longest = std::max(longest, latest[t]);

  // A stack, its end the top: critical tasks on top, the one that starts first uppermost. Exits that are not
  // critical lie below them, as parents of an exit of all: the one with the smallest ALST first.
  std::vector<std::uint32_t> stack, order;
  for (const std::uint32_t t : last_first(latest))
    if (problem.tasks[t].outputs.empty() && !critical[t]) stack.push_back(t);
  for (const std::uint32_t t : last_first(earliest))
    if (critical[t]) stack.push_back(t);

  std::vector<bool> listed(problem.size());
  while (!stack.empty()) {
    const std::uint32_t top = stack.back();
    std::uint32_t parent = kNone;
    if (!listed[top])
      for (const PlanEdge& edge : problem.tasks[top].inputs) {
        if (listed[edge.task]) continue;
        if (parent == kNone || less(latest[edge.task], latest[parent], longest) ||
            (equal(latest[edge.task], latest[parent], longest) && edge.task < parent))
          parent = edge.task;
      }
    if (parent != kNone) {
      stack.push_back(parent);
      continue;
    }
    stack.pop_back();
    if (listed[top]) continue;
    listed[top] = true;
    order.push_back(top);
  }
  return order;
}

Plan hcpt(const Problem& problem, bool insertion) {
  Timetable table(problem, insertion);
  for (const std::uint32_t task : hcpt_order(problem))
    if (table.placeable(task)) table.place(task, table.earliest_finish(task));
  return table.plan();
}

}  // namespace hetsched::planning
