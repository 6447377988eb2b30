/// \file
/// The rules of static list scheduling once more, written plainly from their definitions: matrices instead of
/// graphs, everything searched for anew at each step. For comparing makespans on random instances.
#pragma once

#include <cstdint>
#include <vector>

#include "planning/problem.hpp"

namespace hetsched::testing {

inline constexpr double kNoEdge = -1;  ///< in a matrix of bytes

/// Matrices, and nothing else.
struct Instance {
  int n = 0, m = 0;
  std::vector<std::vector<double>> w, bytes, latency, per_byte;

  [[nodiscard]] double c(int u, int t, int p, int q) const {
    return p == q || bytes[u][t] <= 0 ? 0 : latency[p][q] + bytes[u][t] * per_byte[p][q];
  }
  [[nodiscard]] double mean_c(int u, int t) const {
    double sum = 0;
    for (int p = 0; p < m; ++p)
      for (int q = 0; q < m; ++q) sum += c(u, t, p, q);
    return m > 1 ? sum / (m * (m - 1)) : 0;
  }
  [[nodiscard]] double mean_w(int t) const {
    double sum = 0, count = 0;
    for (int p = 0; p < m; ++p)
      if (w[t][p] < kNever) sum += w[t][p], ++count;
    return sum / count;
  }
  [[nodiscard]] bool edge(int u, int t) const { return bytes[u][t] >= 0; }
};

/// Whole numbers (many ties) or fractions, by seed; in some an eighth of the times is missing.
Instance random_instance(std::uint64_t seed);
planning::Problem problem_of(const Instance& instance);

/// Makespans.
double plain_heft(const Instance& in, bool insertion);
double plain_cpop(const Instance& in);
double plain_peft(const Instance& in);
double plain_min_min(const Instance& in);
double plain_max_min(const Instance& in);
double plain_etf(const Instance& in);
double plain_dls(const Instance& in);
double plain_mct(const Instance& in);
double plain_met(const Instance& in);
double plain_olb(const Instance& in);

}  // namespace hetsched::testing
