/// \file
/// Response times under fixed priorities, where requests overtake each other between two tasks.
#pragma once

#include <span>
#include <vector>

#include "analysis/demand.hpp"

namespace hetsched::analysis {

/// Bounds of all demands on one accelerator, in their order. All requests of the longest busy period are looked at, not
/// the first alone: what a last task holds up falls on the next request. With tasks that give way anywhere it is the
/// analysis of Audsley et al. (1993) with release jitter, where requests are one task that of George, Rivierre and
/// Spuri (1996) and Davis et al. (2007), in between that of Bril, Lukkien and Verhaegh (2009) and Yao, Buttazzo and
/// Bertogna (2011). A demand of the rank of another is taken to go before it.
std::vector<Bound> fixed_priority_bounds(std::span<const Demand> demands);

}  // namespace hetsched::analysis
