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
  AcceleratorId accelerator = AcceleratorId::none;
  PointId point = {};
  Seconds start = kNever, finish = kNever;
  Joules energy = 0;  ///< drawn while the task runs, from dispatch on
  /// What it adds to what the accelerator would draw with nothing to do: `energy`, and idling at its point while inputs
  /// come and until the slowest of the accelerator's points would be done, less idling all that time as it does now.
  Joules added = 0;
  Joules scale = 0;  ///< of what `added` is a difference of
  [[nodiscard]] Seconds duration() const { return finish - start; }
};

/// How the accelerators fill up during one call.
class PlacementPass {
 public:
  /// `sleeps`: accelerators with nothing to do are at their point of least idle power; else they keep the one they
  /// are at.
  void reset(const SystemView& view, bool sleeps = false) {
    sleeps_ = sleeps;
    busy_until_.assign(view.accelerators.size(), 0);
    free_.clear();
    for (const AcceleratorId a : view.accelerators.ids()) {
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
    for (const AcceleratorId a : view.accelerators.ids()) {
      const Accelerator& accelerator = view.accelerators[a];
      if (!accelerator.available) continue;
      const Kind& kind = view.kind(a);
      const bool shared = fixed_[a] || (accelerator.slots > 1 && accelerator.free_slots < accelerator.slots);
      const Seconds overhead = view.overhead(task, a), transfer = view.transfer_time(task, a);
      const Seconds before = overhead + transfer;
      const auto time_at = [&](PointId p) {
        return shared && p != point_[a] ? kNever : view.alone_time_at(view.model_task(task), a, p);
      };
      Seconds longest = 0;
      for (const PointId p : kind.points.ids())
        if (time_at(p) < kNever) longest = std::max(longest, time_at(p));
      for (const PointId p : kind.points.ids()) {
        const Seconds time = time_at(p);
        if (time == kNever) continue;
        const Joules energy = view.alone_energy_at(view.model_task(task), a, p) +
                              kind.points[p].active_power / accelerator.slots * overhead;
        const Joules idle = kind.points[p].idle_power * transfer + idle_power(kind, p) * (longest - time),
                     else_idle = idle_power(kind, point_[a]) * (before + longest);
        visit(Placement{a, p, busy_until_[a], busy_until_[a] + before + time, energy,
                        energy + (idle - else_idle) / accelerator.slots,
                        energy + (idle + else_idle) / accelerator.slots});
      }
    }
  }

  /// Starts the task there if a slot is free, or lets it wait.
  void take(const SystemView& view, TaskRef task, const Placement& placement, Decisions& out) {
    const AcceleratorId a = placement.accelerator;
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
  [[nodiscard]] bool empty(const SystemView& view, AcceleratorId a) const {
    return free_[a] == view.accelerators[a].slots;
  }

 private:
  /// Of an accelerator with nothing to do that a task has left at that point.
  [[nodiscard]] Watts idle_power(const Kind& kind, PointId point) const {
    Watts least = kind.points[point].idle_power;
    if (sleeps_)
      for (const OperatingPoint& other : kind.points) least = std::min(least, other.idle_power);
    return least;
  }

  bool sleeps_ = false;
  IdVector<AcceleratorId, Seconds> busy_until_;  ///< when the next task can start
  IdVector<AcceleratorId, std::uint32_t> free_;  ///< slots
  IdVector<AcceleratorId, PointId> point_;
  IdVector<AcceleratorId, bool> fixed_;  ///< several slots, and one has been given a task at a point in this call
};

}  // namespace hetsched
