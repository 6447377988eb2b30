#include "study/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/errors.hpp"

namespace hetsched {

namespace {

double p_value(double mean, double standard_error, unsigned degrees) {
  if (mean == 0) return 1;
  if (standard_error == 0) return 0;
  const boost::math::students_t t(degrees);
  return 2 * boost::math::cdf(boost::math::complement(t, std::abs(mean) / standard_error));
}

}  // namespace

Estimate mean_estimate(std::span<const double> values) {
  HETSCHED_ASSERT(!values.empty(), "the mean of nothing");
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  if (values.size() < 2) return {mean, std::nullopt, std::nullopt, std::nullopt};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const auto degrees = static_cast<unsigned>(values.size() - 1);
  const double error = std::sqrt(squares / (n - 1) / n), half = t_975(degrees) * error;
  return {mean, mean - half, mean + half, p_value(mean, error, degrees)};
}

Estimate ratio_estimate(std::span<const double> a, std::span<const double> b) {
  HETSCHED_ASSERT(a.size() == b.size(), "values without a partner");
  std::vector<double> logs;
  for (std::size_t i = 0; i < a.size(); ++i) logs.push_back(std::log(a[i] / b[i]));
  Estimate estimate = mean_estimate(logs);
  estimate.value = std::exp(estimate.value);
  if (estimate.low) estimate.low = std::exp(*estimate.low);
  if (estimate.high) estimate.high = std::exp(*estimate.high);
  return estimate;
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double least = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    least = std::max(least, std::min(1.0, static_cast<double>(order.size() - i) * p_values[order[i]]));
    adjusted[order[i]] = least;
  }
  return adjusted;
}

Estimate difference_estimate(std::span<const double> a, std::span<const double> b) {
  HETSCHED_ASSERT(a.size() == b.size(), "values without a partner");
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  return mean_estimate(differences);
}

}  // namespace hetsched
