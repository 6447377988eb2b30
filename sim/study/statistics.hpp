/// \file
/// Means, ratios and their 95% confidence intervals, from pairs of runs with the same seed.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/student_t.hpp"

namespace hetsched {

/// An estimate with the ends of its 95% confidence interval, which there is for two values or more.
struct Estimate {
  double value = 0;
  std::optional<double> low, high;
  std::optional<double> p = {};  ///< two-sided p value of the t test that the mean is 0 (of a ratio: that it is 1)
};

/// Mean of n >= 1 values; interval: mean -+ t_975(n - 1) s / sqrt(n), s the standard deviation.
Estimate mean_estimate(std::span<const double> values);

/// Ratio of geometric means of n >= 1 pairs of positive values: exp of the mean of ln(a / b), and of the ends
/// of the interval of that mean.
Estimate ratio_estimate(std::span<const double> a, std::span<const double> b);

/// p values of several tests at once, adjusted by Holm's step-down rule, in their order: those that are at most alpha
/// may be rejected, and the probability to reject any true hypothesis stays at most alpha, however the tests depend on
/// each other (Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statistics 6, 1979).
std::vector<double> holm(std::span<const double> p_values);

/// Mean of the differences a - b of n >= 1 pairs.
Estimate difference_estimate(std::span<const double> a, std::span<const double> b);

}  // namespace hetsched
