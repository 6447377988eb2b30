/// \file
/// The search for the largest load at which the mean of a metric keeps a bound. It asks for loads one after the other
/// and is told the metric in runs at them, with the same seeds at every load; what it asks for depends on these values
/// alone.
///
/// The capacity is where the expected value of the metric leaves the bound. Its 95% interval holds all loads that a
/// t test over the replicates does not rule out: below its low end the upper end of the 95% interval of the mean keeps
/// the bound, from its high end on even the lower end does not. (An interval by inversion of a family of tests: Casella
/// and Berger, Statistical Inference, 2nd ed., theorem 9.2.2; it covers the capacity as often as the t interval at the
/// capacity itself covers the metric's expected value, whatever the metric's slope.) All three are found by bisection
/// on a logarithmic scale, down to a quarter of the precision, and the interval takes the outer ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fields.hpp"
#include "study/metric_bound.hpp"

namespace hetsched {

struct CapacityLimits {
  double least = 0.1, most = 10;  ///< loads that are tried, 0 < least < most
  double precision = 0.02;        ///< of the interval's half width, relative to the capacity
};

enum class CapacityFound {
  exact,     ///< the bound is kept at the capacity, and not a little above
  at_least,  ///< it is kept even at the largest load that is tried, which is the capacity shown
  at_most,   ///< it is not kept even at the least, which is the capacity shown
  failed,    ///< a run failed
};
template <>
inline constexpr auto enum_names<CapacityFound> = std::array{"exact", "at_least", "at_most", "failed"};

struct CapacityEstimate {
  CapacityFound found = CapacityFound::exact;
  double capacity = 0;
  /// Of the 95% interval; nothing for one replicate, or where the end is not among the loads that are tried.
  std::optional<double> low, high;
  /// A load at which the bound is kept though it is not at the smaller one before it, both beyond their 95% intervals:
  /// then the capacity is the one below the first load that does not keep it.
  std::optional<std::pair<double, double>> not_monotone;

  /// (high - low) / 2 / capacity, if there is an interval.
  [[nodiscard]] std::optional<double> half_width() const;
};

class CapacitySearch {
 public:
  CapacitySearch(MetricBound bound, CapacityLimits limits) : bound_(std::move(bound)), limits_(limits) {}

  /// The loads that are to be evaluated next, at most three, in ascending order; none: the capacity is known.
  [[nodiscard]] std::vector<double> wanted() const;
  /// The metric of each replicate at a load, at least one; undefined ones keep no bound.
  void add(double load, const std::vector<std::optional<double>>& values);
  /// Loads evaluated so far, ascending.
  [[nodiscard]] std::vector<double> evaluated() const;
  /// Of what is known when nothing is wanted any more.
  [[nodiscard]] CapacityEstimate estimate() const;
  /// Replicates that would make the interval as narrow as the precision says, if its width falls as their square root;
  /// nothing if these do, or there is no interval.
  [[nodiscard]] std::optional<std::uint64_t> replicates_needed() const;

 private:
  /// Excess over the bound: mean over the replicates, and half width of its 95% interval.
  struct Level {
    double excess = 0;
    std::optional<double> half;
    std::size_t replicates = 1;
  };
  /// Does the mean keep the bound; and if it is as much larger (or smaller) as its interval allows?
  enum class Side { upper, mean, lower };
  struct Bracket {
    std::optional<double> keeps, fails;  ///< loads
  };
  [[nodiscard]] static bool is_kept(const Level& level, Side side);
  [[nodiscard]] Bracket bracket(Side side) const;
  [[nodiscard]] std::optional<double> next(Side side) const;
  [[nodiscard]] bool has_interval() const;
  [[nodiscard]] double step() const { return 1 + limits_.precision / 4; }

  MetricBound bound_;
  CapacityLimits limits_;
  std::map<double, Level> levels_;  ///< by load
};

}  // namespace hetsched
