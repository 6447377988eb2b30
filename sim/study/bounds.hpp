/// \file
/// How fast the requests of a run could have been, whatever the policy.
#pragma once

#include "engine/tables.hpp"
#include "planning/problem.hpp"
#include "record/summary.hpp"

namespace hetsched {

/// For tasks as fast as any operating point, variant and batch makes them; without transfers, contention and
/// switches. The optimum of a request is for tasks as fast as any operating point and variant makes them on each
/// accelerator, with transfers that nothing else slows down: no run of that request alone is shorter, also if its
/// policy changes points or variants. There is one for models of at most 14 tasks. `tables` must outlive the
/// result.
SummaryBounds bounds_of(const Tables& tables);

/// One request of each stream, in their order, all there at time 0, on the platform as a run starts.
planning::Problem first_requests(const Tables& tables);

}  // namespace hetsched
