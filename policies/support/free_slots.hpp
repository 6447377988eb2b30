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
    for (std::size_t a = 0; a < left_.size(); ++a) {
      left_[a] = view.accelerators[a].available ? view.accelerators[a].free_slots : 0;
      total_ += left_[a];
    }
  }
  [[nodiscard]] bool any() const { return total_ > 0; }
  [[nodiscard]] bool at(std::uint32_t accelerator) const { return left_[accelerator] > 0; }
  [[nodiscard]] std::uint32_t left(std::uint32_t accelerator) const { return left_[accelerator]; }
  void take(std::uint32_t accelerator) {
    --left_[accelerator];
    --total_;
  }

  /// The accelerator with a free slot on which the task would end first (ties: lowest index); kNone if none
  /// can run it.
  [[nodiscard]] std::uint32_t fastest(const SystemView& view, TaskRef task) const {
    std::uint32_t best = kNone;
    Seconds least = kNever;
    for (std::uint32_t a = 0; a < left_.size(); ++a) {
      if (left_[a] == 0) continue;
      const Seconds time = view.run_time(task, a);
      if (time < least) {
        least = time;
        best = a;
      }
    }
    return best;
  }

  /// Starts the task there, if any can run it. Is a slot left for others?
  bool start_fastest(const SystemView& view, TaskRef task, Decisions& out) {
    const std::uint32_t accelerator = any() ? fastest(view, task) : kNone;
    if (accelerator == kNone) return any();
    out.start(task, accelerator);
    take(accelerator);
    return any();
  }

 private:
  std::vector<std::uint32_t> left_;
  std::uint32_t total_ = 0;
};

}  // namespace hetsched
