#include "analysis/demand.hpp"

#include <algorithm>
#include <cmath>

#include "hetsched/tolerance.hpp"

namespace hetsched::analysis {

double most_releases(const Demand& demand, Seconds window, bool closed) {
  const Seconds from = window + demand.jitter;
  if (from < -kTolerance * demand.period) return 0;
  if (!(demand.period > 0)) return closed || from > 0 ? demand.most : 0;
  const double periods = from / demand.period;
  const double slip = kTolerance * std::max(1.0, periods);  // what ends with a period, but for rounding, does so
  const double count = closed ? std::floor(periods + slip) + 1 : std::ceil(periods - slip);
  return std::clamp(count, 0.0, demand.most);
}

}  // namespace hetsched::analysis
