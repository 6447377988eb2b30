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

/// Are the options fit for this table?
void check_options(const PointsTable& table, const CompareOptions& options, Problems& problems) {
  if (options.baseline.empty() && !options.homogeneous)
    problems.add("", "",
                 "no baseline is given; name one with --baseline column=value, or as baseline in the experiment");
  for (const auto& [column, value] : options.baseline) {
    const std::string where = "--baseline " + column + "=" + value;
    if (!contains(table.factors(), column) || column == "seed") {
      Strings columns = table.factors();
      std::erase(columns, "seed");
      problems.add(where, "",
                   in_quotes(column) + " is no column to compare by" + alternatives(column, "columns", columns));
    } else if (const Strings values = table.values(table.column(column)); !contains(values, value)) {
      problems.add(where, "",
                   "no run has the " + column + " " + in_quotes(value) + alternatives(value, "there are", values));
    }
    if (options.best_policy && column == "policy")
      problems.add(where, "",
                   "fixes the policy, which the choice of the baseline's best policy would choose; leave out one");
  }
  if (options.metrics.empty())
    problems.add("", "", "no metric is given; name some with --metric, or as compare in the experiment");
  for (const std::string& metric : options.metrics)
    if (!contains(table.metrics(), metric))
      problems.add("--metric " + metric, "",
                   in_quotes(metric) + " is no metric" + alternatives(metric, "metrics", table.metrics()));
}

/// Compares the groups of a table.
class Comparer {
 public:
  Comparer(const PointsTable& table, const CompareOptions& options) : table_(table), options_(options) {
    for (const std::string& name : table.factors())
      if (name != "seed" && !is_told_by_policy(name)) columns_.push_back(name);
    make_groups();
  }

  Comparison compare() {
    Comparison comparison;
    comparison.homogeneous = options_.homogeneous;
    choose_columns(comparison);
    std::size_t alone = 0;
    for (const auto& [key, group] : groups_) {
      if (options_.homogeneous && is_made(key)) continue;
      const std::vector<Baseline> baselines = baselines_of(key);
      if (baselines.empty()) ++alone;
      for (const Baseline& baseline : baselines) {
        // With one line per platform the baseline's own line gives the others their scale.
        if (options_.best_policy ? groups_[*best_policy_of(key)].first != key : baseline.key == key) continue;
        note_budgets(key, group, baseline);
        for (const std::string& metric : options_.metrics)
          comparison.entries.push_back({shown(key), compare(metric, key, group, baseline)});
      }
    }
    add_notes(comparison, alone);
    return comparison;
  }

 private:
  using Key = Strings;                               // values of columns_
  using Group = std::map<std::string, std::size_t>;  // row by seed
  struct Baseline {
    const Key& key;
    const Group& group;
  };

  /// Is it a factor inside of the policy whose value follows from the policy's label, such as the decorators of
  /// "edf+drop"? Then a baseline that names a policy has named it, too.
  [[nodiscard]] bool is_told_by_policy(const std::string& name) const {
    if (!name.starts_with("policy.") || !contains(table_.factors(), "policy")) return false;
    if (std::any_of(options_.baseline.begin(), options_.baseline.end(),
                    [&](const auto& fixed) { return fixed.first == name; }))
      return false;
    std::map<std::string, std::string> value_of;
    for (std::size_t row = 0; row < table_.size(); ++row) {
      const std::string value = table_.text(row, table_.column(name));
      if (value_of.emplace(table_.text(row, table_.column("policy")), value).first->second != value) return false;
    }
    return true;
  }

  void make_groups() {
    const std::size_t seed = table_.column("seed");
    for (std::size_t row = 0; row < table_.size(); ++row) {
      if (!table_.ok(row)) {
        ++left_out_;
        continue;
      }
      Key key;
      for (const std::string& name : columns_) key.push_back(table_.text(row, table_.column(name)));
      const auto [at, added] = index_.emplace(key, groups_.size());
      if (added) groups_.emplace_back(key, Group());
      groups_[at->second].second.emplace(table_.text(row, seed), row);
    }
  }

  [[nodiscard]] std::size_t position(const std::string& column) const {
    return static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), column) - columns_.begin());
  }

  [[nodiscard]] std::optional<double> mean(const Group& group, const std::string& metric) const {
    std::vector<double> values;
    for (const auto& [seed, row] : group)
      if (const auto value = table_.number(row, table_.column(metric))) values.push_back(*value);
    if (values.empty()) return std::nullopt;
    return mean_estimate(values).value;
  }

  /// The groups that another one is to be compared with.
  [[nodiscard]] std::vector<Baseline> baselines_of(const Key& key) const {
    Key wanted = key;
    for (const auto& [column, value] : options_.baseline) wanted[position(column)] = value;
    std::vector<Baseline> found;
    const auto add = [&] {
      std::optional<std::size_t> at;
      if (options_.best_policy)
        at = best_policy_of(wanted);
      else if (const auto known = index_.find(wanted); known != index_.end())
        at = known->second;
      if (at) found.push_back({groups_[*at].first, groups_[*at].second});
    };
    if (!options_.homogeneous) {
      add();
      return found;
    }
    for (const std::string& platform : table_.values(table_.column("platform")))
      if (is_made_of(platform, platform_of(key))) {
        wanted[position("platform")] = platform;
        add();
      }
    return found;
  }

  [[nodiscard]] const std::string& platform_of(const Key& key) const { return key[position("platform")]; }

  /// Is its platform made of another one of this table?
  [[nodiscard]] bool is_made(const Key& key) const {
    const Strings platforms = table_.values(table_.column("platform"));
    return std::any_of(platforms.begin(), platforms.end(),
                       [&](const std::string& source) { return is_made_of(platform_of(key), source); });
  }

  /// Remembers, once for two platforms, which budgets of theirs are known and differ.
  void note_budgets(const Key& key, const Group& group, const Baseline& baseline) {
    if (platform_of(key) == platform_of(baseline.key)) return;
    Strings differing;
    std::apply(
        [&](const auto&... budget) {
          const auto look_at = [&](const std::string& column) {
            if (!contains(table_.metrics(), column)) return;
            const auto own = mean(group, column), other = mean(baseline.group, column);
            if (!own || !other || *other <= 0 || std::abs(*own - *other) <= 1e-9 * *other) return;
            differing.push_back(column + " x" + format_number(std::round(1000 * *own / *other) / 1000));
          };
          (look_at(std::string(budget.name)), ...);
        },
        detail::kBudget);
    const std::string text = platform_of(key) + " against " + platform_of(baseline.key) + ": " + join(differing, ", ");
    if (!differing.empty() && !contains(unequal_, text)) unequal_.push_back(text);
  }

  /// Among the groups that differ from `key` in their policy only: the one with the best mean of the first metric,
  /// of the next if these are equal, and so on; the first to appear if all are.
  [[nodiscard]] std::optional<std::size_t> best_policy_of(const Key& key) const {
    const std::size_t policy = position("policy");
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      Key compared = groups_[i].first;
      compared[policy] = key[policy];
      if (compared == key && (!best || is_better(groups_[i].second, groups_[*best].second))) best = i;
    }
    return best;
  }

  [[nodiscard]] bool is_better(const Group& a, const Group& b) const {
    for (const std::string& metric : options_.metrics) {
      const auto value_a = mean(a, metric), value_b = mean(b, metric);
      if (value_a == value_b) continue;
      if (!value_a || !value_b) return value_a.has_value();
      return is_larger_better(metric) ? *value_a > *value_b : *value_a < *value_b;
    }
    return false;
  }

  [[nodiscard]] ComparisonRow compare(const std::string& metric, const Key& key, const Group& group,
                                      const Baseline& baseline) const {
    std::vector<double> values, baselines;
    for (const auto& [seed, row] : group) {
      const auto other = baseline.group.find(seed);
      if (other == baseline.group.end()) continue;
      const auto value = table_.number(row, table_.column(metric));
      const auto baseline_value = table_.number(other->second, table_.column(metric));
      if (!value || !baseline_value) continue;
      values.push_back(*value);
      baselines.push_back(*baseline_value);
    }
    ComparisonRow result;
    result.metric = metric;
    result.baseline = difference(key, baseline.key);
    result.pairs = values.size();
    if (values.empty()) return result;
    result.mean = mean_estimate(values).value;
    result.baseline_mean = mean_estimate(baselines).value;
    const auto positive = [](double value) { return value > 0; };
    const bool ratio = std::all_of(values.begin(), values.end(), positive) &&
                       std::all_of(baselines.begin(), baselines.end(), positive);
    const Estimate estimate = ratio ? ratio_estimate(values, baselines) : difference_estimate(values, baselines);
    result.effect = ratio ? Effect::ratio : Effect::difference;
    result.value = estimate.value;
    result.low = estimate.low;
    result.high = estimate.high;
    return result;
  }

  /// "4k_2xWS2048, edf": what the baseline has otherwise.
  [[nodiscard]] static std::string difference(const Key& key, const Key& baseline) {
    Strings parts;
    for (std::size_t i = 0; i < key.size(); ++i)
      if (key[i] != baseline[i]) parts.push_back(baseline[i]);
    return join(parts, ", ");
  }

  /// Only columns in which groups differ are worth showing; the baseline's always are.
  void choose_columns(Comparison& comparison) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto differs = [&](const auto& group) { return group.first[i] != groups_.front().first[i]; };
      const bool in_baseline = std::any_of(options_.baseline.begin(), options_.baseline.end(),
                                           [&](const auto& pair) { return pair.first == columns_[i]; }) ||
                               (options_.homogeneous && columns_[i] == "platform");
      if (!in_baseline && std::none_of(groups_.begin(), groups_.end(), differs)) continue;
      shown_.push_back(i);
      comparison.columns.push_back(columns_[i]);
    }
  }

  [[nodiscard]] Strings shown(const Key& key) const {
    Strings values;
    for (const std::size_t column : shown_) values.push_back(key[column]);
    return values;
  }

  void add_notes(Comparison& comparison, std::size_t alone) const {
    Strings parts;
    if (options_.homogeneous) parts.emplace_back("the homogeneous platforms made of each");
    for (const auto& [column, value] : options_.baseline) parts.push_back(column + " " + value);
    std::string policy;
    if (options_.best_policy)
      policy = "; of each side only the policy with its best mean " + join(options_.metrics, ", then ") +
               " counts, so that a gain is the platform's and not the scheduler's";
    comparison.notes.push_back("Compared with " + join(parts, ", ") + policy + "; runs are paired by seed.");
    if (!unequal_.empty()) {
      constexpr std::size_t kMost = 8;
      const Strings told(unequal_.begin(),
                         unequal_.begin() + static_cast<std::ptrdiff_t>(std::min(unequal_.size(), kMost)));
      comparison.notes.push_back(
          "Budgets are not equal: " + join(told, "; ") +
          (unequal_.size() > kMost ? "; and " + std::to_string(unequal_.size() - kMost) + " more" : "") + ".");
    }
    if (left_out_ > 0)
      comparison.notes.push_back(std::to_string(left_out_) + " of " + std::to_string(table_.size()) +
                                 " runs failed or were interrupted and are left out.");
    if (alone > 0)
      comparison.notes.push_back(std::to_string(alone) + " of " + std::to_string(groups_.size()) +
                                 " groups have no baseline runs to compare with and are left out.");
  }

  const PointsTable& table_;
  const CompareOptions& options_;
  Strings columns_;
  std::vector<std::size_t> shown_;             // numbers of columns_
  std::vector<std::pair<Key, Group>> groups_;  // in order of appearance
  std::map<Key, std::size_t> index_;           // of groups_
  std::size_t left_out_ = 0;
  Strings unequal_;  // which platforms do not have equal budgets
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
  if (problems.size() == before) check_options(table, options, problems);
  if (problems.size() != before) return {};
  Comparison comparison = Comparer(table, options).compare();
  if (comparison.entries.empty())
    problems.add(directory.string(), "", "no group of runs differs from the baseline and has one; nothing to compare");
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

std::pair<std::string, std::string> parse_baseline(std::string_view text, Problems& problems) {
  const auto equals = text.find('=');
  if (equals != std::string_view::npos && equals > 0) {
    const std::string column(trimmed(text.substr(0, equals))), value(trimmed(text.substr(equals + 1)));
    return {column, level_text(in_si(SettingPath(column), value))};
  }
  problems.add("--baseline", "", in_quotes(text) + " is not of the form column=value, as in platform=4k_2xWS2048");
  return {};
}

bool is_larger_better(std::string_view metric) {
  Better better = Better::unsaid;
  for_each_field<RunSummary>([&](const auto& f) {
    if (f.name == metric) better = f.about.better;
  });
  return better == Better::more;
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
