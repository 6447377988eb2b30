/// \file
/// When a combination of levels has had replicates enough: as soon as the confidence interval of a metric's mean is as
/// narrow as was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.hpp"

namespace hetsched {

struct StopRuleSpec {
  std::string metric = {};
  std::optional<double> half_width = {}, relative = {};
  double confidence = 0.95;
  std::uint64_t min_replicates = 5;
};
template <>
inline constexpr auto fields<StopRuleSpec> = std::tuple{
    field("metric", &StopRuleSpec::metric, "column of points.csv whose mean is to be known", {.required = true}),
    field("half_width", &StopRuleSpec::half_width,
          "the interval is to reach at most this far to either side, in the metric's unit (SI); give this or relative",
          {.above = 0}),
    field("relative", &StopRuleSpec::relative, "the same as a part of the mean; give this or half_width",
          {.max = 1, .above = 0}),
    field("confidence", &StopRuleSpec::confidence, "of the interval; default: 0.95", {.min = 0.5, .max = 0.999}),
    field("min_replicates", &StopRuleSpec::min_replicates, "runs before the first look; default: 5",
          {.min = 5, .max = 100000}),
};

/// Decides for one combination. It is told the values of the metric in order of replicates, and looks at them only when
/// there are next_look() of them; so what it decides depends neither on who runs the replicates nor on how many at a
/// time.
///
/// To stop at the first interval that happens to be narrow is to prefer samples whose spread is too small: Student's
/// interval of 95% then holds its mean in 93% of normal samples, in 83% of exponential ones. Chow and Robbins ("On the
/// asymptotic theory of fixed-width sequential confidence intervals for the mean", Ann. Math. Stat. 36, 1965) add a
/// term to the variance that vanishes as values become many. Here, with h the half width asked for and s2 the variance:
///  - looks: at min_replicates, then at each time 1.3 times as many values;
///  - variance: two values are imagined 2.5 h from the mean: v = ((n - 1) s2 + 2 (2.5 h)^2) / (n - 1);
///  - skewness g, by Johnson's modified t (J. Am. Stat. Assoc. 73, 1978): with t the quantile of n - 1 degrees of
///    freedom, half_width() = t sqrt(v / n) + |g| s (1 + 2 t^2) / (6 n);
///  - rare events: while more than four of five values are equal, the others are too few to tell a variance. There is
///  no
///    interval before so many values (59 at 95%) that what happens in 5% of the runs would have shown.
/// So the least number of replicates in practice is 10, and a metric that never changes takes 59.
///
/// Coverage of mean -+ h measured, 3,000 repetitions of each of 13 widths (2 to 400 values suffice on average), the
/// worst width: normal 96.2%, exponential 94.9%, lognormal (variation 0.5) 96.1%, miss rates of 20 to 100 requests at
/// 2% to 10% 96.3%, of one request at 5% to 50% 94.4%. The price is a quarter more values than a known variance would
/// need, half as many more if they are exponential, twice as many for rare events.
class StopRule {
 public:
  explicit StopRule(StopRuleSpec spec);

  /// The metric's value in the next replicate. One in which it has none is passed over: another takes its place.
  void add(double value) { values_.push_back(value); }
  [[nodiscard]] std::uint64_t count() const { return values_.size(); }

  /// How many values there must be for the next decision; more than count() unless one is due.
  [[nodiscard]] std::uint64_t next_look() const { return next_look_; }
  /// Takes the decision that is due, if one is: are the values enough? Once they are, they stay so.
  bool enough();

  /// Half width of the interval around the mean of all values, as above; nothing where there is none.
  [[nodiscard]] std::optional<double> half_width() const;

 private:
  [[nodiscard]] double target() const;

  StopRuleSpec spec_;
  std::vector<double> values_;
  std::uint64_t next_look_;
  bool enough_ = false;
};

/// Checks what `stop_when` of an experiment asks for: the metric is there, one width is given, and `replicates` leaves
/// something to decide.
void check_stop_rule(const StopRuleSpec& spec, std::uint64_t replicates, const Node& experiment, Problems& problems);

}  // namespace hetsched
