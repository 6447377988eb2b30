/// \file
/// How long models take when they are computed as batches, each task on the accelerator that is best for it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <ranges>
#include <utility>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched::batch_rules {

/// Of a batch on the accelerator that is best for it, with its dispatch.
inline Seconds latency(const SystemView& view, const ModelTask& task, std::uint32_t batch) {
  Seconds least = kNever;
  for (const AcceleratorId a : view.accelerators.ids())
    if (batch <= view.kind(a).max_batch)
      least = std::min(least, view.kind(a).dispatch_time +
                                  view.alone_time_at(task, a, view.accelerators[a].point, VariantId::original, batch));
  return least;
}

class Latencies {
 public:
  /// Of a model computed as batches of one size.
  struct Times {
    IdVector<TaskId, Seconds> after;  ///< the longest way from its end to the end of the request
    Seconds whole = 0;                ///< of all: the longest way, at least the sum spread over all slots
  };

  /// Kept until an operating point changes. O(1) after O(tasks x accelerators) for a new size.
  const Times& of(const SystemView& view, ModelId model, std::uint32_t batch) {
    forget_other_points(view);
    const auto [at, is_new] = known_.try_emplace({model, batch});
    if (is_new) at->second = computed(view, model, batch);
    return at->second;
  }

 private:
  void forget_other_points(const SystemView& view) {
    const bool same = std::equal(points_.begin(), points_.end(), view.accelerators.begin(), view.accelerators.end(),
                                 [](PointId point, const Accelerator& a) { return point == a.point; });
    if (same) return;
    known_.clear();
    points_.clear();
    for (const Accelerator& a : view.accelerators) points_.push_back(a.point);
  }

  static Times computed(const SystemView& view, ModelId model, std::uint32_t batch) {
    Times found;
    const auto& tasks = view.models[model].tasks;
    found.after.assign(tasks.size(), 0);
    IdVector<TaskId, Seconds> own(tasks.size());
    Seconds sum = 0;
    for (const TaskId t : tasks.ids() | std::views::reverse) {
      own[t] = latency(view, tasks[t], batch);
      sum += own[t];
      for (const Edge& edge : tasks[t].outputs)
        found.after[t] = std::max(found.after[t], own[edge.task] + found.after[edge.task]);
      found.whole = std::max(found.whole, own[t] + found.after[t]);
    }
    double slots = 0;
    for (const Accelerator& a : view.accelerators) slots += a.slots;
    found.whole = std::max(found.whole, sum / slots);
    return found;
  }

  std::vector<PointId> points_;                               ///< of the accelerators, for which known_ holds
  std::map<std::pair<ModelId, std::uint32_t>, Times> known_;  ///< by model and size
};

}  // namespace hetsched::batch_rules
