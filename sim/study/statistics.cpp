#include "study/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

#include "base/errors.hpp"

namespace hetsched {

double t_quantile(unsigned degrees, double confidence) {
  HETSCHED_ASSERT(degrees >= 1, "a t distribution needs a degree of freedom");
  return boost::math::quantile(boost::math::students_t(degrees), 0.5 + confidence / 2);
}

double t_975(unsigned degrees) { return t_quantile(degrees, 0.95); }

Estimate mean_estimate(std::span<const double> values) {
  HETSCHED_ASSERT(!values.empty(), "the mean of nothing");
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  if (values.size() < 2) return {mean, std::nullopt, std::nullopt};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double half = t_975(static_cast<unsigned>(values.size() - 1)) * std::sqrt(squares / (n - 1) / n);
  return {mean, mean - half, mean + half};
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

Estimate difference_estimate(std::span<const double> a, std::span<const double> b) {
  HETSCHED_ASSERT(a.size() == b.size(), "values without a partner");
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  return mean_estimate(differences);
}

}  // namespace hetsched
