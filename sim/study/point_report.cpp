#include "study/point_report.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "record/summary.hpp"

namespace hetsched {

std::size_t column_of(std::string_view metric) {
  const Strings metrics = field_names<RunSummary>();
  return static_cast<std::size_t>(std::find(metrics.begin(), metrics.end(), metric) - metrics.begin());
}

std::optional<double> value_of(const PointReport& report, std::size_t column) {
  if (!report.error.empty()) return std::nullopt;
  // Metrics are numbers, so that no cell is quoted.
  std::string_view metrics = report.metrics;
  for (; column > 0 && !metrics.empty(); --column)
    metrics.remove_prefix(std::min(metrics.find(',') + 1, metrics.size()));
  return parse_decimal(metrics.substr(0, metrics.find_first_of(",\n")));
}

}  // namespace hetsched
