#include "study/cross_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "record/summary.hpp"

namespace hetsched {
namespace {

using Values = std::vector<std::optional<double>>;

/// The cells of a line; all of them are numbers, or empty.
Values values_of(std::string_view line) {
  Values values;
  while (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t to = std::min(line.find(',', from), line.size());
    const std::string cell(line.substr(from, to - from));
    values.push_back(cell.empty() ? std::nullopt : std::optional(std::strtod(cell.c_str(), nullptr)));
    from = to + 1;
  }
  return values;
}

struct Metric {
  std::string name, unit;
};

const std::vector<Metric>& metrics_of_runs() {
  static const std::vector<Metric> all = [] {
    std::vector<Metric> metrics;
    for_each_field<RunSummary>([&](const auto& f) {
      metrics.push_back({std::string(f.name), std::string(f.about.unit)});
    });
    return metrics;
  }();
  return all;
}

double value_of(const Values& values, std::string_view name) {
  const std::vector<Metric>& all = metrics_of_runs();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Metric& metric) { return metric.name == name; });
  return values.at(static_cast<std::size_t>(at - all.begin())).value_or(0);
}

}  // namespace

void CrossCheck::add(const std::string& point, std::string_view metrics, std::string_view reference) {
  points_.push_back(point);
  const Values ours = values_of(metrics), theirs = values_of(reference);
  const double length = value_of(theirs, "makespan_s"), energy = value_of(theirs, "energy_j");
  const double released = std::max(1.0, value_of(theirs, "released"));
  for (std::size_t m = 0; m < metrics_of_runs().size(); ++m) {
    const auto& [name, unit] = metrics_of_runs()[m];
    if (!ours[m] && !theirs[m]) continue;
    const double a = ours[m].value_or(0), b = theirs[m].value_or(0), apart = std::abs(a - b);
    const double rounding = 1e-9 * (unit == "s" ? length : unit == "J" ? energy : 1);
    const double larger = std::max(std::abs(a), std::abs(b));
    if (apart == 0 || larger <= rounding) continue;
    const double relative = apart / larger;
    const double requests = !unit.empty() ? 0 : larger <= 1 ? 2 / released : 2;
    const bool beyond = apart > std::max(kBound * larger, requests) * (1 + 1e-9);
    auto at = std::find_if(largest_.begin(), largest_.end(), [&](const Difference& d) { return d.metric == name; });
    if (at == largest_.end()) {
      largest_.push_back({name, 0, "", 0, 0});
      beyond_.push_back(false);
      at = std::prev(largest_.end());
    }
    const auto index = static_cast<std::size_t>(at - largest_.begin());
    beyond_[index] = beyond_[index] || beyond;
    if (relative > at->relative) *at = {name, relative, point, a, b};
  }
}

Strings CrossCheck::broken() const {
  Strings broken;
  for (std::size_t i = 0; i < largest_.size(); ++i) {
    const Difference& d = largest_[i];
    if (beyond_[i])
      broken.push_back(d.metric + " of point " + d.point + " is " + format_number(d.value) + ", but " +
                       format_number(d.reference) + " on the reference executor");
  }
  return broken;
}

Json to_json(const CrossCheck& check) {
  Json differences = Json::object();
  for (const CrossCheck::Difference& d : check.largest())
    differences[d.metric] = {
        {"relative", d.relative}, {"point", d.point}, {"value", d.value}, {"reference", d.reference}};
  return {{"points", check.points()},
          {"bound", CrossCheck::kBound},
          {"largest_differences", std::move(differences)},
          {"beyond_bound", check.broken()},
          {"failed", check.failed()}};
}

}  // namespace hetsched
