#include "study/gain.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/fields_csv.hpp"
#include "study/homogeneous.hpp"

namespace hetsched {
namespace {

std::size_t position(const Strings& columns, const std::string& column) {
  return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin());
}

/// The value of a column; empty if it is not shown, as all have the same.
std::string value_of(const Strings& columns, const Strings& values, const std::string& column) {
  const std::size_t at = position(columns, column);
  return at < columns.size() ? values[at] : "";
}

using Side = std::pair<std::string, std::string>;  ///< platform, workload

/// The best of each platform and workload, whatever else varies.
std::map<Side, const Capacities::Entry*> best_capacities(const Capacities& capacities) {
  std::map<Side, const Capacities::Entry*> best;
  for (const Capacities::Entry& entry : capacities.entries) {
    if (!entry.row.capacity) continue;
    const Side side{value_of(capacities.columns, entry.labels, "platform"),
                    value_of(capacities.columns, entry.labels, "workload")};
    const Capacities::Entry*& known = best[side];
    const auto load = [](const CapacityRow& row) {
      return row.found == CapacityFound::at_most ? 0 : row.capacity.value_or(0);
    };
    if (known == nullptr || load(entry.row) > load(known->row)) known = &entry;
  }
  return best;
}

void fill_capacities(GainRow& row, const Capacities& capacities, const std::map<Side, const Capacities::Entry*>& best) {
  const auto of = [&](const std::string& platform) -> const Capacities::Entry* {
    const auto at = best.find({platform, row.workload});
    return at == best.end() ? nullptr : at->second;
  };
  const Capacities::Entry *own = of(row.platform), *other = of(row.baseline);
  if (own != nullptr) {
    row.capacity = own->row.capacity;
    row.capacity_policy = value_of(capacities.columns, own->labels, "policy");
  }
  if (other != nullptr) {
    row.baseline_capacity = other->row.capacity;
    row.baseline_capacity_policy = value_of(capacities.columns, other->labels, "policy");
  }
  if (own == nullptr || other == nullptr) return;
  if (own->row.found != CapacityFound::exact || other->row.found != CapacityFound::exact) return;
  row.capacity_ratio = *row.capacity / *row.baseline_capacity;
  if (own->row.low && other->row.high) row.capacity_ratio_low = *own->row.low / *other->row.high;
  if (own->row.high && other->row.low) row.capacity_ratio_high = *own->row.high / *other->row.low;
}

/// All platforms with their baselines, without figures.
std::vector<GainRow> pairs(const Capacities& capacities, const CompareOptions& asked, const std::string& metric) {
  std::vector<GainRow> rows;
  Strings platforms;
  const auto add_new = [](Strings& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& entry : capacities.entries)
    add_new(platforms, value_of(capacities.columns, entry.labels, "platform"));
  const auto is_baseline_of = [&](const std::string& other, const std::string& platform) {
    if (asked.homogeneous) return is_made_of(other, platform);
    return std::any_of(asked.baseline.begin(), asked.baseline.end(), [&](const auto& value) {
      return value.first == "platform" && value.second == other && other != platform;
    });
  };
  Strings workloads;
  for (const auto& entry : capacities.entries)
    add_new(workloads, value_of(capacities.columns, entry.labels, "workload"));
  for (const std::string& workload : workloads)
    for (const std::string& platform : platforms)
      for (const std::string& other : platforms)
        if (is_baseline_of(other, platform)) {
          GainRow& row = rows.emplace_back();
          row.platform = platform;
          row.workload = workload;
          row.baseline = other;
          row.metric = metric;
        }
  return rows;
}

}  // namespace

bool compares_platforms(const Json& baseline) {
  return asks_for_homogeneous(baseline) || (baseline.is_object() && baseline.contains("platform"));
}

Gains gains_of(const std::filesystem::path& folder, const Capacities& capacities, const CapacityOptions& options,
               double equal, const std::string& metric, Problems& problems) {
  CompareOptions asked = compare_options_of(folder, problems);
  Gains gains{pairs(capacities, asked, metric), {}};
  const auto best = best_capacities(capacities);
  for (GainRow& row : gains.rows) fill_capacities(row, capacities, best);
  if (gains.rows.empty()) return gains;
  asked.metrics = {metric};
  asked.at_equal = AtEqual::load;
  asked.bound = options.target;
  asked.where = {{options.factor.text(), format_number(equal)}};
  Problems none;  // no side may keep the target at this load, which the table shows
  const Comparison comparison = compare(folder, asked, none);
  const Strings& columns = comparison.columns;
  for (const Comparison::Entry& entry : comparison.entries) {
    if (entry.row.metric != metric) continue;
    const auto of = [&](const Strings& group, const std::string& column) {
      const std::string value = value_of(columns, group, column);
      return value.empty() ? value_of(capacities.columns, capacities.entries.front().labels, column) : value;
    };
    for (GainRow& row : gains.rows) {
      if (row.platform != of(entry.group, "platform") || row.workload != of(entry.group, "workload") ||
          row.baseline != of(entry.baseline, "platform"))
        continue;
      row.policy = of(entry.group, "policy");
      row.baseline_policy = of(entry.baseline, "policy");
      row.value = entry.row.mean;
      row.baseline_value = entry.row.baseline_mean;
      if (entry.row.effect != Effect::ratio) continue;
      row.ratio = entry.row.value;
      row.ratio_low = entry.row.low;
      row.ratio_high = entry.row.high;
      row.ratio_p_holm = entry.row.p_holm;
    }
  }
  gains.notes = comparison.notes;
  gains.notes.push_back(
      "The policy with the largest capacity represents a platform there, by the runs that are "
      "reported; the interval of a ratio of capacities is made of both ends of each (at least 90%).");
  return gains;
}

std::string to_csv(const Gains& gains) {
  std::string text = csv_header<GainRow>();
  for (const GainRow& row : gains.rows) append_csv_row(text, row);
  return text;
}

}  // namespace hetsched
