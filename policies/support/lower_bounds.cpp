#include "support/lower_bounds.hpp"

#include <algorithm>

#include "support/linear_program.hpp"
#include "support/mapping_search.hpp"

namespace hetsched::mapping {
namespace {

constexpr int kPlanes = 200;

Seconds least_time(const MappingProblem& problem, std::uint32_t task) {
  Seconds least = kNever;
  for (std::uint32_t a = 0; a < problem.accelerators(); ++a) least = std::min(least, problem.time(task, a));
  return least;
}

/// None, unless two tasks may overlap.
Seconds least_delay(const MappingProblem& problem, const Input& input) {
  Seconds least = 0;
  for (std::uint32_t from = 0; from < problem.accelerators(); ++from)
    for (std::uint32_t to = 0; to < problem.accelerators(); ++to)
      least = std::min(least, problem.delay(input, from, to));
  return least;
}

}  // namespace

Seconds critical_path(const MappingProblem& problem) {
  std::vector<Seconds> end(problem.size(), 0);
  Seconds last = 0;
  for (const std::uint32_t t : placeable_tasks(problem)) {
    const Task& task = problem.tasks[t];
    Seconds start = task.release;
    for (const Input& input : task.inputs) start = std::max(start, end[input.task] + least_delay(problem, input));
    end[t] = start + least_time(problem, t);
    last = std::max(last, end[t]);
  }
  return last;
}

Seconds least_load(const MappingProblem& problem) {
  Seconds sum = 0;
  double slots = 0;
  for (const std::uint32_t t : placeable_tasks(problem)) sum += least_time(problem, t);
  for (const Server& server : problem.servers) slots += static_cast<double>(server.free_at.size());
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
        if (times[t][p] < kNever && times[t][p] * y[p] < price) price = times[t][least = p] * y[p];
      const double weight = (weights.empty() ? 1 : weights[t]) / unit;
      value += price * weight;
      gradient[least] -= times[t][least] * weight;
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

Seconds divisible_load(const MappingProblem& problem) {
  std::vector<std::vector<Seconds>> times;
  std::vector<double> slots;
  for (const Server& server : problem.servers) slots.push_back(static_cast<double>(server.free_at.size()));
  for (const std::uint32_t t : placeable_tasks(problem)) {
    std::vector<Seconds>& row = times.emplace_back();
    for (std::uint32_t a = 0; a < problem.accelerators(); ++a) row.push_back(problem.time(t, a));
  }
  return divisible_load(times, slots);
}

Seconds lower_bound(const MappingProblem& problem) {
  return std::max({critical_path(problem), least_load(problem), divisible_load(problem)});
}

}  // namespace hetsched::mapping
