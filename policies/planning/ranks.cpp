#include "planning/ranks.hpp"

#include <algorithm>
#include <numeric>
#include <ranges>

namespace hetsched::planning {
namespace {

/// The mean of `value(slot)` over slots that support a task; 0 if none does.
template <class Value>
double mean_over_slots(const Problem& problem, PlanTaskId task, const Value& value) {
  double sum = 0, supported = 0;
  for (const SlotId p : problem.slots.ids()) {
    if (!problem.runs_on(task, p)) continue;
    sum += value(p);
    ++supported;
  }
  return supported > 0 ? sum / supported : 0;
}

Seconds average_time(const Problem& problem, PlanTaskId task, Average average) {
  if (average == Average::mean) return mean_over_slots(problem, task, [&](SlotId p) { return problem.time(task, p); });
  std::vector<Seconds> times;
  for (const SlotId p : problem.slots.ids())
    if (problem.runs_on(task, p)) times.push_back(problem.time(task, p));
  if (times.empty()) return 0;
  const std::size_t n = times.size();
  std::sort(times.begin(), times.end());
  return (times[(n - 1) / 2] + times[n / 2]) / 2;
}

/// The accelerator with the largest or least time of a task (ties: the first); none if none supports it.
AcceleratorId extreme(const Problem& problem, PlanTaskId task, RankBy by) {
  AcceleratorId found = AcceleratorId::none;
  for (const AcceleratorId a : problem.accelerators.ids()) {
    if (!problem.runs_on(task, a)) continue;
    const Seconds time = problem.time(task, a);
    if (found == AcceleratorId::none || (by == RankBy::worst ? clearly_less(problem.time(task, found), time)
                                                             : clearly_less(time, problem.time(task, found))))
      found = a;
  }
  return found;
}

/// w(t) + the largest of `tail(edge)` + what comes after it.
template <class Weight, class Tail>
ByTask ranks_from_exits(const Problem& problem, const Weight& weight, const Tail& tail) {
  ByTask rank(problem.size());
  for (const PlanTaskId t : problem.tasks.ids() | std::views::reverse) {
    double after = 0;
    for (const PlanEdge& edge : problem.tasks[t].outputs) after = std::max(after, tail(t, edge) + rank[edge.task]);
    rank[t] = after + weight(t);
  }
  return rank;
}

ByTask extreme_ranks(const Problem& problem, RankBy by) {
  IdVector<PlanTaskId, AcceleratorId> chosen;
  for (const PlanTaskId t : problem.tasks.ids()) chosen.push_back(extreme(problem, t, by));
  constexpr AcceleratorId none = AcceleratorId::none;
  return ranks_from_exits(
      problem, [&](PlanTaskId t) { return chosen[t] == none ? 0 : problem.time(t, chosen[t]); },
      [&](PlanTaskId t, const PlanEdge& edge) {
        const bool known = chosen[t] != none && chosen[edge.task] != none;
        return known ? problem.transfer(edge, chosen[t], chosen[edge.task]) : 0;
      });
}

/// max_s min_q or max_s max_q of what comes after; `pick(best, value)` says which of two values over q counts.
template <class Use, class Moving, class Pick>
CostTable cost_table(const Problem& problem, const Use& use, const Moving& moving, const Pick& pick) {
  CostTable table(problem.size(), problem.slots.size());
  for (const PlanTaskId t : problem.tasks.ids() | std::views::reverse)
    for (const SlotId p : problem.slots.ids())
      for (const PlanEdge& edge : problem.tasks[t].outputs) {
        if (!use(t, edge.task)) continue;
        double over_q = -1;
        for (const SlotId q : problem.slots.ids()) {
          if (!problem.runs_on(edge.task, q)) continue;
          const double value = table.at(edge.task, q) + problem.time(edge.task, q) + moving(edge, p, q);
          over_q = over_q < 0 ? value : pick(over_q, value);
        }
        table.at(t, p) = std::max(table.at(t, p), over_q);
      }
  return table;
}

/// All tasks by decreasing time; equal ones by decreasing id.
std::vector<PlanTaskId> last_first(ByTask times) {
  for (double& time : times) time = -time;
  std::vector<PlanTaskId> order = by_decreasing(times);
  std::reverse(order.begin(), order.end());
  return order;
}

bool every(PlanTaskId, PlanTaskId) { return true; }
double least(double a, double b) { return std::min(a, b); }
double most(double a, double b) { return std::max(a, b); }

}  // namespace

ByTask average_times(const Problem& problem, Average average) {
  ByTask times;
  for (const PlanTaskId t : problem.tasks.ids()) times.push_back(average_time(problem, t, average));
  return times;
}

ByTask upward_ranks(const Problem& problem, RankBy by) {
  if (by == RankBy::worst || by == RankBy::best) return extreme_ranks(problem, by);
  if (by == RankBy::edp)
    return ranks_from_exits(
        problem,
        [&](PlanTaskId t) {
          return mean_over_slots(problem, t, [&](SlotId p) {
            return problem.cost(t, problem.accelerator(p)).energy * problem.time(t, p);
          });
        },
        [](PlanTaskId, const PlanEdge&) { return 0.0; });
  const Route link = problem.mean_link();
  return ranks_from_exits(
      problem, [&](PlanTaskId t) { return average_time(problem, t, Average::mean); },
      [&](PlanTaskId, const PlanEdge& edge) { return problem.mean_transfer(edge, link); });
}

ByTask downward_ranks(const Problem& problem) {
  const Route link = problem.mean_link();
  const ByTask times = average_times(problem);
  ByTask rank(problem.size());
  for (const PlanTaskId t : problem.tasks.ids())
    for (const PlanEdge& edge : problem.tasks[t].inputs)
      rank[t] = std::max(rank[t], rank[edge.task] + times[edge.task] + problem.mean_transfer(edge, link));
  return rank;
}

ByTask latest_starts(const Problem& problem) {
  ByTask latest = upward_ranks(problem);
  const double longest = latest.empty() ? 0 : *std::max_element(latest.begin(), latest.end());
  for (double& value : latest) value = longest - value;  // the longest path from there on has no slack
  return latest;
}

IdVector<PlanTaskId, bool> critical_tasks(const Problem& problem) {
  const ByTask earliest = downward_ranks(problem), latest = latest_starts(problem), upward = upward_ranks(problem);
  const double longest = upward.empty() ? 0 : *std::max_element(upward.begin(), upward.end());
  IdVector<PlanTaskId, bool> critical(problem.size());
  for (const PlanTaskId t : problem.tasks.ids()) critical[t] = nearly_equal(earliest[t], latest[t], longest);
  return critical;
}

ByTask static_levels(const Problem& problem, Average average) {
  return ranks_from_exits(
      problem, [&](PlanTaskId t) { return average_time(problem, t, average); },
      [](PlanTaskId, const PlanEdge&) { return 0.0; });
}

CostTable optimistic_costs(const Problem& problem, Transfer transfer) {
  if (transfer == Transfer::pair)
    return cost_table(
        problem, every,
        [&](const PlanEdge& edge, SlotId p, SlotId q) {
          return problem.transfer(edge, problem.accelerator(p), problem.accelerator(q));
        },
        least);
  return cost_table(
      problem, every,
      [&, link = problem.mean_link()](const PlanEdge& edge, SlotId p, SlotId q) {
        return p == q ? 0 : problem.mean_transfer(edge, link);
      },
      least);
}

CostTable critical_costs(const Problem& problem, const IdVector<PlanTaskId, bool>& critical) {
  IdVector<PlanTaskId, bool> has_critical(problem.size());
  for (const PlanTaskId t : problem.tasks.ids())
    for (const PlanEdge& edge : problem.tasks[t].outputs)
      if (critical[edge.task]) has_critical[t] = true;
  return cost_table(
      problem, [&](PlanTaskId t, PlanTaskId s) { return !has_critical[t] || critical[s]; },
      [&, link = problem.mean_link()](const PlanEdge& edge, SlotId p, SlotId q) {
        return p == q ? 0 : problem.mean_transfer(edge, link);
      },
      least);
}

CostTable pessimistic_costs(const Problem& problem) {
  return cost_table(
      problem, every,
      [&, link = problem.mean_link()](const PlanEdge& edge, SlotId, SlotId) {
        return problem.mean_transfer(edge, link);
      },
      most);
}

ByTask row_means(const Problem& problem, const CostTable& table) {
  ByTask means;
  for (const PlanTaskId t : problem.tasks.ids())
    means.push_back(mean_over_slots(problem, t, [&](SlotId p) { return table.at(t, p); }));
  return means;
}

std::vector<PlanTaskId> in_order(const Problem& problem) {
  const auto ids = problem.tasks.ids();
  return {ids.begin(), ids.end()};
}

std::vector<PlanTaskId> by_decreasing(const ByTask& keys) {
  std::vector<PlanTaskId> order(keys.ids().begin(), keys.ids().end());
  std::sort(order.begin(), order.end(),
            [&](PlanTaskId a, PlanTaskId b) { return keys[a] != keys[b] ? keys[a] > keys[b] : a < b; });
  // Neighbours that are equal but for rounding form a group; a group goes by id.
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && nearly_equal(keys[order[end - 1]], keys[order[end]])) ++end;
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(first), order.begin() + static_cast<std::ptrdiff_t>(end));
    first = end;
  }
  return order;
}

std::vector<PlanTaskId> critical_parents_order(const Problem& problem) {
  const ByTask earliest = downward_ranks(problem), latest = latest_starts(problem);
  const IdVector<PlanTaskId, bool> critical = critical_tasks(problem);
  double longest = 0;
  for (const double time : latest) longest = std::max(longest, time);

  // A stack, its end the top: critical tasks on top, the one that starts first uppermost. Exits that are not
  // critical lie below them, as parents of an exit of all: the one with the smallest ALST first.
  std::vector<PlanTaskId> stack, order;
  for (const PlanTaskId t : last_first(latest))
    if (problem.tasks[t].outputs.empty() && !critical[t]) stack.push_back(t);
  for (const PlanTaskId t : last_first(earliest))
    if (critical[t]) stack.push_back(t);

  IdVector<PlanTaskId, bool> listed(problem.size());
  while (!stack.empty()) {
    const PlanTaskId top = stack.back();
    PlanTaskId parent = PlanTaskId::none;
    if (!listed[top])
      for (const PlanEdge& edge : problem.tasks[top].inputs) {
        if (listed[edge.task]) continue;
        if (parent == PlanTaskId::none || clearly_less(latest[edge.task], latest[parent], longest) ||
            (nearly_equal(latest[edge.task], latest[parent], longest) && edge.task < parent))
          parent = edge.task;
      }
    if (parent != PlanTaskId::none) {
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

}  // namespace hetsched::planning
