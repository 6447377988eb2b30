/// \file
/// The formulas of the metrics, one small function each. Where a formula divides by zero the metric is
/// undefined and there is no value; there is never a NaN.
#pragma once

#include <optional>
#include <span>

namespace hetsched {

/// numerator / denominator; nothing unless both are known and finite and denominator > 0.
std::optional<double> ratio(std::optional<double> numerator, std::optional<double> denominator);

/// Sum over number; nothing of nothing.
std::optional<double> mean(std::span<const double> values);

/// The percentile by nearest rank: the ceil(percent / 100 * n)-th smallest of n values, 0 < percent <= 100;
/// nothing of nothing. `ascending` is sorted.
std::optional<double> percentile(std::span<const double> ascending, unsigned percent);

/// Jain's fairness index (sum x)^2 / (n sum x^2): 1 if all are equal, 1/n if one has everything. Nothing if
/// all are zero.
std::optional<double> jain_index(std::span<const double> values);

/// XRBench's real-time score of a finished request, 1 / (1 + exp(steepness (finish - deadline))): 1/2 at the
/// deadline, 1 without one. `steepness` in 1/s.
double realtime_score(double steepness, double finish, std::optional<double> deadline);

/// XRBench's energy score of a finished request, (energy_max - energy) / energy_max; negative above
/// energy_max.
double energy_score(double energy_max, double energy);

}  // namespace hetsched
