/// \file
/// Means, ratios and their 95% confidence intervals, from pairs of runs with the same seed.
#pragma once

#include <optional>
#include <span>

namespace hetsched {

/// An estimate with the ends of its 95% confidence interval, which there is for two values or more.
struct Estimate {
  double value = 0;
  std::optional<double> low, high;
};

/// Half width of the two-sided interval of that confidence, in (0, 1), under Student's t distribution with `degrees` >=
/// 1 degrees of freedom.
double t_quantile(unsigned degrees, double confidence);

/// 97.5% quantile of Student's t distribution with `degrees` >= 1 degrees of freedom: the half width of a 95%
/// interval, in standard errors.
double t_975(unsigned degrees);

/// Mean of n >= 1 values; interval: mean -+ t_975(n - 1) s / sqrt(n), s the standard deviation.
Estimate mean_estimate(std::span<const double> values);

/// Ratio of geometric means of n >= 1 pairs of positive values: exp of the mean of ln(a / b), and of the ends
/// of the interval of that mean.
Estimate ratio_estimate(std::span<const double> a, std::span<const double> b);

/// Mean of the differences a - b of n >= 1 pairs.
Estimate difference_estimate(std::span<const double> a, std::span<const double> b);

}  // namespace hetsched
