/// \file
/// What a policy decides. Part of hetsched/policy.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "hetsched/view.hpp"

namespace hetsched {

/// Run a ready task on an available accelerator with a free slot, as a variant; together with others as one
/// batch, if `also` names any.
struct Start {
  TaskRef task;
  AcceleratorId accelerator;
  VariantId variant = VariantId::original;
  /// Ready tasks of other requests, each the same task of the same model. With them the batch must not be
  /// larger than Kind::max_batch. It takes one slot, computes when the inputs of all are there, and all of it
  /// ends at once.
  std::vector<TaskRef> also = {};
  /// Time that the policy expects from the start to the end, recorded as expected_s; kNever: the prediction of costs.
  Seconds expected = kNever;
};
/// Begin to move those inputs of a task that exist already to an accelerator's memory. The task may still
/// be waiting for others; the accelerator is not occupied.
struct Prefetch {
  TaskRef task;
  AcceleratorId accelerator;
};
/// Change an accelerator's operating point; a running task goes on at the new speed.
struct SetOperatingPoint {
  AcceleratorId accelerator;
  PointId point;
};
/// Give a request up. Its running tasks are aborted; the energy they have taken still counts.
struct Drop {
  RequestRef request;
};
/// Call me at this time, even if nothing happens.
struct WakeAt {
  Seconds time;
};
/// Record when the policy expects a request to finish (column forecast_at_s of requests.csv). No effect.
struct Forecast {
  RequestRef request;
  Seconds finish;
};
/// Begin to bring weights from SystemView::home to another memory. Their room is taken at once, and has to be there.
struct Load {
  WeightsId weights;
  MemoryId memory;
};
/// Free the room of weights at once. They must be there, come back from SystemView::home, and be used by no task that
/// runs or waits for its inputs.
struct Evict {
  WeightsId weights;
  MemoryId memory;
};
/// Give up the outputs of a finished task that lie in a memory and are still to be read, but by no task that runs there
/// and by no transfer. With `to` they move there first (Model::offload), and their room is free when they have arrived.
/// Without, it is free at once: where copies lie in another memory, those are left; else the task becomes ready again
/// (Model::recompute), and those before it whose outputs have gone, too.
struct GiveUp {
  TaskRef task;
  MemoryId memory;
  MemoryId to = MemoryId::none;
};
using Decision = std::variant<Start, Prefetch, SetOperatingPoint, Drop, WakeAt, Forecast, Load, Evict, GiveUp>;

/// Collects decisions in order.
class Decisions {
 public:
  void start(TaskRef task, AcceleratorId accelerator, VariantId variant = VariantId::original) {
    list_.emplace_back(Start{task, accelerator, variant, {}, kNever});
  }
  /// `batch` must not be empty.
  void start_batch(std::span<const TaskRef> batch, AcceleratorId accelerator, VariantId variant = VariantId::original) {
    list_.emplace_back(Start{batch.front(), accelerator, variant, {batch.begin() + 1, batch.end()}, kNever});
  }
  void prefetch(TaskRef task, AcceleratorId accelerator) { list_.emplace_back(Prefetch{task, accelerator}); }
  void set_operating_point(AcceleratorId accelerator, PointId point) {
    list_.emplace_back(SetOperatingPoint{accelerator, point});
  }
  void drop(RequestRef request) { list_.emplace_back(Drop{request}); }
  void wake_at(Seconds time) { list_.emplace_back(WakeAt{time}); }
  void forecast(RequestRef request, Seconds finish) { list_.emplace_back(Forecast{request, finish}); }
  void load(WeightsId weights, MemoryId memory) { list_.emplace_back(Load{weights, memory}); }
  void evict(WeightsId weights, MemoryId memory) { list_.emplace_back(Evict{weights, memory}); }
  void give_up(TaskRef task, MemoryId memory, MemoryId to = MemoryId::none) {
    list_.emplace_back(GiveUp{task, memory, to});
  }

  void add(Decision decision) { list_.push_back(std::move(decision)); }

  [[nodiscard]] std::span<const Decision> all() const { return list_; }
  void clear() { list_.clear(); }

 private:
  std::vector<Decision> list_;
};

}  // namespace hetsched
