/// \file
/// Tests that look at utilisations alone: sufficient under rate-monotonic priorities, whoever passes them meets all
/// deadlines; who does not may meet them all the same.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "analysis/demand.hpp"

namespace hetsched::analysis {

/// n (2^(1/n) - 1): the utilisation up to which n streams are schedulable rate-monotonically (Liu and Layland 1973); 1
/// for none.
double liu_layland_limit(std::size_t n);

/// What the tests say; nothing where they do not hold: they are for deadlines that are periods, without jitter.
/// Waiting for less urgent tasks, and switches, count as time of who waits (Sha, Rajkumar and Lehoczky 1990), stream by
/// stream in the order of periods.
struct UtilisationTests {
  double utilisation = 0;
  std::optional<bool> liu_layland;
  std::optional<bool> hyperbolic;  ///< product of utilisation + 1 at most 2 (Bini, Buttazzo and Buttazzo 2003)
  std::optional<bool> edf;         ///< at most 1 (Liu and Layland 1973; Baker 1991)
};
UtilisationTests utilisation_tests(std::span<const Demand> demands);

}  // namespace hetsched::analysis
