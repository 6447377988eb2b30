/// \file
/// Comparison of the runs of a study with a baseline: what would change if the baseline were replaced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fields.hpp"
#include "study/metric_bound.hpp"
#include "study/point_groups.hpp"

namespace hetsched {

/// What both sides of a comparison have the same of, where each is represented by the best that it can do.
enum class AtEqual { load, power, price, area, pes, peak_ops };
template <>
inline constexpr auto enum_names<AtEqual> = std::array{"load", "power", "price", "area", "pes", "peak_ops"};

/// The baseline, and the metrics to compare. Columns may be named by their shortest unambiguous end.
struct CompareOptions {
  /// Columns of points.csv and the values that they have in baseline rows: {{"platform", "4k_2xWS2048"}}.
  ColumnValues baseline;
  Strings metrics;  ///< columns of points.csv
  /// Of each group and of its baseline keep only the policy with the best mean of the first metric (the next one
  /// decides between equals), so that a gain is the platform's and not the scheduler's: see Choice.
  bool best_policy = false;
  /// Only rows that have, in each of these columns, one of the values given for it.
  ColumnValues where = {};
  /// As best_policy, among the policies that keep the bound. At equal load the first metric is power_mean_w, if none is
  /// given; at an equal budget it is goodput_rps, and of each side the best workload.load is chosen, too.
  std::optional<AtEqual> at_equal = {};
  std::optional<MetricBound> bound = {};  ///< default with at_equal: miss_rate <= 0.01
  /// Metrics, two or more: rows are marked that no other group of the same workload is better than in all of them.
  Strings pareto = {};
  /// Each platform is compared with all homogeneous ones that were made of it (homogeneous.hpp).
  bool homogeneous = false;
};

enum class Effect { ratio, difference, none };
template <>
inline constexpr auto enum_names<Effect> = std::array{"ratio", "difference", "none"};

/// One metric of one group of runs against the baseline. The columns that tell groups apart come before.
struct ComparisonRow {
  std::string metric;
  std::string baseline;
  std::uint64_t pairs = 0;
  std::optional<double> mean, mean_low, mean_high, baseline_mean;
  Effect effect = Effect::none;
  std::optional<double> value, low, high, p, p_holm;
  std::optional<bool> pareto;
};
template <>
inline constexpr auto fields<ComparisonRow> = std::tuple{
    field("metric", &ComparisonRow::metric, "column of points.csv", {}),
    field("baseline", &ComparisonRow::baseline, "the runs compared with: where their columns differ from this row's",
          {}),
    field("pairs", &ComparisonRow::pairs, "pairs of runs with the same seed in which both have a value", {}),
    field("mean", &ComparisonRow::mean, "mean of the group over the pairs", {}),
    field("mean_low", &ComparisonRow::mean_low,
          "lower end of its 95% confidence interval over replicates (Student's t); empty for one pair", {}),
    field("mean_high", &ComparisonRow::mean_high, "upper end of it", {}),
    field("baseline_mean", &ComparisonRow::baseline_mean, "mean of the baseline over the pairs", {}),
    field("effect", &ComparisonRow::effect,
          "ratio: of the geometric means, group / baseline; difference: mean of group - baseline, where "
          "values that "
          "are not positive occur; none: there is no pair",
          {}),
    field("value", &ComparisonRow::value, "the ratio or difference", {}),
    field("low", &ComparisonRow::low, "lower end of its 95% confidence interval (Student's t); empty for one pair", {}),
    field("high", &ComparisonRow::high, "upper end of it", {}),
    field("p", &ComparisonRow::p, "two-sided p value of the t test that there is no difference; empty for one pair",
          {}),
    field("p_holm", &ComparisonRow::p_holm, "the same by Holm's rule for all comparisons of this file at once", {}),
    field("pareto", &ComparisonRow::pareto, "is the group on the front of the metrics of --pareto? Empty without", {}),
};

struct Comparison {
  Strings columns;  ///< factor columns that differ between groups (seed left out)
  Strings titles;   ///< the shortest unambiguous ends of their names
  struct Entry {
    Strings group;  ///< values of `columns`
    ComparisonRow row;
    Strings baseline = {};  ///< values of `columns`
  };
  std::vector<Entry> entries;  ///< groups in order of appearance, for each baseline the metrics as asked for
  bool homogeneous = false;    ///< as asked for: a group may have several baselines
  Strings notes;               ///< sentences that must be told with the table: what was compared, what was left out
};

/// Compares the runs of `directory`/points.csv (or of that file itself): for each of its PointGroups, against the rows
/// that have the baseline's values in the baseline's columns and are equal in the others, paired by seed. Problems are
/// added: unknown columns, values and metrics, with the nearest.
Comparison compare(const std::filesystem::path& directory, const CompareOptions& options, Problems& problems);

/// The baseline and metrics that the experiment of a study names; empty where it names none.
CompareOptions compare_options_of(const std::filesystem::path& directory, Problems& problems);

/// Reads "column=value" of an option. A problem if it is not of that form.
std::pair<std::string, std::string> parse_column_value(const std::string& option, std::string_view text,
                                                       Problems& problems);

std::string to_csv(const Comparison& comparison);

}  // namespace hetsched
