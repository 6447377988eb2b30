/// \file
/// What Linux's energy-aware scheduling estimates: the energy of a placement of utilizations on processors whose
/// frequency follows the most utilized one of their performance domain. Kernel documentation,
/// scheduler/sched-energy.rst.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "hetsched/ids.hpp"
#include "hetsched/tolerance.hpp"

namespace hetsched {

/// Processors that share an operating point.
struct PerformanceDomain {
  struct Point {
    double capacity = 0;  ///< of a processor at this point, in the same unit as utilizations
    double power = 0;     ///< W of a busy processor
  };
  std::vector<Point> points;  ///< by capacity
  std::vector<AcceleratorId> processors;
};

using Utilizations = IdVector<AcceleratorId, double>;

/// The lowest point whose capacity is at least the largest utilization of the domain; the highest if none is.
inline std::size_t point_for(const PerformanceDomain& domain, const Utilizations& utilization) {
  double most = 0;
  for (const AcceleratorId p : domain.processors) most = std::max(most, utilization[p]);
  std::size_t at = 0;
  while (at + 1 < domain.points.size() && clearly_less(domain.points[at].capacity, most)) ++at;
  return at;
}

/// sum over domains and processors of utilization / capacity(point) x power(point).
inline double placement_energy(const IdVector<KindId, PerformanceDomain>& domains, const Utilizations& utilization) {
  double sum = 0;
  for (const PerformanceDomain& domain : domains) {
    if (domain.processors.empty()) continue;  // it may have no points either
    const PerformanceDomain::Point& point = domain.points[point_for(domain, utilization)];
    for (const AcceleratorId p : domain.processors)
      if (point.capacity > 0) sum += utilization[p] / point.capacity * point.power;
  }
  return sum;
}

/// Where a task of utilization `own` that was on `previous` (whose utilization includes it) should go: in each domain
/// the allowed processor with most capacity to spare is tried; the best one is taken if it saves more than `margin` of
/// the energy of staying. `previous` none: it was nowhere. None
/// if it can go nowhere.
inline AcceleratorId energy_aware_choice(const IdVector<KindId, PerformanceDomain>& domains, Utilizations utilization,
                                         double own, AcceleratorId previous,
                                         const IdVector<AcceleratorId, bool>& allowed, double margin) {
  constexpr AcceleratorId kNowhere = AcceleratorId::none;
  if (previous != kNowhere) utilization[previous] -= own;
  const auto energy_on = [&](AcceleratorId processor) {
    Utilizations then = utilization;
    then[processor] += own;
    return placement_energy(domains, then);
  };
  AcceleratorId best = kNowhere;
  double least = 0;
  for (const PerformanceDomain& domain : domains) {
    AcceleratorId candidate = kNowhere;
    for (const AcceleratorId p : domain.processors) {
      if (!allowed[p] || clearly_less(domain.points.back().capacity, utilization[p] + own)) continue;
      if (candidate == kNowhere || clearly_less(utilization[p], utilization[candidate], own)) candidate = p;
    }
    if (candidate == kNowhere || candidate == previous) continue;
    const double energy = energy_on(candidate);
    if (best != kNowhere && !clearly_less(energy, least)) continue;
    best = candidate;
    least = energy;
  }
  if (previous == kNowhere || !allowed[previous]) return best;
  const double stay = energy_on(previous);
  return best != kNowhere && clearly_less(least, stay * (1 - margin)) ? best : previous;
}

}  // namespace hetsched
