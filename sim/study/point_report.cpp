#include "study/point_report.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "record/summary.hpp"

namespace hetsched {

std::string timeout_error(double limit) { return "it took longer than " + format_number(limit) + " s (--timeout)"; }

std::string memory_error(std::optional<std::uint64_t> limit) {
  if (!limit) return "out of memory";
  return "out of memory: its process may use " + format_number(static_cast<double>(*limit)) + " B (--memory)";
}

bool is_by_other_limit(const std::string& error, std::optional<double> timeout, std::optional<std::uint64_t> memory) {
  if (error.starts_with("it took longer than ") && error.ends_with("(--timeout)"))
    return !timeout || error != timeout_error(*timeout);
  return error.starts_with("out of memory") && error != memory_error(memory);
}

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
