/// \file
/// The slack of a plan: how much later tasks could end without anything ending later in the end; and slower operating
/// points that use it up.
#pragma once

#include <functional>
#include <vector>

#include "planning/plan.hpp"

namespace hetsched::planning {

/// A way to run a task on the accelerator that it is planned on.
struct Speed {
  PointId point{};
  Seconds time = kNever;
  Joules energy = 0;  ///< beyond what the accelerator would draw idle meanwhile
};

/// Latest finish of each task, given where and in which order the plan runs them on slots, so that no request (a
/// connected part of the graph) ends later than planned, or later than `deadline` if that is given. What is not placed:
/// kNever. O(v log v + e).
IdVector<PlanTaskId, Seconds> latest_finishes(const Problem& problem, const Plan& plan, Seconds deadline = kNever);

/// Gives each task the operating point of least energy with which the plan keeps its order and its ends: from the last
/// task to the first, each within what is left of its slack (greedy). Starts and ends of the plan become those at the
/// new points. `speeds(task, accelerator)` lists the ways to run a task; if none fits, it keeps its time and its point.
void reclaim_slack(const Problem& problem, Plan& plan,
                   const std::function<std::vector<Speed>(PlanTaskId task, AcceleratorId accelerator)>& speeds);

}  // namespace hetsched::planning
