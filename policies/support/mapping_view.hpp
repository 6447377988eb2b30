/// \file
/// A view as a mapping problem: time 0 is now; what runs keeps its slot until it is predicted to end.
#pragma once

#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/mapping_problem.hpp"

namespace hetsched::mapping {

/// The accelerators as they are, at the operating points they are at, those that are off without slots; no
/// tasks.
MappingProblem problem_of(const SystemView& view);

/// The accelerators as if nothing ran.
MappingProblem idle_problem_of(const SystemView& view);

/// Adds what has not started of a live request, as variant 0; returns the tasks of the model that were added,
/// in order. What it finishes no earlier than is when its running tasks are predicted to end.
std::vector<TaskId> add_live_request(MappingProblem& problem, const SystemView& view, RequestRef request);

/// Adds a whole request of a model, as variant 0.
void add_fresh_request(MappingProblem& problem, const SystemView& view, ModelId model);

}  // namespace hetsched::mapping
