#include "analysis/fixed_priority.hpp"

#include <algorithm>

#include "analysis/busy_period.hpp"
#include "hetsched/tolerance.hpp"

namespace hetsched::analysis {
namespace {

Bound bound_of(std::span<const Demand> demands, std::size_t i) {
  const Demand& own = demands[i];
  Bound bound;
  std::vector<Demand> before, busy = {own};
  for (std::size_t j = 0; j < demands.size(); ++j) {
    const Demand& other = demands[j];
    if (j == i) continue;
    if (clearly_less(own.rank, other.rank)) {
      if (other.longest > 0) bound.blocking = std::max(bound.blocking, other.longest + other.switch_time);
      continue;
    }
    if (!other.bounded && !bound.none) {
      bound.none = NoBound::other_arrivals;
      bound.of = j;
    }
    before.push_back(other);
    busy.push_back(other);
  }
  const std::optional<Seconds> length = busy_period_of(own, busy, bound);
  if (!length) return bound;
  const double requests = most_releases(own, *length, false);
  if (!(requests <= kMostSteps)) return endless(bound);
  const Seconds time = own.time + own.switch_time;
  Seconds start = bound.blocking + time - own.last;  // of the last task of request k
  for (const Demand& demand : before) start += interference(demand);
  bound.response = bound.lateness = 0;
  for (double k = 0; k < requests; ++k) {
    const auto found = fixed_point(start, [&](Seconds t) {
      Seconds work = bound.blocking + (k + 1) * time - own.last;
      for (const Demand& demand : before) work += most_releases(demand, t, !own.gives_way) * interference(demand);
      return work;
    });
    if (!found) return endless(bound);
    const Seconds end = *found + own.last;
    const Seconds nominal = k * own.period - own.jitter;
    const Seconds response = end - std::max(0.0, nominal);
    bound.response = std::max(*bound.response, response);
    bound.lateness = std::max(*bound.lateness, own.from_nominal ? end - nominal : response);
    start = *found + time;
  }
  return bound;
}

}  // namespace

std::vector<Bound> fixed_priority_bounds(std::span<const Demand> demands) {
  std::vector<Bound> bounds;
  for (std::size_t i = 0; i < demands.size(); ++i) bounds.push_back(bound_of(demands, i));
  return bounds;
}

}  // namespace hetsched::analysis
