#include <algorithm>
#include <span>

#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

enum class Scope : std::uint8_t { children, full };

/// Places `tasks` where each finishes first; returns when the last of them does, and takes them back.
Seconds tried(Timetable& table, std::span<const PlanTaskId> tasks) {
  Seconds last = 0;
  std::vector<PlanTaskId> placed;
  for (const PlanTaskId task : tasks) {
    const Placement placement = table.earliest_finish(task);
    if (!placement.placed()) continue;
    table.place(task, placement);
    placed.push_back(task);
    last = std::max(last, placement.end);
  }
  for (const PlanTaskId task : placed) table.remove(task);
  return last;
}

/// The children of a task in the order in which they will be placed.
std::vector<PlanTaskId> children(const Problem& problem, PlanTaskId task,
                                 const IdVector<PlanTaskId, std::size_t>& turn) {
  std::vector<PlanTaskId> found;
  for (const PlanEdge& edge : problem.tasks[task].outputs) found.push_back(edge.task);
  std::sort(found.begin(), found.end(), [&](PlanTaskId a, PlanTaskId b) { return turn[a] < turn[b]; });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

/// HEFT's order; each where the last of its children (of all tasks left) would finish first, placed after it in HEFT's
/// order, each where it finishes first. O(v^2 p^2) trials for all tasks left, O(e p^2) for children.
Plan plan(const Problem& problem, const Settings& settings) {
  const auto scope = static_cast<Scope>(settings[1]);
  const std::vector<PlanTaskId> order = by_decreasing(upward_ranks(problem));
  IdVector<PlanTaskId, std::size_t> turn(problem.size());
  for (std::size_t i = 0; i < order.size(); ++i) turn[order[i]] = i;
  Timetable table(problem, gaps(settings[0] != 0));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const PlanTaskId task = order[i];
    if (!table.placeable(task)) continue;
    const std::vector<PlanTaskId> after =
        scope == Scope::children
            ? children(problem, task, turn)
            : std::vector<PlanTaskId>(order.begin() + static_cast<std::ptrdiff_t>(i) + 1, order.end());
    const Placement best = table.best(task, [&](const Placement& here) {
      table.place(task, here);
      Seconds last = tried(table, after);
      // What has been placed before counts for the end of a whole plan, not for that of the children.
      last = scope == Scope::full ? std::max(last, makespan(table.plan())) : after.empty() ? here.end : last;
      table.remove(task);
      return Key{last, 0};
    });
    table.place(task, best);
  }
  return table.plan();
}

}  // namespace

Rule lookahead() {
  return {.name = "lookahead",
          .summary = "HEFT that tries what follows before it chooses an accelerator: a static plan",
          .source = "Bittencourt, Sakellariou, Madeira, Euromicro PDP 2010",
          .complexity = "per request: children: tensors x A^2 x (inputs + plan); full: tasks^2 x A^2 x (inputs + plan)",
          .verified_by = "Arabnejad and Barbosa's graph: 127 (children; from memory of the paper), 122 (full)",
          .options = {insertion_option(),
                      {"scope",
                       {"children", "full"},
                       0,
                       "what is tried for each choice: the children, or all tasks left (as pysimgrid does)"}},
          .plan = plan,
          .most_tasks = [](const Settings& settings) {
            return settings[1] == 0 ? static_cast<std::size_t>(-1) : std::size_t{200};
          }};
}

}  // namespace hetsched::planning
