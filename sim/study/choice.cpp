#include "study/choice.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "record/summary.hpp"
#include "study/statistics.hpp"

namespace hetsched {
namespace {

std::optional<double> mean_of(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(mean_estimate(values).value);
}

}  // namespace

Choice::Choice(const PointsTable& table, const PointGroups& groups, Strings free, const Strings& metrics,
               const std::optional<MetricBound>& bound)
    : table_(table), groups_(groups), metrics_(metrics), bound_(bound) {
  for (const std::string& column : free)
    if (const std::size_t at = groups.position(column); at < groups.columns().size()) free_.insert(at);
  for (const auto& a : groups.all())
    for (const auto& b : groups.all())
      chooses_at_all_ = chooses_at_all_ || (a.key != b.key && is_candidate(a.key, b.key));
  const Strings seeds = groups.seeds();
  held_back_ = chooses_at_all_ && seeds.size() > 1;
  chooses_.insert(seeds.begin(),
                  held_back_ ? seeds.begin() + static_cast<std::ptrdiff_t>(seeds.size() / 2) : seeds.end());
}

bool Choice::is_candidate(const Strings& candidate, const Strings& key) const {
  for (std::size_t i = 0; i < key.size(); ++i)
    if (candidate[i] != key[i] && !free_.contains(i)) return false;
  return true;
}

std::optional<double> Choice::mean(const PointGroups::Group& group, const std::string& metric) const {
  std::vector<double> values;
  for (const auto& [seed, row] : group.rows)
    if (chooses_.contains(seed))
      if (const auto value = table_.number(row, table_.column(metric))) values.push_back(*value);
  return mean_of(values);
}

bool Choice::keeps_bound(const PointGroups::Group& group) const {
  if (!bound_) return true;
  const auto value = mean(group, bound_->metric);
  return value && bound_->excess(*value) <= 0;
}

bool Choice::is_better(const PointGroups::Group& a, const PointGroups::Group& b) const {
  for (const std::string& metric : metrics_) {
    const auto value_a = mean(a, metric), value_b = mean(b, metric);
    if (value_a == value_b) continue;
    if (!value_a || !value_b) return value_a.has_value();
    return is_larger_better(metric) ? *value_a > *value_b : *value_a < *value_b;
  }
  return false;
}

std::optional<std::size_t> Choice::of(const Strings& key) const {
  const auto& all = groups_.all();
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (is_candidate(all[i].key, key) && keeps_bound(all[i]) && (!best || is_better(all[i], all[*best]))) best = i;
  return best;
}

bool is_larger_better(std::string_view metric) {
  Better better = Better::unsaid;
  for_each_field<RunSummary>([&](const auto& f) {
    if (f.name == metric) better = f.about.better;
  });
  return better == Better::more;
}

std::vector<bool> pareto_front(const PointsTable& table, const std::vector<const PointGroups::Group*>& groups,
                               const Strings& metrics, const Choice& choice) {
  // Means, with their sign such that less is better.
  std::vector<std::optional<std::vector<double>>> points;
  for (const PointGroups::Group* group : groups) {
    std::vector<double> point;
    for (const std::string& metric : metrics) {
      std::vector<double> values;
      for (const auto& [seed, row] : group->rows)
        if (choice.reports(seed))
          if (const auto value = table.number(row, table.column(metric))) values.push_back(*value);
      if (const auto mean = mean_of(values)) point.push_back(is_larger_better(metric) ? -*mean : *mean);
    }
    points.push_back(point.size() == metrics.size() ? std::optional(std::move(point)) : std::nullopt);
  }
  const auto dominates = [&](const std::vector<double>& a, const std::vector<double>& b) {
    bool better = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] > b[i]) return false;
      better = better || a[i] < b[i];
    }
    return better;
  };
  std::vector<bool> front;
  for (const auto& point : points)
    front.push_back(point && std::none_of(points.begin(), points.end(),
                                          [&](const auto& other) { return other && dominates(*other, *point); }));
  return front;
}

}  // namespace hetsched
