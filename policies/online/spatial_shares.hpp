/// \file
/// Planaria's division of an accelerator's units (here: slots) among requests.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

/// A request that wants units.
struct SpatialDemand {
  double priority = 1;
  Seconds slack = kNever;      ///< until its deadline
  std::vector<Seconds> times;  ///< what it still takes with 1, 2, ... units, as many as there are
  Seconds least_time = 0;      ///< of these, or less
};

/// Units of each request. n requests, N units: O(n + N log N), if few tie; O(n N + n log n) at most.
///  - Everything fits (each can meet its deadline with its least number of units, and their sum is there):
///  those, and
///    the rest in proportion to priority / time.
///  - It does not: by decreasing priority / (slack x least number), each its least number while there are
///  any, and
///    the rest in proportion to those scores; those that cannot meet their deadline at all come last.
///  - All are late: in proportion to priority / time with all units; who takes no time has no part.
/// Parts are rounded to whole units (halves to even). What that leaves goes one by one to those of the
/// highest priority, in order; what it takes too much is taken one by one from those of the lowest priority
/// that have more than they need. No unit is left idle while all are late. Ties: order of the demands.
std::vector<std::uint32_t> spatial_shares(std::span<const SpatialDemand* const> demands, std::uint32_t units);

}  // namespace hetsched
