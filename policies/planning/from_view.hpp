/// \file
/// A problem from what a policy sees: time 0 is now.
#pragma once

#include <functional>

#include "planning/problem.hpp"

namespace hetsched::planning {

/// What a task of a model costs on an accelerator.
using CostOf = std::function<TaskCost(const ModelTask& task, AcceleratorId accelerator)>;

/// At an operating point, as the original variant, with the memory to itself; nothing on an accelerator that is off.
TaskCost cost_at(const SystemView& view, const ModelTask& task, AcceleratorId accelerator, PointId point);

/// The platform without tasks, as if nothing ran.
Problem idle_platform(const SystemView& view);

/// Promises slots to what runs until it is predicted to end.
void add_running(Problem& problem, const SystemView& view, std::span<const TaskRef> running);

/// Adds a request of a stream: of a live one what has not started, with the inputs that exist already or will when what
/// runs has ended; of one that is still to come (no `live`) everything, from `release` on.
PlanRequestId add_request(Problem& problem, const SystemView& view, StreamId stream, const Request* live,
                          Seconds release, Seconds deadline, const CostOf& cost);

}  // namespace hetsched::planning
