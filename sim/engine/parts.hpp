/// \file
/// A task that is computed in several parts: transitions of its inputs, segments of its own and segments that its
/// accelerator hands over. What there is to do, and what it is predicted to take; Devices does it.
#pragma once

#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

/// One part of a task (or batch).
struct Part {
  AcceleratorId place = {};           ///< that of the task, or one that does it as a guest: it, or another of its
                                      ///< kind and memory
  IdSpan<PointId, const Cost> costs;  ///< at each point of its kind; empty: nothing but `transition`
  Cost transition{0, 0, 0};           ///< of inputs, done before
};

/// The parts of a task that is started now; empty if it is computed in one piece. An input that has to go over to
/// another kind does so before the first segment: if the kind that it leaves does it, as a part of its own.
std::vector<Part> parts_of(const Start& start, const SystemView& view);

/// What a part costs on an accelerator, at that accelerator's point.
Cost cost_of(const Part& part, const Accelerator& by, const Kind& kind);

/// Predicted time of a part alone on an accelerator, without dispatch.
Seconds time_of(const Part& part, const Accelerator& by, const Kind& kind);

}  // namespace hetsched
