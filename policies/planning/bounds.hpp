/// \file
/// What no schedule can beat: bounds of the makespan from below. Delays between tasks, contention and switches only
/// make schedules longer, so that the bounds hold with them too.
#pragma once

#include <span>
#include <vector>

#include "planning/problem.hpp"

namespace hetsched::planning {

/// The longest way through the tasks, each as fast as any accelerator is, from its release on. O(tensors + tasks A).
Seconds critical_path(const Problem& problem);

/// sum_t min_p w(t,p) / slots.
Seconds least_load(const Problem& problem);

/// Tasks divided as one likes among unrelated machines: the least C with sum_p x(t,p) = 1,
/// sum_t w(t,p) x(t,p) <= slots(p) C, x >= 0. `times`: w by task and machine, kNever where it cannot run;
/// every task runs somewhere. Solved through its dual, max sum_t min_p w(t,p) y(p) over y >= 0 with sum_p
/// slots(p) y(p) = 1, a concave function of few variables, by cutting planes (Kelley 1960): every value on
/// the way is a bound. `weights`: so many tasks of each row; none: one. O(tasks x machines) per plane, at
/// most 200.
Seconds divisible_load(std::span<const std::vector<Seconds>> times, std::span<const double> slots,
                       std::span<const double> weights = {});

/// The same of a problem.
Seconds divisible_load(const Problem& problem);

/// The largest of these.
Seconds lower_bound(const Problem& problem);

/// The least time from the start of each task to the end of the last one that needs it, whatever the mapping.
IdVector<PlanTaskId, Seconds> least_tails(const Problem& problem);

}  // namespace hetsched::planning
