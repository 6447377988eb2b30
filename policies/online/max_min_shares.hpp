/// \file
/// Gavel's max-min fairness: which part of its time each job spends on each type of worker.
#pragma once

#include <vector>

namespace hetsched {

struct MaxMinShares {
  double least = 0;                        ///< normalised throughput of the job that is worst off
  std::vector<std::vector<double>> share;  ///< by job, then type
};

/// Maximises the least over jobs m of
///   (sum_k throughput[m][k] X[m][k]) / (sum_k throughput[m][k] E[m][k]) / weight[m]
/// with each job's shares X[m] and, of each type, sum_m X[m][k] at most 1 and workers[k]. E is the equal
/// share: workers[k] / jobs, at most 1 in all. Jobs without throughput anywhere get nothing and do not count.
MaxMinShares max_min_shares(const std::vector<std::vector<double>>& throughput, const std::vector<double>& workers,
                            const std::vector<double>& weights);

}  // namespace hetsched
