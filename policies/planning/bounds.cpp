#include "planning/bounds.hpp"

#include <algorithm>
#include <ranges>

#include "planning/linear_program.hpp"

namespace hetsched::planning {
namespace {

constexpr int kPlanes = 200;

/// None, unless two tasks may overlap.
Seconds least_transfer(const Problem& problem, const PlanEdge& edge) {
  Seconds least = 0;
  for (const AcceleratorId from : problem.accelerators.ids())
    for (const AcceleratorId to : problem.accelerators.ids()) least = std::min(least, problem.transfer(edge, from, to));
  return least;
}

/// Of all accelerators, also of those with more than Problem::kMostSlots.
std::vector<double> slots_of(const Problem& problem) {
  std::vector<double> slots;
  for (const PlanAccelerator& a : problem.accelerators) slots.push_back(a.slots);
  return slots;
}

}  // namespace

Seconds critical_path(const Problem& problem) {
  IdVector<PlanTaskId, Seconds> end(problem.size());
  Seconds last = 0;
  for (const PlanTaskId t : placeable_tasks(problem)) {
    const PlanTask& task = problem.tasks[t];
    Seconds start = task.release;
    for (const PlanEdge& edge : task.inputs) start = std::max(start, end[edge.task] + least_transfer(problem, edge));
    end[t] = start + problem.least_time(t);
    last = std::max(last, end[t]);
  }
  return last;
}

Seconds least_load(const Problem& problem) {
  Seconds sum = 0;
  double slots = 0;
  for (const PlanTaskId t : placeable_tasks(problem)) sum += problem.least_time(t);
  for (const double of_one : slots_of(problem)) slots += of_one;
  return slots > 0 ? sum / slots : 0;
}

Seconds divisible_load(std::span<const std::vector<Seconds>> times, std::span<const double> slots,
                       std::span<const double> weights) {
  const std::size_t machines = slots.size();
  if (times.empty() || machines == 0) return 0;
  double all = 0;
  for (const double s : slots) all += s;
  Seconds unit = 0;  // so that the program's numbers are near one
  for (std::size_t t = 0; t < times.size(); ++t)
    unit += *std::min_element(times[t].begin(), times[t].end()) * (weights.empty() ? 1 : weights[t]);
  if (!(unit > 0)) return 0;
  // Who is so much slower does not matter, but would drown all digits; less time makes the bound no larger.
  const auto time_of = [&](std::size_t t, std::size_t p) { return std::min(times[t][p], 1e9 * unit); };
  // Variables: y of each machine, then the value. Every plane: value <= sum_p gradient(p) y(p).
  LinearProgram program;
  program.objective.assign(machines + 1, 0);
  program.objective.back() = 1;
  program.rows.emplace_back(slots.begin(), slots.end()).push_back(0);
  program.bounds.push_back(1);
  std::vector<double> y(machines, 1 / all);
  double best = 0;
  for (int plane = 0; plane < kPlanes; ++plane) {
    std::vector<double> gradient(machines + 1, 0);
    double value = 0;
    for (std::size_t t = 0; t < times.size(); ++t) {
      std::size_t least = 0;
      double price = kNever;
      for (std::size_t p = 0; p < machines; ++p)
        if (times[t][p] < kNever && time_of(t, p) * y[p] < price) price = time_of(t, least = p) * y[p];
      const double weight = (weights.empty() ? 1 : weights[t]) / unit;
      value += price * weight;
      gradient[least] -= time_of(t, least) * weight;
    }
    best = std::max(best, value);
    gradient.back() = 1;
    program.rows.push_back(gradient);
    program.bounds.push_back(0);
    const LinearSolution solution = solve(program);
    if (solution.status != LinearSolution::Status::optimal || solution.value <= best * (1 + 1e-9)) break;
    y.assign(solution.x.begin(), solution.x.end() - 1);
  }
  return best * unit;
}

Seconds divisible_load(const Problem& problem) {
  std::vector<std::vector<Seconds>> times;
  for (const PlanTaskId t : placeable_tasks(problem)) {
    std::vector<Seconds>& row = times.emplace_back();
    for (const AcceleratorId a : problem.accelerators.ids()) row.push_back(problem.time(t, a));
  }
  return divisible_load(times, slots_of(problem));
}

Seconds lower_bound(const Problem& problem) {
  return std::max({critical_path(problem), least_load(problem), divisible_load(problem)});
}

IdVector<PlanTaskId, Seconds> least_tails(const Problem& problem) {
  IdVector<PlanTaskId, Seconds> tails(problem.size());
  for (const PlanTaskId t : problem.tasks.ids() | std::views::reverse) {
    const Seconds least = problem.least_time(t);
    tails[t] += least < kNever ? least : 0;
    for (const PlanEdge& edge : problem.tasks[t].inputs) tails[edge.task] = std::max(tails[edge.task], tails[t]);
  }
  return tails;
}

}  // namespace hetsched::planning
