/// \file
/// Fixed points of the work that requests bring: when an accelerator that starts to work idles again.
#pragma once

#include <optional>
#include <span>

#include "analysis/demand.hpp"

namespace hetsched::analysis {

/// Time of one request and of what it makes others switch: to it, and back to what it overtook.
inline Seconds interference(const Demand& demand) { return demand.time + 2 * demand.switch_time; }

/// Part of all time that requests need in the long run, switches included.
double load_of(std::span<const Demand> demands);

/// Least t > 0 (s) with t = `first` + the work of all requests of `demands` that are released before t. Nothing if
/// there is none, or too many requests come until then.
std::optional<Seconds> busy_period(Seconds first, std::span<const Demand> demands);

/// A bound whose search has no end.
Bound endless(Bound bound);

/// Longest busy period (s) of a stream and those that may go before it, `busy`, itself among them, after what blocks it
/// by `bound`. Nothing where there is none; then `bound.none` says why, if it did not already.
std::optional<Seconds> busy_period_of(const Demand& own, std::span<const Demand> busy, Bound& bound);

/// Least t (s), from `t` on, with t = work(t), which does not decrease; nothing after kMostSteps.
template <class Work>
std::optional<Seconds> fixed_point(Seconds t, const Work& work) {
  for (double step = 0; step < kMostSteps; ++step) {
    const Seconds next = work(t);
    if (!(next > t)) return t;
    if (!(next < kNever)) return std::nullopt;
    t = next;
  }
  return std::nullopt;
}

}  // namespace hetsched::analysis
