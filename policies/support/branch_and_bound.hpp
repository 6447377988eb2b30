/// \file
/// The shortest schedule of a few tasks on unrelated accelerators, with proof: accelerators and orders,
/// delays between tasks, no duplication of tasks, no contention.
#pragma once

#include <cstdint>

#include "support/mapping_problem.hpp"

namespace hetsched::mapping {

/// Depth first over (ready task, accelerator), each appended at its earliest start: some such sequence leads
/// to every schedule in which nothing starts later than it must, and so to a best one. Left out: what cannot
/// end before the best so far (earliest start + longest way to the end with delays; work left over all
/// accelerators), and what another partial schedule of the same tasks does at least as early everywhere.
/// Gaps between what servers are promised to are used.
///
/// Begins with two list schedules and those of all static rules (mapping_rules.hpp), so that no plan is longer than
/// any of theirs, whether it is proved or not.
///
/// Problems without a plan that ends, with more than 64 tasks that can be placed, or that take more than
/// `max_nodes` partial schedules get the best plan found, not proved. Switches of models and contention are
/// ignored. Ties: the first found; tasks by earliest end, then task, then accelerator.
Plan branch_and_bound(const MappingProblem& problem, std::uint64_t max_nodes);

}  // namespace hetsched::mapping
