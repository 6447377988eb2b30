/// \file
/// How much work requests still are: the sum over their tasks, each as fast as any accelerator computes it as it is
/// given (no alternative), with its dispatch; of a running task what is left by prediction. With several models one
/// switch per request is added, where accelerators need time for that.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

class PendingWork {
 public:
  /// Once, when the costs are known. O(costs).
  void begin(const SystemView& view) {
    least_.clear();
    switch_ = 0;
    for (const Model& model : view.models) {
      IdVector<TaskId, Seconds>& times = least_.emplace_back();
      for (const ModelTask& task : model.tasks) times.push_back(least(view, task));
    }
    if (view.models.size() > 1)
      for (const Accelerator& a : view.accelerators) switch_ = std::max(switch_, view.kinds[a.kind].switch_time);
  }

  /// Of tasks that do not run. O(tasks).
  [[nodiscard]] Seconds to_start(const Request& request) const {
    Seconds work = 0;
    for (const TaskId t : request.tasks.ids())
      if (request.tasks[t].progress == Progress::waiting || request.tasks[t].progress == Progress::ready)
        work += least_[request.model][t];
    return work > 0 ? work + switch_ : 0;
  }
  /// What to_start() adds for each request.
  [[nodiscard]] Seconds switch_time() const { return switch_; }
  /// Of those that do. O(tasks).
  [[nodiscard]] static Seconds running(const SystemView& view, const Request& request) {
    Seconds work = 0;
    for (const TaskState& task : request.tasks)
      if (task.progress == Progress::running) work += time_until(task.finish, view.now);
    return work;
  }

 private:
  static Seconds least(const SystemView& view, const ModelTask& task) {
    Seconds time = kNever;
    for (const AcceleratorId a : view.accelerators.ids())
      for (const PointId p : view.kind(a).points.ids())
        time = std::min(time, view.kind(a).dispatch_time + view.alone_time_at(task, a, p));
    return time;
  }

  IdVector<ModelId, IdVector<TaskId, Seconds>> least_;  ///< by model and task
  Seconds switch_ = 0;
};

}  // namespace hetsched
