/// \file
/// A bound on a metric, as in "miss_rate <= 0.01".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/errors.hpp"

namespace hetsched {

/// The unit of a metric of a run; empty if it has none.
std::string unit_of(std::string_view metric);

struct MetricBound {
  std::string metric;   ///< a column of points.csv
  bool at_most = true;  ///< else at least
  double value = 0;     ///< SI

  /// How far a value is beyond the bound; 0 or less: it is kept. What is off by rounding only keeps it.
  [[nodiscard]] double excess(double metric_value) const;
  /// "miss_rate <= 0.01"
  [[nodiscard]] std::string text() const;
};

/// Reads "metric <= value" or "metric >= value" of a command line option; the value is a number, or has a unit of the
/// metric's ("latency_p99_s <= 20 ms"). A problem if it is not of that form, or there is no such metric.
std::optional<MetricBound> parse_bound(const std::string& option, std::string_view text, Problems& problems);

}  // namespace hetsched
