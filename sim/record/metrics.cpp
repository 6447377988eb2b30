#include "record/metrics.hpp"

#include <cmath>
#include <cstddef>

#include "base/errors.hpp"

namespace hetsched {

std::optional<double> ratio(std::optional<double> numerator, std::optional<double> denominator) {
  if (!numerator || !denominator || !(*denominator > 0)) return std::nullopt;
  const double value = *numerator / *denominator;
  return std::isfinite(*denominator) && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<double> mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return ratio(sum, static_cast<double>(values.size()));
}

std::optional<double> percentile(std::span<const double> ascending, unsigned percent) {
  HETSCHED_ASSERT(percent > 0 && percent <= 100, "a percentile is between 1 and 100");
  if (ascending.empty()) return std::nullopt;
  const std::size_t rank = (ascending.size() * percent + 99) / 100;
  return ascending[rank - 1];
}

std::optional<double> jain_index(std::span<const double> values) {
  double sum = 0, squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  return ratio(sum * sum, static_cast<double>(values.size()) * squares);
}

double realtime_score(double steepness, double finish, std::optional<double> deadline) {
  if (!deadline) return 1;
  const double x = steepness * (finish - *deadline);
  if (x <= 0) return 1 / (1 + std::exp(x));
  const double small = std::exp(-x);  // the other way round, so that nothing overflows
  return small / (1 + small);
}

double energy_score(double energy_max, double energy) { return (energy_max - energy) / energy_max; }

}  // namespace hetsched
