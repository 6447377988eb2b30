/// \file
/// What Linux's energy-aware scheduling estimates: the energy of a placement of utilizations on processors whose
/// frequency follows the most utilized one of their performance domain. Kernel documentation,
/// scheduler/sched-energy.rst.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hetsched {

/// Processors that share an operating point.
struct PerformanceDomain {
  struct Point {
    double capacity = 0;  ///< of a processor at this point, in the same unit as utilizations
    double power = 0;     ///< W of a busy processor
  };
  std::vector<Point> points;            ///< by capacity
  std::vector<std::size_t> processors;  ///< indices into the list of utilizations
};

/// The lowest point whose capacity is at least the largest utilization of the domain; the highest if none is.
inline std::size_t point_for(const PerformanceDomain& domain, const std::vector<double>& utilization) {
  double most = 0;
  for (const std::size_t p : domain.processors) most = std::max(most, utilization[p]);
  std::size_t at = 0;
  while (at + 1 < domain.points.size() && domain.points[at].capacity < most) ++at;
  return at;
}

/// sum over domains and processors of utilization / capacity(point) x power(point).
inline double placement_energy(const std::vector<PerformanceDomain>& domains, const std::vector<double>& utilization) {
  double sum = 0;
  for (const PerformanceDomain& domain : domains) {
    if (domain.processors.empty()) continue;  // it may have no points either
    const PerformanceDomain::Point& point = domain.points[point_for(domain, utilization)];
    for (const std::size_t p : domain.processors)
      if (point.capacity > 0) sum += utilization[p] / point.capacity * point.power;
  }
  return sum;
}

/// Where a task of utilization `own` that was on `previous` (whose utilization includes it) should go: in each domain
/// the allowed processor with most capacity to spare is tried; the best one is taken if it saves more than `margin` of
/// the energy of staying. `utilization.size()` as previous: it was nowhere.
inline std::size_t energy_aware_choice(const std::vector<PerformanceDomain>& domains, std::vector<double> utilization,
                                       double own, std::size_t previous, const std::vector<bool>& allowed,
                                       double margin) {
  const std::size_t nowhere = utilization.size();
  if (previous < nowhere) utilization[previous] -= own;
  const auto energy_on = [&](std::size_t processor) {
    std::vector<double> then = utilization;
    then[processor] += own;
    return placement_energy(domains, then);
  };
  std::size_t best = nowhere;
  double least = 0;
  for (const PerformanceDomain& domain : domains) {
    std::size_t candidate = nowhere;
    for (const std::size_t p : domain.processors) {
      if (!allowed[p] || domain.points.back().capacity < utilization[p] + own) continue;
      if (candidate == nowhere || utilization[p] < utilization[candidate]) candidate = p;
    }
    if (candidate == nowhere || candidate == previous) continue;
    const double energy = energy_on(candidate);
    if (best != nowhere && energy >= least) continue;
    best = candidate;
    least = energy;
  }
  if (previous == nowhere || !allowed[previous]) return best;
  const double stay = energy_on(previous);
  return best != nowhere && least < stay * (1 - margin) ? best : previous;
}

}  // namespace hetsched
