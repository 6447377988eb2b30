#include "online/max_min_shares.hpp"

#include <algorithm>
#include <numeric>

#include "planning/linear_program.hpp"

namespace hetsched {

MaxMinShares max_min_shares(const std::vector<std::vector<double>>& throughput, const std::vector<double>& workers,
                            const std::vector<double>& weights) {
  const std::size_t jobs = throughput.size(), types = workers.size();
  const double all = std::accumulate(workers.begin(), workers.end(), 0.0);
  const double most = std::max(1.0, all / static_cast<double>(jobs));  // an equal share is at most one worker
  // Variables: X by job and type, then the least normalised throughput.
  planning::LinearProgram program;
  program.objective.assign(jobs * types + 1, 0);
  program.objective.back() = 1;
  const auto add_row = [&](double bound) -> std::vector<double>& {
    program.bounds.push_back(bound);
    return program.rows.emplace_back(jobs * types + 1, 0.0);
  };
  for (std::size_t m = 0; m < jobs; ++m) {
    double equal = 0;
    for (std::size_t k = 0; k < types; ++k) equal += throughput[m][k] * workers[k] / static_cast<double>(jobs) / most;
    if (equal > 0) {
      std::vector<double>& fair = add_row(0);
      for (std::size_t k = 0; k < types; ++k) fair[m * types + k] = -throughput[m][k] / equal / weights[m];
      fair.back() = 1;
    }
    std::vector<double>& whole = add_row(1);
    std::fill_n(whole.begin() + static_cast<std::ptrdiff_t>(m * types), types, 1.0);
  }
  for (std::size_t k = 0; k < types; ++k) {
    std::vector<double>& type = add_row(workers[k]);
    for (std::size_t m = 0; m < jobs; ++m) type[m * types + k] = 1;
  }
  const planning::LinearSolution solution = planning::solve(program);
  MaxMinShares shares;
  shares.share.assign(jobs, std::vector<double>(types, 0));
  if (solution.status != planning::LinearSolution::Status::optimal) return shares;  // no job has any throughput
  shares.least = solution.value;
  for (std::size_t m = 0; m < jobs; ++m)
    for (std::size_t k = 0; k < types; ++k)
      if (throughput[m][k] > 0) shares.share[m][k] = std::max(0.0, solution.x[m * types + k]);
  return shares;
}

}  // namespace hetsched
