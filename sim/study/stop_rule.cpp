#include "study/stop_rule.hpp"

#include <algorithm>
#include <cmath>

#include "record/summary.hpp"
#include "study/alternatives.hpp"
#include "study/statistics.hpp"

namespace hetsched {
namespace {

constexpr double kGrowth = 1.3;       ///< of the number of values from look to look
constexpr double kImagined = 2.5;     ///< distance of the imagined values, in half widths
constexpr double kMostlyEqual = 0.8;  ///< more equal values than this part: the others are rare
constexpr double kRare = 0.05;        ///< part of the runs that would have shown

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// How often the most frequent value is there.
std::size_t most_equal(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t most = 0;
  for (auto at = values.begin(); at != values.end();) {
    const auto end = std::upper_bound(at, values.end(), *at);
    most = std::max(most, static_cast<std::size_t>(end - at));
    at = end;
  }
  return most;
}

}  // namespace

StopRule::StopRule(StopRuleSpec spec) : spec_(std::move(spec)), next_look_(spec_.min_replicates) {}

double StopRule::target() const {
  return spec_.half_width ? *spec_.half_width : *spec_.relative * std::abs(mean_of(values_));
}

std::optional<double> StopRule::half_width() const {
  const auto n = static_cast<double>(values_.size());
  if (values_.size() < 2) return std::nullopt;
  const double shown_after = std::log(1 - spec_.confidence) / std::log(1 - kRare);
  if (n<shown_after&& static_cast<double>(most_equal(values_))> kMostlyEqual * n) return std::nullopt;
  const double mean = mean_of(values_), imagined = kImagined * target();
  double squares = 0, cubes = 0;
  for (const double value : values_) {
    const double off = value - mean;
    squares += off * off;
    cubes += off * off * off;
  }
  const double t = t_quantile(static_cast<unsigned>(values_.size() - 1), spec_.confidence);
  const double variance = (squares + 2 * imagined * imagined) / (n - 1);
  const double spread = std::sqrt(squares / n);
  const double skewness = spread > 0 ? cubes / n / (spread * spread * spread) : 0;
  return t * std::sqrt(variance / n) + std::abs(skewness) * std::sqrt(squares / (n - 1)) * (1 + 2 * t * t) / (6 * n);
}

bool StopRule::enough() {
  if (enough_ || count() < next_look_) return enough_;
  const auto half = half_width();
  enough_ = half && *half <= target();
  while (next_look_ <= count())
    next_look_ = static_cast<std::uint64_t>(std::ceil(kGrowth * static_cast<double>(next_look_)));
  return enough_;
}

void check_stop_rule(const StopRuleSpec& spec, std::uint64_t replicates, const Node& experiment, Problems& problems) {
  const Node node = experiment.child("stop_when");
  const Strings metrics = field_names<RunSummary>();
  if (!spec.metric.empty() && std::find(metrics.begin(), metrics.end(), spec.metric) == metrics.end())
    problems.add(node.child("metric").problem(in_quotes(spec.metric) + " is no metric" +
                                              alternatives(spec.metric, "metrics", metrics)));
  if (node.has("half_width") == node.has("relative"))
    problems.add(node.problem(
        std::string(node.has("relative") ? "has both half_width and relative" : "lacks half_width or relative") +
        ": give one of the two"));
  if (replicates < spec.min_replicates)
    problems.add(experiment.child("replicates")
                     .problem("leaves stop_when nothing to decide: it is the most runs of a combination, and is to be "
                              "at least " +
                              std::to_string(spec.min_replicates) + " (min_replicates); found " +
                              std::to_string(replicates)));
}

}  // namespace hetsched
