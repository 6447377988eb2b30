/// \file
/// Dynamic levels (Sih and Lee 1993), of which there are two rules.
#pragma once

#include "planning/rules/rule.hpp"

namespace hetsched::planning {

/// Of all pairs of a ready task and a slot the one with the largest level SL(t) - max(DRT, available) + (average w(t)
/// - w(t,p)) is next. `descendants`: plus the term of the child d with the largest tensor, how much faster than
/// average it can go on from there: w(d) - min_q (c(t,d,p,q) + w(d,q)). O(v r p), r tasks ready at once.
Plan by_dynamic_level(const Problem& problem, Average average, bool descendants);

inline Option average_option() { return {"average", {"mean", "median"}, 0, "of a task's times (the paper: median)"}; }

}  // namespace hetsched::planning
