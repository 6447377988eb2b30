/// \file
/// Small mapping problems with known answers, for tests of searches and estimates.
#pragma once

#include <cstdint>
#include <vector>

#include "support/mapping_problem.hpp"

namespace hetsched::testing {

/// A request that is a chain; times[task][accelerator], `change` when the accelerator changes.
inline void add_chain(mapping::MappingProblem& problem, const std::vector<std::vector<double>>& times, double change) {
  const std::uint32_t request = problem.add_request();
  std::uint32_t before = kNone;
  for (const std::vector<double>& row : times) {
    std::vector<mapping::Price> prices;
    for (const double time : row) prices.push_back({time, 0, 0});
    const std::uint32_t task = problem.add_task(request, prices);
    if (before != kNone) problem.add_edge(before, task, change);
    before = task;
  }
}

/// Two chains on two accelerators, which both are `contention` times slower while both are busy. The best
/// mapping ends at 15.5 (A 0011, B 100) without contention, at 21.0 (A 0011, B 110) with 1.5: by enumeration
/// of all 128 mappings with an independent program.
inline mapping::MappingProblem two_chains(double contention) {
  mapping::MappingProblem problem(2);
  problem.contention = contention;
  add_chain(problem, {{2, 4}, {6, 7}, {4, 3}, {7, 4}}, 0.5);
  add_chain(problem, {{9, 7}, {4, 2}, {2, 9}}, 0.5);
  return problem;
}

/// Tasks that do not need each other, of one request; times[task][accelerator].
inline mapping::MappingProblem independent_tasks(const std::vector<std::vector<double>>& times) {
  mapping::MappingProblem problem(static_cast<std::uint32_t>(times.front().size()));
  problem.add_request();
  for (const std::vector<double>& row : times) {
    std::vector<mapping::Price> prices;
    for (const double time : row) prices.push_back({time, 0, 0});
    problem.add_task(0, prices);
  }
  return problem;
}

}  // namespace hetsched::testing
