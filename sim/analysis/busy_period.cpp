#include "analysis/busy_period.hpp"

#include <algorithm>

#include "hetsched/tolerance.hpp"

namespace hetsched::analysis {

double load_of(std::span<const Demand> demands) {
  double load = 0;
  for (const Demand& demand : demands)
    if (demand.utilisation() > 0) load += interference(demand) / demand.period;
  return load;
}

std::optional<Seconds> busy_period(Seconds first, std::span<const Demand> demands) {
  const double load = load_of(demands);
  if (clearly_less(1, load)) return std::nullopt;
  Seconds start = first, late = first;  // late: what is left to do even if all the rest came evenly
  for (const Demand& demand : demands) {
    start += interference(demand);
    if (demand.utilisation() > 0) late += demand.jitter * interference(demand) / demand.period;
  }
  if (late > 0 && !clearly_less(load, 1)) return std::nullopt;
  if (late > 0) start = std::max(start, late / (1 - load) * (1 - 1e-6));
  return fixed_point(start, [&](Seconds t) {
    Seconds work = first;
    for (const Demand& demand : demands) work += most_releases(demand, t, false) * interference(demand);
    return work;
  });
}

Bound endless(Bound bound) {
  bound.response = bound.lateness = std::nullopt;
  bound.none = NoBound::endless;
  return bound;
}

std::optional<Seconds> busy_period_of(const Demand& own, std::span<const Demand> busy, Bound& bound) {
  if (!own.bounded) bound.none = NoBound::own_arrivals;
  if (bound.none) return std::nullopt;
  if (clearly_less(1, load_of(busy))) {
    bound.none = NoBound::overload;
    return std::nullopt;
  }
  const std::optional<Seconds> length = busy_period(bound.blocking, busy);
  if (!length) bound = endless(bound);
  return length;
}

}  // namespace hetsched::analysis
