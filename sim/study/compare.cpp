#include "study/compare.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <system_error>

#include "base/json_document.hpp"
#include "record/result_files.hpp"
#include "record/summary.hpp"
#include "study/alternatives.hpp"
#include "study/choice.hpp"
#include "study/column_names.hpp"
#include "study/homogeneous.hpp"
#include "study/paths.hpp"
#include "study/points_table.hpp"
#include "study/statistics.hpp"
#include "study/study_folder.hpp"

namespace hetsched {
namespace {

bool contains(const Strings& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The column of points.csv that says how much of a budget a platform has.
std::string_view budget_column(AtEqual equal) {
  switch (equal) {
    case AtEqual::load: return "";
    case AtEqual::power: return "tdp_w";
    case AtEqual::price: return "price_usd";
    case AtEqual::area: return "area_mm2";
    case AtEqual::pes: return "pes";
    case AtEqual::peak_ops: return "peak_ops_per_s";
  }
  throw InternalError("unknown budget");
}

/// Puts whole names for ends of names, and levels as they stand in results.
void complete(ColumnValues& values, const std::string& option, const PointsTable& table, const Strings& columns,
              Problems& problems) {
  for (auto& [column, value] : values) {
    const std::string where = option + " " + column + "=" + value;
    column = column_named(columns, column, where, problems);
    if (column.empty()) continue;
    value = level_text(in_si(SettingPath(column), value));
    if (const Strings there = table.values(table.column(column)); !contains(there, value))
      problems.add(where, "",
                   "no run has the " + column + " " + in_quotes(value) + alternatives(value, "there are", there));
  }
}

void check_metrics(const Strings& metrics, const std::string& option, const PointsTable& table, Problems& problems) {
  for (const std::string& metric : metrics)
    if (!contains(table.metrics(), metric))
      problems.add(option + " " + metric, "",
                   in_quotes(metric) + " is no metric" + alternatives(metric, "metrics", table.metrics()));
}

/// The options with what they leave out, if they are fit for this table.
CompareOptions completed(CompareOptions options, const PointsTable& table, Problems& problems) {
  Strings columns = table.factors();
  complete(options.where, "--where", table, columns, problems);
  std::erase(columns, "seed");
  complete(options.baseline, "--baseline", table, columns, problems);
  if (options.baseline.empty() && !options.homogeneous)
    problems.add("", "",
                 "no baseline is given; name one with --baseline column=value, or as baseline in the experiment");
  for (const auto& [column, value] : options.baseline)
    if ((options.best_policy || options.at_equal) && column == "policy")
      problems.add("--baseline " + column + "=" + value, "",
                   "fixes the policy, which the choice of the baseline's best policy would choose; leave out one");
  if (options.at_equal) {
    if (!options.bound) options.bound = MetricBound{"miss_rate", true, 0.01};
    if (options.metrics.empty()) options.metrics = {options.at_equal == AtEqual::load ? "power_mean_w" : "goodput_rps"};
  } else if (options.bound) {
    problems.add("--bound", "", "says which policies may represent a side; give --at-equal, too");
  }
  if (options.bound && !contains(options.metrics, options.bound->metric))
    options.metrics.push_back(options.bound->metric);
  if (options.metrics.empty())
    problems.add("", "", "no metric is given; name some with --metric, or as compare in the experiment");
  check_metrics(options.metrics, "--metric", table, problems);
  if (options.pareto.size() == 1)
    problems.add("--pareto " + options.pareto.front(), "", "a front takes two metrics, as in energy_j,miss_rate");
  check_metrics(options.pareto, "--pareto", table, problems);
  return options;
}

/// Columns that must stay apart, whatever their levels go with.
Strings kept_columns(const CompareOptions& options, const PointsTable& table) {
  Strings kept;
  for (const auto& [column, value] : options.baseline) kept.push_back(column);
  if (options.homogeneous) kept.emplace_back("platform");
  // At equal load, loads are no other name of platforms that each have their own.
  for (const std::string& column : table.factors())
    if (options.at_equal && column.starts_with("workload.")) kept.push_back(column);
  return kept;
}

constexpr std::string_view kLoad = "workload.load";

/// The columns whose levels are chosen for each side.
Strings free_columns(const CompareOptions& options) {
  if (!options.at_equal) return options.best_policy ? Strings{"policy"} : Strings();
  if (*options.at_equal == AtEqual::load) return {"policy"};
  return {"policy", std::string(kLoad)};
}

/// Compares the groups of a table.
class Comparer {
 public:
  Comparer(const PointsTable& table, const CompareOptions& options)
      : table_(table),
        options_(options),
        groups_(table, options.where, kept_columns(options, table)),
        chosen_(options.best_policy || options.at_equal),
        choice_(table, groups_, free_columns(options), options.metrics, options.bound) {}

  Comparison compare() {
    Comparison comparison;
    comparison.homogeneous = options_.homogeneous;
    choose_columns(comparison);
    const std::vector<bool> front = on_front();
    std::size_t alone = 0;
    for (std::size_t i = 0; i < groups_.all().size(); ++i) {
      const Group& group = groups_.all()[i];
      if (options_.homogeneous && is_made(group)) continue;
      const auto chosen = chosen_ ? choice_.of(group.key) : std::nullopt;
      if (chosen_ && !chosen) ++beyond_;
      const std::vector<const Group*> baselines = baselines_of(group);
      if (baselines.empty()) ++alone;
      for (const Group* baseline : baselines) {
        // With one line per platform the baseline's own line gives the others their scale.
        if (chosen_ ? chosen != i : baseline->key == group.key) continue;
        note_budgets(group, *baseline);
        note_survivors(group);
        note_survivors(*baseline);
        for (const std::string& metric : options_.metrics) {
          comparison.entries.push_back({shown(group.key), compare(metric, group, *baseline), shown(baseline->key)});
          if (!front.empty()) comparison.entries.back().row.pareto = front[i];
        }
      }
    }
    adjust(comparison);
    add_notes(comparison, alone);
    return comparison;
  }

 private:
  using Group = PointGroups::Group;

  /// The groups that another one is to be compared with.
  [[nodiscard]] std::vector<const Group*> baselines_of(const Group& group) const {
    Strings wanted = group.key;
    for (const auto& [column, value] : options_.baseline) wanted[groups_.position(column)] = value;
    std::vector<const Group*> found;
    const auto add = [&] {
      if (const auto at = chosen_ ? choice_.of(wanted) : groups_.find(wanted)) found.push_back(&groups_.all()[*at]);
    };
    if (!options_.homogeneous) {
      add();
      return found;
    }
    for (const std::string& platform : platforms_)
      if (is_made_of(platform, platform_of(group))) {
        wanted[groups_.position("platform")] = platform;
        add();
      }
    return found;
  }

  [[nodiscard]] const std::string& platform_of(const Group& group) const {
    return table_.text(group.rows.begin()->second, table_.column("platform"));
  }

  /// Is its platform made of another one of this table?
  [[nodiscard]] bool is_made(const Group& group) const {
    return std::any_of(platforms_.begin(), platforms_.end(),
                       [&](const std::string& source) { return is_made_of(platform_of(group), source); });
  }

  [[nodiscard]] ComparisonRow compare(const std::string& metric, const Group& group, const Group& baseline) const {
    std::vector<double> values, baselines;
    for (const auto& [seed, row] : group.rows) {
      const auto other = baseline.rows.find(seed);
      if (other == baseline.rows.end() || !choice_.reports(seed)) continue;
      const auto value = table_.number(row, table_.column(metric));
      const auto baseline_value = table_.number(other->second, table_.column(metric));
      if (!value || !baseline_value) continue;
      values.push_back(*value);
      baselines.push_back(*baseline_value);
    }
    ComparisonRow result;
    result.metric = metric;
    result.baseline = difference(group.key, baseline.key);
    result.pairs = values.size();
    if (values.empty()) return result;
    const Estimate mean = mean_estimate(values);
    result.mean = mean.value;
    result.mean_low = mean.low;
    result.mean_high = mean.high;
    result.baseline_mean = mean_estimate(baselines).value;
    const auto positive = [](double value) { return value > 0; };
    const bool ratio = std::all_of(values.begin(), values.end(), positive) &&
                       std::all_of(baselines.begin(), baselines.end(), positive);
    const Estimate estimate = ratio ? ratio_estimate(values, baselines) : difference_estimate(values, baselines);
    result.effect = ratio ? Effect::ratio : Effect::difference;
    result.value = estimate.value;
    result.low = estimate.low;
    result.high = estimate.high;
    if (group.key != baseline.key) result.p = estimate.p;
    return result;
  }

  /// p values for all comparisons at once.
  void adjust(Comparison& comparison) {
    std::vector<double> p_values;
    for (const auto& entry : comparison.entries)
      if (entry.row.p) p_values.push_back(*entry.row.p);
    tests_ = p_values.size();
    const std::vector<double> adjusted = holm(p_values);
    auto next = adjusted.begin();
    for (auto& entry : comparison.entries)
      if (entry.row.p) entry.row.p_holm = *next++;
  }

  /// By number of the group; empty if no front is asked for.
  [[nodiscard]] std::vector<bool> on_front() const {
    const auto& all = groups_.all();
    std::vector<bool> front(options_.pareto.empty() ? 0 : all.size());
    if (front.empty()) return front;
    std::map<Strings, std::vector<std::size_t>> by_workload;
    for (std::size_t i = 0; i < all.size(); ++i) {
      Strings workload;
      for (std::size_t column = 0; column < groups_.columns().size(); ++column)
        if (groups_.columns()[column].starts_with("workload")) workload.push_back(all[i].key[column]);
      by_workload[workload].push_back(i);
    }
    for (const auto& [workload, numbers] : by_workload) {
      std::vector<const Group*> groups;
      for (const std::size_t i : numbers) groups.push_back(&all[i]);
      const std::vector<bool> of_these = pareto_front(table_, groups, options_.pareto, choice_);
      for (std::size_t k = 0; k < numbers.size(); ++k) front[numbers[k]] = of_these[k];
    }
    return front;
  }

  /// Remembers, once for two platforms, which of their budgets differ, and whether the one that is to be equal is
  /// known.
  void note_budgets(const Group& group, const Group& baseline) {
    const std::string &own = platform_of(group), &other = platform_of(baseline);
    if (own == other) return;
    const std::string_view equal = options_.at_equal ? budget_column(*options_.at_equal) : "";
    Strings differing;
    for (const AtEqual budget : {AtEqual::power, AtEqual::price, AtEqual::area, AtEqual::pes, AtEqual::peak_ops}) {
      const std::string column(budget_column(budget));
      if (!contains(table_.metrics(), column)) continue;
      const auto of = [&](const Group& each) {
        return table_.number(each.rows.begin()->second, table_.column(column));
      };
      const auto has = of(group), has_other = of(baseline);
      if (!has || !has_other || *has_other <= 0) {
        if (column == equal) differing.push_back(column + " unknown");
      } else if (std::abs(*has - *has_other) > 1e-9 * *has_other) {
        differing.push_back(column + " x" + format_number(std::round(1000 * *has / *has_other) / 1000));
      }
    }
    const std::string text = own + " against " + other + ": " + join(differing, ", ");
    if (!differing.empty() && !contains(unequal_, text)) unequal_.push_back(text);
  }

  /// Remembers the largest share of requests that no latency is of.
  void note_survivors(const Group& group) {
    const std::string column = "never_finished";
    const auto of_survivors = [](const std::string& metric) {
      return metric.starts_with("latency_") || metric.starts_with("tardiness_") || metric == "edp_js";
    };
    if (!contains(table_.metrics(), column) ||
        std::none_of(options_.metrics.begin(), options_.metrics.end(), of_survivors))
      return;
    for (const auto& [seed, row] : group.rows)
      never_finished_ = std::max(never_finished_, table_.number(row, table_.column(column)).value_or(0));
  }

  /// "4k_2xWS2048, edf": what the baseline has otherwise.
  [[nodiscard]] static std::string difference(const Strings& key, const Strings& baseline) {
    Strings parts;
    for (std::size_t i = 0; i < key.size(); ++i)
      if (key[i] != baseline[i]) parts.push_back(baseline[i]);
    return join(parts, ", ");
  }

  /// Only columns in which groups differ are worth showing; the baseline's always are.
  void choose_columns(Comparison& comparison) {
    const auto& all = groups_.all();
    const Strings& columns = groups_.columns();
    const Strings titles = short_names(columns);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto differs = [&](const Group& group) { return group.key[i] != all.front().key[i]; };
      const bool in_baseline = std::any_of(options_.baseline.begin(), options_.baseline.end(),
                                           [&](const auto& pair) { return pair.first == columns[i]; }) ||
                               (options_.homogeneous && columns[i] == "platform");
      if (!in_baseline && std::none_of(all.begin(), all.end(), differs)) continue;
      shown_.push_back(i);
      comparison.columns.push_back(columns[i]);
      comparison.titles.push_back(titles[i]);
    }
  }

  [[nodiscard]] Strings shown(const Strings& key) const {
    Strings values;
    for (const std::size_t column : shown_) values.push_back(key[column]);
    return values;
  }

  void add_notes(Comparison& comparison, std::size_t alone) const {
    Strings parts;
    if (options_.homogeneous) parts.emplace_back("the homogeneous platforms made of each");
    for (const auto& [column, value] : options_.baseline) parts.push_back(column + " " + value);
    std::string policy;
    if (options_.at_equal)
      policy = "; at equal " + std::string(name_of(*options_.at_equal)) + ", of each side only the " +
               (*options_.at_equal == AtEqual::load ? "policy" : "policy and load") + " with its best mean " +
               options_.metrics.front() + " counts that keeps a mean " + options_.bound->text();
    else if (options_.best_policy)
      policy = "; of each side only the policy with its best mean " + join(options_.metrics, ", then ") +
               " counts, so that a gain is the platform's and not the scheduler's";
    comparison.notes.push_back("Compared with " + join(parts, ", ") + policy + "; runs are paired by seed.");
    if (choice_.chooses())
      comparison.notes.push_back(choice_.on_other_seeds()
                                     ? "The first " + std::to_string(choice_.seeds()) +
                                           (choice_.seeds() == 1 ? " seed chooses" : " seeds choose") +
                                           " what represents a side; reported are the other seeds."
                                     : "With one seed, what represents a side is chosen by the very runs that are "
                                       "reported, which flatters it; replicates would tell the two apart.");
    add_notes_on_budgets(comparison);
    if (never_finished_ > 0)
      comparison.notes.push_back("Latencies are of requests that finished; of some run " +
                                 format_number(std::round(1000 * never_finished_) / 10) +
                                 "% never did (never_finished): a side that gives up its slow requests looks fast.");
    if (tests_ > 1)
      comparison.notes.push_back(std::to_string(tests_) +
                                 " comparisons at once: * marks what differs from the baseline at the 5% level by "
                                 "Holm's rule for all of them; each interval is of its own.");
    if (!options_.pareto.empty())
      comparison.notes.push_back("Front: no group of the same workload is better in one of " +
                                 join(options_.pareto, ", ") +
                                 " and as good in the others; all groups count, also "
                                 "those that are not shown.");
    if (groups_.left_out() > 0)
      comparison.notes.push_back(std::to_string(groups_.left_out()) + " of " + std::to_string(table_.size()) +
                                 " runs failed or were interrupted and are left out.");
    if (beyond_ > 0)
      comparison.notes.push_back(std::to_string(beyond_) + " of " + std::to_string(groups_.all().size()) +
                                 " groups are of a side with nothing that keeps " + options_.bound->text() +
                                 ", and are left out.");
    if (alone > 0)
      comparison.notes.push_back(std::to_string(alone) + " of " + std::to_string(groups_.all().size()) +
                                 " groups have no baseline runs to compare with" +
                                 (options_.bound ? " that keep " + options_.bound->text() : "") + " and are left out.");
  }

  void add_notes_on_budgets(Comparison& comparison) const {
    if (!unequal_.empty()) comparison.notes.push_back("Budgets are not equal: " + listed(unequal_, 8, "; ") + ".");
    if (!options_.at_equal || *options_.at_equal == AtEqual::load) return;
    const std::string column(budget_column(*options_.at_equal));
    if (!contains(table_.metrics(), column))
      comparison.notes.push_back("Whether the budgets are equal is not known: points.csv has no " + column + ".");
    if (groups_.position(std::string(kLoad)) == groups_.columns().size())
      comparison.notes.push_back("There is one load, as " + std::string(kLoad) +
                                 " is no factor: what more load would have gained does not show.");
  }

  const PointsTable& table_;
  const CompareOptions& options_;
  const PointGroups groups_;
  const bool chosen_;  ///< is there a choice of what represents a side?
  const Choice choice_;
  std::vector<std::size_t> shown_;  ///< numbers of columns
  const Strings platforms_ = table_.values(table_.column("platform"));
  Strings unequal_;  ///< which platforms do not have equal budgets
  std::size_t tests_ = 0, beyond_ = 0;
  double never_finished_ = 0;
};

/// The folder of a study, of which the folder or points.csv is named.
std::filesystem::path study_folder(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? path : path.parent_path();
}

}  // namespace

Comparison compare(const std::filesystem::path& directory, const CompareOptions& options, Problems& problems) {
  const std::size_t before = problems.size();
  check_results_format(study_folder(directory) / kStudyFile, 1, problems);  // whose points.csv is as it was
  if (problems.size() != before) return {};
  const PointsTable table = PointsTable::read(directory, problems);
  if (problems.size() != before) return {};
  const CompareOptions complete = completed(options, table, problems);
  if (problems.size() != before) return {};
  if (PointGroups(table, complete.where, {}).all().empty()) {
    problems.add(directory.string(), "", "no run that succeeded is left to compare");
    return {};
  }
  Comparison comparison = Comparer(table, complete).compare();
  if (comparison.entries.empty())
    problems.add(directory.string(), "",
                 complete.bound
                     ? "no group of runs and its baseline keep " + complete.bound->text() + "; nothing to compare"
                     : "no group of runs differs from the baseline and has one; nothing to compare");
  return comparison;
}

CompareOptions compare_options_of(const std::filesystem::path& directory, Problems& problems) {
  CompareOptions options;
  std::error_code error;
  const std::filesystem::path folder = study_folder(directory);
  if (!std::filesystem::exists(folder / kStudyFile, error)) return options;
  const Document document = Document::from_file(folder / kStudyFile, problems);
  const Node baseline = document.at("/experiment/baseline"), metrics = document.at("/experiment/compare");
  options.homogeneous = asks_for_homogeneous(baseline.value());
  if (baseline.value().is_object())
    for (const auto& item : baseline.value().items())
      if (!is_baseline_word(item.key()))
        options.baseline.emplace_back(item.key(), level_text(in_si(SettingPath(item.key()), item.value())));
  if (metrics.value().is_array())
    for (const Json& metric : metrics.value()) options.metrics.push_back(level_text(metric));
  return options;
}

std::pair<std::string, std::string> parse_column_value(const std::string& option, std::string_view text,
                                                       Problems& problems) {
  const auto equals = text.find('=');
  if (equals != std::string_view::npos && equals > 0)
    return {std::string(trimmed(text.substr(0, equals))), std::string(trimmed(text.substr(equals + 1)))};
  problems.add(option, "", in_quotes(text) + " is not of the form column=value, as in platform=4k_2xWS2048");
  return {};
}

std::string to_csv(const Comparison& comparison) {
  std::string text;
  const auto add = [&](const Strings& cells) {
    for (const std::string& cell : cells) {
      detail::append_csv_text(text, cell);
      text += ',';
    }
  };
  add(comparison.columns);
  text += csv_header<ComparisonRow>();
  for (const Comparison::Entry& entry : comparison.entries) {
    add(entry.group);
    append_csv_row(text, entry.row);
  }
  return text;
}

}  // namespace hetsched
