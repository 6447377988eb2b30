/// \file
/// The least time that what is left of a request can take: the longest way through its unfinished tasks, each as fast
/// as any accelerator, operating point and variant makes it, inputs where they are needed. A lower bound: no schedule
/// is faster.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ranges>

#include "hetsched/policy.hpp"

namespace hetsched {

class RemainingTime {
 public:
  enum class Variants : std::uint8_t { all, original };

  /// Once, when the costs are known; of the original tasks alone, if so said. O(costs).
  void begin(const SystemView& view, Variants variants = Variants::all) {
    tails_.clear();
    for (const Model& model : view.models) {
      IdVector<TaskId, Seconds>& tail = tails_.emplace_back(model.tasks.size(), 0);
      for (const TaskId t : model.tasks.ids() | std::views::reverse) {
        for (const Edge& edge : model.tasks[t].outputs) tail[t] = std::max(tail[t], tail[edge.task]);
        tail[t] += least(view, model.tasks[t], variants);
      }
    }
  }

  /// From now on. What runs is taken to end when predicted, if `trust_running`, else at once. O(tasks).
  [[nodiscard]] Seconds of(const SystemView& view, const Request& request, bool trust_running) const {
    const IdVector<TaskId, Seconds>& tail = tails_[request.model];
    const Model& model = view.models[request.model];
    Seconds longest = 0;
    for (const TaskId t : tail.ids()) {
      const TaskState& task = request.tasks[t];
      if (task.progress == Progress::waiting || task.progress == Progress::ready) longest = std::max(longest, tail[t]);
      if (task.progress != Progress::running || !trust_running) continue;
      Seconds after = 0;
      for (const Edge& edge : model.tasks[t].outputs) after = std::max(after, tail[edge.task]);
      longest = std::max(longest, time_until(task.finish, view.now) + after);
    }
    return longest;
  }
  /// Of a whole request of a model.
  [[nodiscard]] Seconds of_model(ModelId model) const {
    return tails_[model].empty() ? 0 : *std::max_element(tails_[model].begin(), tails_[model].end());
  }

 private:
  static Seconds least(const SystemView& view, const ModelTask& task, Variants variants) {
    Seconds time = kNever;
    for (const AcceleratorId a : view.accelerators.ids())
      for (const PointId p : view.kind(a).points.ids())
        for (const VariantId v : IdRange<VariantId>(variants == Variants::all ? task.variants : 1))
          time = std::min(time, view.kind(a).dispatch_time + view.alone_time_at(task, a, p, v));
    return time;
  }

  IdVector<ModelId, IdVector<TaskId, Seconds>> tails_;  ///< by model and task: from its start to the end of the request
};

}  // namespace hetsched
