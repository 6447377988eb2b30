/// \file
/// What planning returns: where and when each task runs.
#pragma once

#include "planning/problem.hpp"

namespace hetsched::planning {

/// Where and when a task runs; no accelerator: nothing that may run it does, or it needs such a task.
struct Placement {
  AcceleratorId accelerator = AcceleratorId::none;
  SlotId slot = SlotId::none;            ///< the one that it is planned on; none: whichever is free
  Seconds start = kNever, end = kNever;  ///< from taking the slot, overheads included
  PointId point = PointId::none;         ///< operating point to run at; none: the one that the accelerator is at
  VariantId variant = VariantId::original;

  [[nodiscard]] bool placed() const { return accelerator != AcceleratorId::none; }
};

struct Plan {
  IdVector<PlanTaskId, Placement> tasks;
  bool proved = false;  ///< no plan is better by the measure of the search that made it
};

/// The end of the last task that is placed; 0 if none is.
Seconds makespan(const Plan& plan);

/// When each request ends; kNever: never, a task of it is not placed.
IdVector<PlanRequestId, Seconds> finishes(const Problem& problem, const Plan& plan);

}  // namespace hetsched::planning
