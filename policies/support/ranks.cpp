#include "support/ranks.hpp"

#include <algorithm>
#include <numeric>

#include "support/tolerance.hpp"

namespace hetsched::planning {
namespace {

Seconds along(const Route& mean, Bytes bytes) { return bytes > 0 ? mean.latency + bytes * mean.seconds_per_byte : 0; }

Seconds average_time(const Problem& problem, std::uint32_t task, Average average) {
  std::vector<Seconds> times;
  for (const Seconds time : problem.times(task))
    if (time < kNever) times.push_back(time);
  if (times.empty()) return 0;
  const std::size_t n = times.size();
  if (average == Average::mean) return std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(n);
  std::sort(times.begin(), times.end());
  return (times[(n - 1) / 2] + times[n / 2]) / 2;
}

double mean_energy_delay(const Problem& problem, std::uint32_t task) {
  double sum = 0, supported = 0;
  for (std::uint32_t p = 0; p < problem.accelerators(); ++p) {
    if (!problem.runs_on(task, p)) continue;
    sum += problem.energy(task, p) * problem.time(task, p);
    ++supported;
  }
  return supported > 0 ? sum / supported : 0;
}

/// The accelerator with the largest or least time of a task (ties: lowest index); kNone if none supports it.
std::uint32_t extreme(const Problem& problem, std::uint32_t task, RankBy by) {
  std::uint32_t found = kNone;
  for (std::uint32_t p = 0; p < problem.accelerators(); ++p) {
    if (!problem.runs_on(task, p)) continue;
    const Seconds time = problem.time(task, p);
    if (found == kNone ||
        (by == RankBy::worst ? less(problem.time(task, found), time) : less(time, problem.time(task, found))))
      found = p;
  }
  return found;
}

std::vector<double> extreme_ranks(const Problem& problem, RankBy by) {
  std::vector<std::uint32_t> chosen(problem.size());
  std::vector<double> rank(problem.size());
  for (std::uint32_t t = problem.size(); t-- > 0;) {
    chosen[t] = extreme(problem, t, by);
    double tail = 0;
    for (const PlanEdge& edge : problem.tasks[t].outputs) {
      const bool known = chosen[t] != kNone && chosen[edge.task] != kNone;
      const Seconds moving = known ? problem.transfer(edge.bytes, chosen[t], chosen[edge.task]) : 0;
      tail = std::max(tail, moving + rank[edge.task]);
    }
    rank[t] = (chosen[t] == kNone ? 0 : problem.time(t, chosen[t])) + tail;
  }
  return rank;
}

/// max_s min_q or max_s max_q of what comes after; `pick(best, value)` says which of two values over q
/// counts.
template <class Use, class Moving, class Pick>
CostTable cost_table(const Problem& problem, const Use& use, const Moving& moving, const Pick& pick) {
  CostTable table(problem.size(), problem.accelerators());
  for (std::uint32_t t = problem.size(); t-- > 0;)
    for (std::uint32_t p = 0; p < problem.accelerators(); ++p)
      for (const PlanEdge& edge : problem.tasks[t].outputs) {
        if (!use(t, edge.task)) continue;
        double over_q = -1;
        for (std::uint32_t q = 0; q < problem.accelerators(); ++q) {
          if (!problem.runs_on(edge.task, q)) continue;
          const double value = table.at(edge.task, q) + problem.time(edge.task, q) + moving(edge.bytes, p, q);
          over_q = over_q < 0 ? value : pick(over_q, value);
        }
        table.at(t, p) = std::max(table.at(t, p), over_q);
      }
  return table;
}

bool every(std::uint32_t, std::uint32_t) { return true; }
double least(double a, double b) { return std::min(a, b); }
double most(double a, double b) { return std::max(a, b); }

}  // namespace

std::vector<Seconds> average_times(const Problem& problem, Average average) {
  std::vector<Seconds> times(problem.size());
  for (std::uint32_t t = 0; t < problem.size(); ++t) times[t] = average_time(problem, t, average);
  return times;
}

std::vector<double> upward_ranks(const Problem& problem, RankBy by) {
  if (by == RankBy::worst || by == RankBy::best) return extreme_ranks(problem, by);
  const Route link = by == RankBy::mean ? problem.mean_link() : Route{};
  std::vector<double> rank(problem.size());
  for (std::uint32_t t = problem.size(); t-- > 0;) {
    double tail = 0;
    for (const PlanEdge& edge : problem.tasks[t].outputs)
      tail = std::max(tail, along(link, edge.bytes) + rank[edge.task]);
    rank[t] = tail + (by == RankBy::mean ? average_time(problem, t, Average::mean) : mean_energy_delay(problem, t));
  }
  return rank;
}

std::vector<double> downward_ranks(const Problem& problem) {
  const Route link = problem.mean_link();
  const std::vector<Seconds> times = average_times(problem);
  std::vector<double> rank(problem.size());
  for (std::uint32_t t = 0; t < problem.size(); ++t)
    for (const PlanEdge& edge : problem.tasks[t].inputs)
      rank[t] = std::max(rank[t], rank[edge.task] + times[edge.task] + along(link, edge.bytes));
  return rank;
}

std::vector<double> latest_starts(const Problem& problem) {
  std::vector<double> latest = upward_ranks(problem);
  const double longest = latest.empty() ? 0 : *std::max_element(latest.begin(), latest.end());
  for (double& value : latest) value = longest - value;  // the longest path from there on has no slack
  return latest;
}

std::vector<bool> critical_tasks(const Problem& problem) {
  const std::vector<double> earliest = downward_ranks(problem), latest = latest_starts(problem);
  const std::vector<double> upward = upward_ranks(problem);
  const double longest = upward.empty() ? 0 : *std::max_element(upward.begin(), upward.end());
  std::vector<bool> critical(problem.size());
  for (std::uint32_t t = 0; t < problem.size(); ++t) critical[t] = equal(earliest[t], latest[t], longest);
  return critical;
}

std::vector<double> static_levels(const Problem& problem, Average average) {
  std::vector<double> level(problem.size());
  for (std::uint32_t t = problem.size(); t-- > 0;) {
    for (const PlanEdge& edge : problem.tasks[t].outputs) level[t] = std::max(level[t], level[edge.task]);
    level[t] += average_time(problem, t, average);
  }
  return level;
}

CostTable optimistic_costs(const Problem& problem, Transfer transfer) {
  const Route link = problem.mean_link();
  if (transfer == Transfer::pair)
    return cost_table(
        problem, every, [&](Bytes bytes, std::uint32_t p, std::uint32_t q) { return problem.transfer(bytes, p, q); },
        least);
  return cost_table(
      problem, every, [&](Bytes bytes, std::uint32_t p, std::uint32_t q) { return p == q ? 0 : along(link, bytes); },
      least);
}

CostTable critical_costs(const Problem& problem, const std::vector<bool>& critical) {
  std::vector<bool> has_critical(problem.size());
  for (std::uint32_t t = 0; t < problem.size(); ++t)
    for (const PlanEdge& edge : problem.tasks[t].outputs)
      if (critical[edge.task]) has_critical[t] = true;
  const Route link = problem.mean_link();
  return cost_table(
      problem, [&](std::uint32_t t, std::uint32_t s) { return !has_critical[t] || critical[s]; },
      [&](Bytes bytes, std::uint32_t p, std::uint32_t q) { return p == q ? 0 : along(link, bytes); }, least);
}

CostTable pessimistic_costs(const Problem& problem) {
  const Route link = problem.mean_link();
  return cost_table(
      problem, every, [&](Bytes bytes, std::uint32_t, std::uint32_t) { return along(link, bytes); }, most);
}

std::vector<double> row_means(const Problem& problem, const CostTable& table) {
  std::vector<double> means(problem.size());
  for (std::uint32_t t = 0; t < problem.size(); ++t) {
    double supported = 0;
    for (std::uint32_t p = 0; p < problem.accelerators(); ++p) {
      if (!problem.runs_on(t, p)) continue;
      means[t] += table.at(t, p);
      ++supported;
    }
    if (supported > 0) means[t] /= supported;
  }
  return means;
}

std::vector<std::uint32_t> by_decreasing(const std::vector<double>& keys) {
  std::vector<std::uint32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return keys[a] != keys[b] ? keys[a] > keys[b] : a < b; });
  // Neighbours that are equal but for rounding form a group; a group goes by id.
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && equal(keys[order[end - 1]], keys[order[end]])) ++end;
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(first), order.begin() + static_cast<std::ptrdiff_t>(end));
    first = end;
  }
  return order;
}

}  // namespace hetsched::planning
