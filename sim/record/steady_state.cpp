#include "record/steady_state.hpp"

#include <cmath>
#include <vector>

#include "base/student_t.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kBatch = 5, kLeastMeans = 10, kNeverCut = 5;
constexpr std::size_t kBatches = 20, kLeastPerBatch = 10;

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

std::optional<std::size_t> mser5(std::span<const double> values) {
  const std::size_t means = values.size() / kBatch;
  if (means < kLeastMeans) return std::nullopt;
  std::vector<double> z(means);
  for (std::size_t i = 0; i < means; ++i) z[i] = mean_of(values.subspan(i * kBatch, kBatch));
  // From the end, so that mean and sum of squares of what is left grow by one value at a time (Welford).
  double mean = 0, squares = 0, least = 0;
  std::size_t best = means;
  for (std::size_t d = means; d-- > 0;) {
    const auto left = static_cast<double>(means - d);
    const double apart = z[d] - mean;
    mean += apart / left;
    squares += apart * (z[d] - mean);
    if (means - d < kNeverCut) continue;
    const double error = squares / (left * left);
    if (best == means || error <= least) {
      least = error;
      best = d;
    }
  }
  if (best > means / 2) return std::nullopt;
  return best * kBatch;
}

std::optional<SteadyMean> batch_means(std::span<const double> values) {
  if (values.size() < kBatches * kLeastPerBatch) return std::nullopt;
  std::vector<double> means;
  for (std::size_t b = 0; b < kBatches; ++b) {
    const std::size_t from = values.size() * b / kBatches, to = values.size() * (b + 1) / kBatches;
    means.push_back(mean_of(values.subspan(from, to - from)));
  }
  const double mean = mean_of(values), middle = mean_of(means);
  double squares = 0;
  for (const double each : means) squares += (each - middle) * (each - middle);
  constexpr double kDegrees = kBatches - 1;
  return SteadyMean{mean, t_975(kBatches - 1) * std::sqrt(squares / kDegrees / kBatches)};
}

SteadyState steady_state(std::span<const double> values) {
  SteadyState found{mser5(values), std::nullopt};
  if (found.warm_up) found.mean = batch_means(values.subspan(*found.warm_up));
  return found;
}

}  // namespace hetsched
