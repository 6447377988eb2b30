/// \file
/// What platforms gain over their baselines, in one table: at equal load, and in the load that they take.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "study/capacity.hpp"
#include "study/compare.hpp"

namespace hetsched {

/// A platform and one of its baselines, each under the policy that is best for it: at equal load and in capacity these
/// may differ.
struct GainRow {
  std::string platform, workload, baseline;
  std::string metric, policy, baseline_policy;
  std::optional<double> value, baseline_value, ratio, ratio_low, ratio_high, ratio_p_holm;
  std::string capacity_policy, baseline_capacity_policy;
  std::optional<double> capacity, baseline_capacity, capacity_ratio, capacity_ratio_low, capacity_ratio_high;
};
template <>
inline constexpr auto fields<GainRow> = std::tuple{
    field("platform", &GainRow::platform, "name of the platform", {}),
    field("workload", &GainRow::workload, "name of the workload", {}),
    field("baseline", &GainRow::baseline, "name of the platform that it is compared with", {}),
    field("metric", &GainRow::metric, "what is compared at equal load", {}),
    field("policy", &GainRow::policy, "the policy with its best mean among those that keep the target at that load",
          {}),
    field("baseline_policy", &GainRow::baseline_policy, "the same of the baseline", {}),
    field("value", &GainRow::value, "mean of the metric; empty, as the next five, if no policy keeps the target", {}),
    field("baseline_value", &GainRow::baseline_value, "the same of the baseline", {}),
    field("ratio", &GainRow::ratio, "ratio of geometric means over paired runs: below 1 is saved", {}),
    field("ratio_low", &GainRow::ratio_low, "lower end of its 95% confidence interval (Student's t)", {}),
    field("ratio_high", &GainRow::ratio_high, "upper end", {}),
    field("ratio_p_holm", &GainRow::ratio_p_holm,
          "two-sided p value of the t test that it is 1, by Holm's rule for all comparisons at that load", {}),
    field("capacity_policy", &GainRow::capacity_policy, "the policy with the largest capacity", {}),
    field("baseline_capacity_policy", &GainRow::baseline_capacity_policy, "the same of the baseline", {}),
    field("capacity", &GainRow::capacity, "its capacity, as in capacity.csv", {}),
    field("baseline_capacity", &GainRow::baseline_capacity, "the same of the baseline", {}),
    field("capacity_ratio", &GainRow::capacity_ratio, "capacity / baseline_capacity; empty where one is not exact", {}),
    field("capacity_ratio_low", &GainRow::capacity_ratio_low,
          "lower end of the one over the upper end of the other: between these the ratio lies with at least 90%", {}),
    field("capacity_ratio_high", &GainRow::capacity_ratio_high, "upper end over lower end", {}),
};

/// Does an experiment's baseline name platforms?
bool compares_platforms(const Json& baseline);

struct Gains {
  std::vector<GainRow> rows;  ///< platforms in order of appearance, for each its baselines
  Strings notes;              ///< sentences that must be told with them
};

/// Of the runs in a folder of capacities, whose experiment names baseline platforms. `equal` is a load at which all
/// combinations have been run, `metric` what is compared there. Problems are added.
Gains gains_of(const std::filesystem::path& folder, const Capacities& capacities, const CapacityOptions& options,
               double equal, const std::string& metric, Problems& problems);

std::string to_csv(const Gains& gains);

}  // namespace hetsched
