/// \file
/// Response times and demand under earliest deadline first, where requests overtake each other between two tasks.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "analysis/demand.hpp"

namespace hetsched::analysis {

/// Bounds of all demands on one accelerator, in their order: Spuri's analysis (1996), non-preemptive as in George,
/// Rivierre and Spuri (1996), where requests are several tasks up to the start of the last one. A request without
/// deadline comes after all that have one; equal deadlines are taken to go before.
std::vector<Bound> edf_bounds(std::span<const Demand> demands);

/// Do all requests meet their deadlines? The demand of all deadlines within t, and the longest task of a later one, fit
/// into t, for every t of the longest busy period (Baruah et al. 1990; George, Rivierre and Spuri 1996; Bertogna and
/// Baruah 2010). Nothing if that is not known: arrivals without bound, or a busy period that is too long to look
/// at.
std::optional<bool> meets_demand(std::span<const Demand> demands);

}  // namespace hetsched::analysis
