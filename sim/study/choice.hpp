/// \file
/// Which group of runs represents a side of a comparison, where a policy (or a load) is chosen for it.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "study/metric_bound.hpp"
#include "study/point_groups.hpp"
#include "study/points_table.hpp"

namespace hetsched {

/// The best of what there is to choose from looks better than it is, on the runs that it was chosen by. So the first
/// half of the seeds chooses, and only the others are reported; with one seed the same runs do both.
class Choice {
 public:
  /// `free` are the columns whose values are chosen. Best is the best mean of the first metric, of the next if these
  /// are equal, and so on, among those whose mean keeps the bound. All must outlive this.
  Choice(const PointsTable& table, const PointGroups& groups, Strings free, const Strings& metrics,
         const std::optional<MetricBound>& bound);

  /// Among the groups that differ from `key` in free columns only: the best, the first to appear of equal ones.
  /// Nothing if there is none that keeps the bound.
  [[nodiscard]] std::optional<std::size_t> of(const Strings& key) const;
  /// Is a run of that seed to be reported?
  [[nodiscard]] bool reports(const std::string& seed) const { return !held_back_ || !chooses_.contains(seed); }
  /// Is there anything to choose?
  [[nodiscard]] bool chooses() const { return chooses_at_all_; }
  /// Is it chosen by other seeds than those reported?
  [[nodiscard]] bool on_other_seeds() const { return held_back_; }
  /// How many seeds choose.
  [[nodiscard]] std::size_t seeds() const { return chooses_.size(); }
  /// Mean of a metric over the group's runs that choose; nothing if it is undefined in all.
  [[nodiscard]] std::optional<double> mean(const PointGroups::Group& group, const std::string& metric) const;

 private:
  [[nodiscard]] bool is_candidate(const Strings& candidate, const Strings& key) const;
  [[nodiscard]] bool is_better(const PointGroups::Group& a, const PointGroups::Group& b) const;
  [[nodiscard]] bool keeps_bound(const PointGroups::Group& group) const;

  const PointsTable& table_;
  const PointGroups& groups_;
  std::set<std::size_t> free_;  ///< numbers of columns
  const Strings& metrics_;
  const std::optional<MetricBound>& bound_;
  std::set<std::string> chooses_;  ///< seeds
  bool held_back_ = false, chooses_at_all_ = false;
};

/// Is a larger value of the metric a better one, as its field in RunSummary says?
bool is_larger_better(std::string_view metric);

/// Which of some groups no other one is better than in a metric and as good in all: by their means over the runs of
/// `choice` that are reported. Those in which a metric is undefined are not.
std::vector<bool> pareto_front(const PointsTable& table, const std::vector<const PointGroups::Group*>& groups,
                               const Strings& metrics, const Choice& choice);

}  // namespace hetsched
