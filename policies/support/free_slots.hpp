/// \file
/// Which accelerators can still take a task while a policy makes its decisions: the view does not change
/// during the call, this does.
#pragma once

#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

class FreeSlots {
 public:
  /// Starts again from what the view says.
  void reset(const SystemView& view) {
    left_.resize(view.accelerators.size());
    total_ = 0;
    for (const AcceleratorId a : left_.ids()) {
      left_[a] = view.accelerators[a].available ? view.accelerators[a].free_slots : 0;
      total_ += left_[a];
    }
  }
  [[nodiscard]] bool any() const { return total_ > 0; }
  [[nodiscard]] bool at(AcceleratorId accelerator) const { return left_[accelerator] > 0; }
  [[nodiscard]] std::uint32_t left(AcceleratorId accelerator) const { return left_[accelerator]; }
  void take(AcceleratorId accelerator) {
    --left_[accelerator];
    --total_;
  }

  /// The accelerator with a free slot on which the task would end first if it started now, with dispatch, switch and
  /// the way of its inputs (ties: lowest id); none if none can run it.
  [[nodiscard]] AcceleratorId fastest(const SystemView& view, TaskRef task) const {
    AcceleratorId best = AcceleratorId::none;
    Seconds least = kNever;
    for (const AcceleratorId a : left_.ids()) {
      if (left_[a] == 0) continue;
      const Seconds time = view.run_time(task, a);
      if (clearly_less(time, least)) {
        least = time;
        best = a;
      }
    }
    return best;
  }

  /// Starts the task there, if any can run it. Is a slot left for others?
  bool start_fastest(const SystemView& view, TaskRef task, Decisions& out) {
    const AcceleratorId accelerator = any() ? fastest(view, task) : AcceleratorId::none;
    if (accelerator == AcceleratorId::none) return any();
    out.start(task, accelerator);
    take(accelerator);
    return any();
  }

 private:
  IdVector<AcceleratorId, std::uint32_t> left_;
  std::uint32_t total_ = 0;
};

}  // namespace hetsched
