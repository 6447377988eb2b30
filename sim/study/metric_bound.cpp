#include "study/metric_bound.hpp"

#include <algorithm>
#include <cmath>

#include "base/units.hpp"
#include "record/summary.hpp"
#include "study/alternatives.hpp"

namespace hetsched {
namespace {

constexpr double kRounding = 1e-12;  ///< relative: means of equal values may differ by it

}  // namespace

std::string unit_of(std::string_view metric) {
  std::string unit;
  for_each_field<RunSummary>([&](const auto& f) {
    if (f.name == metric) unit = f.about.unit;
  });
  return unit;
}

double MetricBound::excess(double metric_value) const {
  const double beyond = at_most ? metric_value - value : value - metric_value;
  return std::abs(beyond) <= kRounding * std::abs(value) ? 0 : beyond;
}

std::string MetricBound::text() const { return metric + (at_most ? " <= " : " >= ") + format_number(value); }

std::optional<MetricBound> parse_bound(const std::string& option, std::string_view text, Problems& problems) {
  const auto refuse = [&](const std::string& what) -> std::optional<MetricBound> {
    problems.add(option, "", in_quotes(text) + " " + what);
    return std::nullopt;
  };
  const std::size_t sign = text.find_first_of("<>=");
  const std::string_view relation = sign == std::string_view::npos ? "" : text.substr(sign, 2);
  if (relation != "<=" && relation != ">=")
    return refuse("is not of the form \"metric <= value\" or \"metric >= value\", as in \"miss_rate <= 0.01\"");
  MetricBound bound;
  bound.metric = std::string(trimmed(text.substr(0, sign)));
  bound.at_most = relation == "<=";
  const Strings metrics = field_names<RunSummary>();
  if (std::find(metrics.begin(), metrics.end(), bound.metric) == metrics.end())
    return refuse("names no metric" + alternatives(bound.metric, "metrics", metrics));
  const std::string_view value = trimmed(text.substr(sign + 2));
  const std::string unit = unit_of(bound.metric);
  std::optional<double> number = parse_decimal(value);
  if (!number && !unit.empty()) number = parse_quantity(value, unit).value;
  if (!number)
    return refuse(unit.empty() ? "has no number behind " + std::string(relation)
                               : "has neither a number (in " + unit + ") behind " + std::string(relation) + " nor a " +
                                     quantity_description(unit));
  bound.value = *number;
  return bound;
}

}  // namespace hetsched
