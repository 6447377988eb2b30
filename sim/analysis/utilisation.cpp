#include "analysis/utilisation.hpp"

#include <algorithm>
#include <vector>

#include "analysis/busy_period.hpp"
#include "base/portable.hpp"
#include "hetsched/tolerance.hpp"

namespace hetsched::analysis {

double liu_layland_limit(std::size_t n) {
  if (n == 0) return 1;
  const auto count = static_cast<double>(n);
  return count * (portable_exp(portable_log(2) / count) - 1);
}

UtilisationTests utilisation_tests(std::span<const Demand> demands) {
  UtilisationTests tests;
  for (const Demand& demand : demands) tests.utilisation += demand.utilisation();
  const auto plain = [](const Demand& demand) {
    return demand.bounded && demand.period > 0 && demand.jitter <= 0 && nearly_equal(demand.deadline, demand.period);
  };
  if (!std::all_of(demands.begin(), demands.end(), plain)) return tests;
  std::vector<Demand> order(demands.begin(), demands.end());
  std::stable_sort(order.begin(), order.end(), [](const Demand& a, const Demand& b) { return a.period < b.period; });
  tests.liu_layland = tests.hyperbolic = tests.edf = true;
  double sum = 0, product = 1;
  for (std::size_t i = 0; i < order.size(); ++i) {
    Seconds blocking = 0;
    for (std::size_t j = i + 1; j < order.size(); ++j)
      if (order[j].longest > 0) blocking = std::max(blocking, order[j].longest + order[j].switch_time);
    const double own = (interference(order[i]) + blocking) / order[i].period;
    *tests.liu_layland &= !clearly_less(liu_layland_limit(i + 1), sum + own);
    *tests.hyperbolic &= !clearly_less(2, product * (own + 1));
    *tests.edf &= !clearly_less(1, sum + own);
    sum += interference(order[i]) / order[i].period;
    product *= interference(order[i]) / order[i].period + 1;
  }
  return tests;
}

}  // namespace hetsched::analysis
