#include "analysis/edf.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/busy_period.hpp"
#include "hetsched/tolerance.hpp"

namespace hetsched::analysis {
namespace {

/// How much later than a request of `own` one of `other` may be, by what their deadlines count from, and still go
/// before it. Infinite: any time; -infinite: it never does.
Seconds head_start(const Demand& own, const Demand& other) {
  if (own.deadline < kNever) return other.deadline < kNever ? own.deadline - other.deadline : -kNever;
  return other.deadline < kNever ? kNever : 0;
}

/// In a busy period that begins at 0, the first instant from which a deadline may count.
Seconds first_base(const Demand& demand) { return demand.from_nominal ? -demand.jitter : 0; }

Seconds blocking_by(const Demand& demand) { return demand.longest > 0 ? demand.longest + demand.switch_time : 0; }

/// Instants at which the number of requests changes that go before one of `own` which counts from there, each that of a
/// worst case; those below `end`. Nothing if they are too many.
std::optional<std::vector<Seconds>> candidates(std::span<const Demand> busy, Seconds end) {
  const Demand& own = busy.front();
  const Seconds from = first_base(own);
  std::vector<Seconds> instants = {from};
  for (const Demand& other : busy) {
    const Seconds ahead = &other == &own ? 0 : head_start(own, other);
    if (!(std::abs(ahead) < kNever)) continue;
    const double last = other.period > 0 ? std::min(other.most - 1, (end + ahead + other.jitter) / other.period) : 0;
    if (static_cast<double>(instants.size()) + last > kMostSteps) return std::nullopt;
    for (double k = 0; k <= last; ++k) {
      const Seconds at = k * other.period - other.jitter - ahead;
      if (from <= at && at < end) instants.push_back(at);
    }
  }
  std::sort(instants.begin(), instants.end());
  instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
  return instants;
}

Bound bound_of(std::span<const Demand> demands, std::size_t i) {
  const Demand& own = demands[i];
  const Seconds from = first_base(own);
  Bound bound;
  std::vector<Demand> busy = {own};  // and all that may go before it
  for (std::size_t j = 0; j < demands.size(); ++j) {
    const Demand& other = demands[j];
    if (j == i) continue;
    const Seconds ahead = head_start(own, other);
    if (from + ahead < 0) bound.blocking = std::max(bound.blocking, blocking_by(other));
    if (ahead == -kNever) continue;
    if (!other.bounded && !bound.none) {
      bound.none = NoBound::other_arrivals;
      bound.of = j;
    }
    busy.push_back(other);
  }
  const std::optional<Seconds> length = busy_period_of(own, busy, bound);
  if (!length) return bound;
  const auto instants = candidates(busy, *length);
  if (!instants) return endless(bound);
  const Seconds time = own.time + own.switch_time;
  bound.response = bound.lateness = 0;
  for (const Seconds base : *instants) {
    Seconds blocking = 0;  // by what started before the busy period and is due after the request
    for (std::size_t j = 0; j < demands.size(); ++j)
      if (j != i && clearly_before(base + head_start(own, demands[j]), 0, *length))
        blocking = std::max(blocking, blocking_by(demands[j]));
    const Seconds before = blocking + most_releases(own, base, true) * time - own.last;
    const auto found = fixed_point(before, [&](Seconds t) {
      Seconds work = before;
      for (const Demand& other : std::span(busy).subspan(1))
        work += std::min(most_releases(other, t, !own.gives_way),
                         most_releases(other, base + head_start(own, other), true)) *
                interference(other);
      return work;
    });
    if (!found) return endless(bound);
    const Seconds end = *found + own.last;
    bound.response = std::max(*bound.response, end - std::max(0.0, base));
    bound.lateness = std::max(*bound.lateness, end - base);
  }
  return bound;
}

}  // namespace

std::vector<Bound> edf_bounds(std::span<const Demand> demands) {
  std::vector<Bound> bounds;
  for (std::size_t i = 0; i < demands.size(); ++i) bounds.push_back(bound_of(demands, i));
  return bounds;
}

std::optional<bool> meets_demand(std::span<const Demand> demands) {
  std::vector<Demand> due;  // those with a deadline
  Seconds blocking = 0;
  bool plain = true;  // one cannot do better, nor worse, than use all the time
  for (const Demand& demand : demands) {
    blocking = std::max(blocking, blocking_by(demand));
    if (!(demand.deadline < kNever)) continue;
    if (!demand.bounded) return std::nullopt;
    due.push_back(demand);
    plain &= !clearly_less(demand.deadline, demand.period) && demand.jitter <= 0 && demand.switch_time <= 0;
  }
  if (clearly_less(1, load_of(due))) return false;
  if (plain && blocking <= 0) return true;
  const std::optional<Seconds> length = busy_period(blocking, due);
  if (!length) return std::nullopt;
  std::vector<double> done(due.size(), 0);  // deadlines of each that have been looked at
  for (double step = 0; step < kMostSteps; ++step) {
    Seconds t = kNever;
    std::size_t which = 0;
    for (std::size_t j = 0; j < due.size(); ++j) {
      if (done[j] >= due[j].most) continue;
      const Seconds next = std::max(0.0, done[j] * due[j].period - due[j].jitter) + due[j].deadline;
      if (next < t) {
        t = next;
        which = j;
      }
    }
    if (!(t <= *length)) return true;
    done[which] = due[which].period > 0 ? done[which] + 1 : due[which].most;
    Seconds work = 0, later = 0;
    for (const Demand& demand : due) work += most_releases(demand, t - demand.deadline, true) * interference(demand);
    for (const Demand& demand : demands)
      if (clearly_less(t, demand.deadline)) later = std::max(later, blocking_by(demand));
    if (clearly_less(t, work + later)) return false;
  }
  return std::nullopt;
}

}  // namespace hetsched::analysis
