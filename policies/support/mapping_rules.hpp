/// \file
/// What the rules of list_scheduling.hpp plan for a mapping problem.
#pragma once

#include <functional>

#include "support/mapping_problem.hpp"
#include "support/plan_problem.hpp"

namespace hetsched::mapping {

/// Tasks of a problem beyond which the lookahead over all that is left, O(v^2 p^2) trials, is not tried.
constexpr std::uint32_t kMostForLookahead = 200;

/// Calls `use` with the plan of one rule after the other, each with and without insertion where it has both, until
/// that says false. Placements name accelerators of `problem`. A slot is planned as an accelerator of its own, at
/// most 64 of each. Contention and switches are ignored; so are differences between the delays of an edge, where
/// they do not come from bytes: then rules see their mean.
void plans_by_rules(const MappingProblem& problem, const std::function<bool(const planning::Plan&)>& use);

}  // namespace hetsched::mapping
