/// \file
/// The mean of one long run in its steady state, with an interval: its warm-up is found and cut, and what is left is
/// taken in batches.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace hetsched {

/// How many of the first values belong to the warm-up, by MSER-5 (White, Cobb and Spratt, A comparison of five
/// steady-state truncation heuristics for simulation, Winter Simulation Conference 2000): with means Z of 5 values
/// each, the number d of means to cut for which sum over i > d of (Z_i - mean of those)^2 / (k - d)^2 is least, the
/// first of equal ones; the last 5 means are never cut. Nothing for fewer than 50 values, or if more than half would be
/// cut: then the run is too short to tell.
std::optional<std::size_t> mser5(std::span<const double> values);

/// A mean and the half width of its 95% confidence interval.
struct SteadyMean {
  double mean = 0, half_width = 0;
};

/// By 20 batches of consecutive values, as equal as whole numbers allow, whose means are taken as independent:
/// Student's t with 19 degrees of freedom (Law, Simulation Modeling and Analysis, 9.5.3). True if batches are much
/// longer than values depend on each other. Nothing for fewer than 200 values.
std::optional<SteadyMean> batch_means(std::span<const double> values);

/// Both of a sequence.
struct SteadyState {
  std::optional<std::size_t> warm_up;  ///< values
  std::optional<SteadyMean> mean;      ///< of those after them
};
SteadyState steady_state(std::span<const double> values);

}  // namespace hetsched
