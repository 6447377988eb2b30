/// \file
/// Where, and at which operating point, a ready task may go, and when it would be done: for policies that weigh time
/// against energy. An accelerator that is busy is a candidate, too; a task that chooses it waits, and holds a place
/// before those that choose after it in the same call.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

/// One way to run a task.
struct Placement {
  std::uint32_t accelerator = kNone, point = 0;
  Seconds start = kNever, finish = kNever;
  Joules energy = 0;  ///< that the task adds while it runs, from dispatch on: idle power is not in
  [[nodiscard]] Seconds duration() const { return finish - start; }
};

/// How the accelerators fill up during one call.
class PlacementPass {
 public:
  void reset(const SystemView& view) {
    busy_until_.assign(view.accelerators.size(), 0);
    free_.clear();
    for (std::uint32_t a = 0; a < view.accelerators.size(); ++a) {
      const Accelerator& accelerator = view.accelerators[a];
      free_.push_back(accelerator.available ? accelerator.free_slots : 0);
      busy_until_[a] = free_[a] > 0 ? view.now : std::max(view.now, accelerator.free_at);
    }
    fixed_.assign(view.accelerators.size(), false);
    point_.clear();
    for (const Accelerator& accelerator : view.accelerators) point_.push_back(accelerator.point);
  }

  /// Calls `visit` with each way to run the task, by accelerator and point. On an accelerator whose slots are not all
  /// free the point stays. O(accelerators x points).
  template <class Visit>
  void for_each(const SystemView& view, TaskRef task, const Visit& visit) const {
    for (std::uint32_t a = 0; a < view.accelerators.size(); ++a) {
      const Accelerator& accelerator = view.accelerators[a];
      if (!accelerator.available) continue;
      const Kind& kind = view.kinds[accelerator.kind];
      const bool shared = fixed_[a] || (accelerator.slots > 1 && accelerator.free_slots < accelerator.slots);
      const Seconds before = view.overhead(task, a) + view.transfer_time(task, a);
      for (std::uint32_t p = 0; p < kind.points.size(); ++p) {
        if (shared && p != point_[a]) continue;
        const Seconds time = view.alone_time_at(view.model_task(task), a, p);
        if (time == kNever) continue;
        const Watts busy = kind.points[p].active_power / accelerator.slots;
        visit(Placement{a, p, busy_until_[a], busy_until_[a] + before + time,
                        view.alone_energy_at(view.model_task(task), a, p) + busy * view.overhead(task, a)});
      }
    }
  }

  /// Starts the task there if a slot is free, or lets it wait.
  void take(const SystemView& view, TaskRef task, const Placement& placement, Decisions& out) {
    const std::uint32_t a = placement.accelerator;
    const Accelerator& accelerator = view.accelerators[a];
    if (free_[a] == 0) {
      busy_until_[a] += placement.duration() / accelerator.slots;
      return;
    }
    if (placement.point != point_[a]) out.set_operating_point(a, placement.point);
    point_[a] = placement.point;
    fixed_[a] = accelerator.slots > 1;
    out.start(task, a);
    if (--free_[a] == 0) busy_until_[a] = placement.finish;
  }
  [[nodiscard]] bool any_free() const {
    return std::any_of(free_.begin(), free_.end(), [](std::uint32_t n) { return n > 0; });
  }
  /// Is nothing on the accelerator, running or started in this call?
  [[nodiscard]] bool empty(const SystemView& view, std::uint32_t a) const { return free_[a] == view.accelerators[a].slots; }

 private:
  std::vector<Seconds> busy_until_;  ///< when the next task can start
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> point_;
  std::vector<bool> fixed_;          ///< several slots, and one has been given a task at a point in this call
};

}  // namespace hetsched
