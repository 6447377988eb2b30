/// \file
/// The shortest schedule of a few tasks on unrelated accelerators, with proof: accelerators and orders, delays between
/// tasks, switches of models, no duplication of tasks, no contention.
#pragma once

#include <cstdint>

#include "planning/plan.hpp"

namespace hetsched::planning {

/// Depth first over (ready task, slot), each behind what is placed there at its earliest start: some such sequence
/// leads to every schedule in which nothing starts later than it must, and so to a best one. Left out: what cannot
/// end before the best so far (earliest start + longest way to the end with delays; work left over all slots), what
/// another partial schedule of the same tasks does at least as early everywhere, and all but one of slots that are
/// alike. Gaps between what slots are promised to are used.
///
/// Begins with two list schedules and the plans of all rules (rules/list.hpp), with all their options, so that no plan
/// is longer than any of theirs, whether it is proved or not.
///
/// Problems without a plan that ends, with more than 64 tasks that can be placed, with switches on an accelerator of
/// several slots, or that take more than `max_nodes` partial schedules get the best plan found, not proved unless it is
/// as short as a lower bound. Contention is ignored. Ties: the first found;
/// tasks by earliest end, then task, then slot.
Plan branch_and_bound(const Problem& problem, std::uint64_t max_nodes);

}  // namespace hetsched::planning
