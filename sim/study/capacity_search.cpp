#include "study/capacity_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <set>

#include "base/errors.hpp"
#include "study/statistics.hpp"

namespace hetsched {
namespace {

/// With six digits, as it will stand in results.
double rounded(double load) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", load);
  return std::strtod(text.data(), nullptr);
}

}  // namespace

std::optional<double> CapacityEstimate::half_width() const {
  if (!low || !high) return std::nullopt;
  return (*high - *low) / 2 / capacity;
}

void CapacitySearch::add(double load, const std::vector<std::optional<double>>& values) {
  HETSCHED_ASSERT(!values.empty(), "a load without runs");
  Level level;
  level.replicates = values.size();
  std::vector<double> excesses;
  for (const auto& value : values)
    if (value) excesses.push_back(bound_.at_most ? *value : -*value);
  if (excesses.size() < values.size()) {
    level.excess = std::numeric_limits<double>::infinity();
    if (values.size() > 1) level.half = 0;
  } else {
    const Estimate mean = mean_estimate(excesses);
    level.excess = bound_.excess(bound_.at_most ? mean.value : -mean.value);
    if (mean.high) level.half = *mean.high - mean.value;
  }
  levels_[load] = level;
}

bool CapacitySearch::is_kept(const Level& level, Side side) {
  const double half = level.half.value_or(0);
  switch (side) {
    case Side::upper: return level.excess + half <= 0;
    case Side::mean: return level.excess <= 0;
    case Side::lower: return level.excess - half <= 0;
  }
  throw InternalError("unknown side of an interval");
}

CapacitySearch::Bracket CapacitySearch::bracket(Side side) const {
  Bracket bracket;
  for (const auto& [load, level] : levels_) {
    if (!is_kept(level, side)) {
      bracket.fails = load;
      break;
    }
    bracket.keeps = load;
  }
  return bracket;
}

std::optional<double> CapacitySearch::next(Side side) const {
  const auto& [least, most, precision] = limits_;
  if (levels_.empty()) return least <= 1 && 1 <= most ? 1 : rounded(std::sqrt(least * most));
  const auto [keeps, fails] = bracket(side);
  if (!fails) return *keeps < most ? std::optional(std::min(2 * *keeps, most)) : std::nullopt;
  if (!keeps) return *fails > least ? std::optional(std::max(*fails / 2, least)) : std::nullopt;
  if (*fails <= *keeps * step()) return std::nullopt;
  const double middle = rounded(std::sqrt(*keeps * *fails));
  return *keeps < middle && middle < *fails ? std::optional(middle) : std::nullopt;
}

bool CapacitySearch::has_interval() const { return !levels_.empty() && levels_.begin()->second.half.has_value(); }

std::vector<double> CapacitySearch::wanted() const {
  std::set<double> loads;
  for (const Side side : {Side::mean, Side::upper, Side::lower})
    if (side == Side::mean || has_interval())
      if (const auto load = next(side)) loads.insert(*load);
  return {loads.begin(), loads.end()};
}

std::vector<double> CapacitySearch::evaluated() const {
  std::vector<double> loads;
  for (const auto& [load, level] : levels_) loads.push_back(load);
  return loads;
}

CapacityEstimate CapacitySearch::estimate() const {
  HETSCHED_ASSERT(!levels_.empty(), "a capacity of no runs");
  CapacityEstimate result;
  const Bracket mean = bracket(Side::mean);
  result.found = !mean.fails ? CapacityFound::at_least : !mean.keeps ? CapacityFound::at_most : CapacityFound::exact;
  result.capacity = mean.keeps ? *mean.keeps : *mean.fails;
  if (has_interval()) {
    result.low = bracket(Side::upper).keeps;
    result.high = bracket(Side::lower).fails;
  }
  const std::optional<double> fails = bracket(Side::lower).fails;
  for (const auto& [load, level] : levels_)
    if (fails && load > *fails && is_kept(level, Side::upper) && !result.not_monotone)
      result.not_monotone.emplace(*fails, load);
  return result;
}

std::optional<std::uint64_t> CapacitySearch::replicates_needed() const {
  const std::optional<double> half = estimate().half_width();
  if (!half || *half <= limits_.precision) return std::nullopt;
  // A quarter of the precision is the step of the search, which no replicates make smaller.
  const double ratio = (*half - limits_.precision / 4) / (limits_.precision * 3 / 4);
  return static_cast<std::uint64_t>(std::ceil(static_cast<double>(levels_.begin()->second.replicates) * ratio * ratio));
}

}  // namespace hetsched
