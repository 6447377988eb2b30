/// \file
/// What planners read from a view: when slots become free, and when tensors are where they are needed.
#pragma once

#include <algorithm>
#include <vector>

#include "hetsched/view.hpp"

namespace hetsched {

/// When the output of a task that has started is at an accelerator, from now.
inline Seconds output_there(const SystemView& view, const Request& request, const Edge& edge, AcceleratorId a) {
  const TaskState& from = request.tasks[edge.task];
  const MemoryId memory = view.accelerators[a].memory;
  for (const Replica& copy : request.replicas)
    if (copy.tensor == edge.tensor && copy.memory == memory && copy.arrived) return 0;
  const Seconds end = std::max(from.finish - view.now, 0.0);
  return end + view.route_time(view.accelerators[from.accelerator].memory, memory, edge.bytes);
}

/// When the occupied slots of an accelerator become free, from now, if the tasks that run there end at `ends`.
inline std::vector<Seconds> busy_slots(const SystemView& view, AcceleratorId a, std::vector<Seconds> ends) {
  const Accelerator& accelerator = view.accelerators[a];
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());  // a batch has one slot
  ends.resize(accelerator.slots - accelerator.free_slots, std::max(accelerator.free_at - view.now, 0.0));
  return ends;
}

}  // namespace hetsched
