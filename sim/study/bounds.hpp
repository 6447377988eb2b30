/// \file
/// How fast the requests of a run could have been, whatever the policy.
#pragma once

#include "engine/tables.hpp"
#include "record/summary.hpp"
#include "support/mapping_problem.hpp"

namespace hetsched {

/// For tasks as fast as any operating point, variant and batch makes them; without transfers, contention and
/// switches. The optimum of a request is for tasks as they are at the start of the run, transfers included:
/// there is one for models of at most 14 tasks. `tables` must outlive the result.
SummaryBounds bounds_of(const Tables& tables);

/// One request of each stream, in their order, all there at time 0, on the platform as a run starts.
mapping::MappingProblem first_requests(const Tables& tables);

}  // namespace hetsched
