/// \file
/// A deadline for each task of a request: the request's relative deadline, divided along its longest path in
/// proportion to best times.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ranges>

#include "hetsched/policy.hpp"

namespace hetsched {

class VirtualDeadlines {
 public:
  /// Once, when the costs are known. O(tasks + edges).
  void begin(const SystemView& view) {
    shares_.clear();
    for (const Model& model : view.models) {
      const std::size_t n = model.tasks.size();
      IdVector<TaskId, double> head(n, 0), tail(n, 0), share(n, 1);
      for (const TaskId t : model.tasks.ids()) {
        for (const Edge& edge : model.tasks[t].inputs) head[t] = std::max(head[t], head[edge.task]);
        head[t] += model.tasks[t].best_time;
      }
      for (const TaskId t : model.tasks.ids() | std::views::reverse)
        for (const Edge& edge : model.tasks[t].outputs)
          tail[t] = std::max(tail[t], tail[edge.task] + model.tasks[edge.task].best_time);
      for (const TaskId t : model.tasks.ids())
        if (head[t] + tail[t] > 0) share[t] = head[t] / (head[t] + tail[t]);
      shares_.push_back(std::move(share));
    }
  }

  /// arrival + (deadline - arrival) x (longest path to the end of the task) / (longest path through it).
  [[nodiscard]] Seconds of(const SystemView& view, TaskRef task) const {
    const Request& request = view.request(task);
    if (request.deadline == kNever) return kNever;
    return request.arrival + (request.deadline - request.arrival) * shares_[request.model][task.task];
  }

 private:
  IdVector<ModelId, IdVector<TaskId, double>> shares_;  ///< by model and task
};

}  // namespace hetsched
