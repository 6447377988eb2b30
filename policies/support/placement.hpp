/// \file
/// Where, and at which operating point, a ready task may go, and when it would be done: for policies that weigh time
/// against energy. An accelerator that is busy is a candidate, too; a task that chooses it waits, and holds a place
/// before those that choose after it in the same call.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
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
    least_idle_.clear();
    for (const Kind& kind : view.kinds) {
      Watts& least = least_idle_[least_idle_.push_back(kNever)];
      for (const OperatingPoint& point : kind.points) least = std::min(least, point.idle_power);
    }
    any_free_ = std::any_of(free_.begin(), free_.end(), [](std::uint32_t n) { return n > 0; });
    ++stamp_;
    nearby_.assign(view.memories, AcceleratorId::none);
    for (const AcceleratorId a : view.accelerators.ids()) nearby_[view.accelerators[a].memory] = a;
    if (!cached_.empty()) return;
    for (const Model& model : view.models) cached_.emplace_back(model.tasks.size());
  }

  /// A way to run a task, whenever that is.
  struct Way {
    AcceleratorId accelerator = AcceleratorId::none;
    PointId point = {};
    Seconds before = 0, time = 0;  ///< computing begins, from the start; and takes
    Joules energy = 0, added = 0, scale = 0;
  };
  struct Ways {
    std::vector<Way> all;        ///< by accelerator and point
    std::vector<Way> by_energy;  ///< by what they add; ties by accelerator and point
    std::vector<Way> fastest;    ///< one of each accelerator, in their order; ties: the lowest point
    std::vector<Seconds> transfers;
  };
  /// All ways to run the task. On an accelerator whose slots are not all free the point stays. Valid until the next
  /// call. O(accelerators x points) for the first of a call, O(memories x inputs) for others that have as far to go.
  [[nodiscard]] const Ways& ways(const SystemView& view, TaskRef task) {
    transfers_.assign(nearby_.size(), 0);
    if (view.memories > 1)
      for (const MemoryId m : nearby_.ids())
        if (nearby_[m] != AcceleratorId::none) transfers_[index_of(m)] = view.transfer_time(task, nearby_[m]);
    Cached& cached = cached_[view.request(task).model][task.task];
    if (cached.stamp != stamp_) cached = {stamp_, 0, std::move(cached.ways)};
    for (std::size_t i = 0; i < cached.number; ++i)
      if (cached.ways[i].transfers == transfers_) return cached.ways[i];
    if (cached.number == kMostKept) cached.number = 0;
    if (cached.ways.size() == cached.number) cached.ways.emplace_back();
    Ways& found = cached.ways[cached.number++];
    find(view, task, found);
    return found;
  }
  [[nodiscard]] Placement at(const Way& way) const {
    const Seconds start = busy_until_[way.accelerator];
    return {way.accelerator, way.point, start, start + way.before + way.time, way.energy, way.added, way.scale};
  }
  /// Calls `visit` with each way to run the task, by accelerator and point.
  template <class Visit>
  void for_each(const SystemView& view, TaskRef task, const Visit& visit) {
    for (const Way& way : ways(view, task).all) visit(at(way));
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
    if (placement.point != point_[a] || accelerator.slots > 1) ++stamp_;  // what else may run there has changed
    point_[a] = placement.point;
    fixed_[a] = accelerator.slots > 1;
    out.start(task, a);
    if (--free_[a] > 0) return;
    busy_until_[a] = placement.finish;
    any_free_ = std::any_of(free_.begin(), free_.end(), [](std::uint32_t n) { return n > 0; });
  }
  [[nodiscard]] bool any_free() const { return any_free_; }
  /// Is nothing on the accelerator, running or started in this call?
  [[nodiscard]] bool empty(const SystemView& view, AcceleratorId a) const {
    return free_[a] == view.accelerators[a].slots;
  }

 private:
  static constexpr std::size_t kMostKept = 8;
  /// The ways of a task of a model, from different places.
  struct Cached {
    std::uint64_t stamp = 0;
    std::size_t number = 0;  ///< of those that are valid
    std::vector<Ways> ways;
  };

  void find(const SystemView& view, TaskRef task, Ways& found) const {
    found.transfers = transfers_;
    found.all.clear();
    found.fastest.clear();
    const ModelTask& model_task = view.model_task(task);
    for (const AcceleratorId a : view.accelerators.ids()) {
      const Accelerator& accelerator = view.accelerators[a];
      if (!accelerator.available) continue;
      const Kind& kind = view.kind(a);
      const bool shared = fixed_[a] || (accelerator.slots > 1 && accelerator.free_slots < accelerator.slots);
      const Seconds overhead = view.overhead(task, a), transfer = transfers_[index_of(accelerator.memory)];
      const Seconds before = overhead + transfer;
      const auto time_at = [&](PointId p) {
        return shared && p != point_[a] ? kNever : view.alone_time_at(model_task, a, p);
      };
      Seconds longest = 0;
      for (const PointId p : kind.points.ids())
        if (time_at(p) < kNever) longest = std::max(longest, time_at(p));
      const std::size_t first = found.all.size();
      for (const PointId p : kind.points.ids()) {
        const Seconds time = time_at(p);
        if (time == kNever) continue;
        const Joules energy =
            view.alone_energy_at(model_task, a, p) + kind.points[p].active_power / accelerator.slots * overhead;
        const Joules idle = kind.points[p].idle_power * transfer +
                            idle_power(accelerator.kind, kind, p) * (longest - time),
                     else_idle = idle_power(accelerator.kind, kind, point_[a]) * (before + longest);
        found.all.push_back({a, p, before, time, energy, energy + (idle - else_idle) / accelerator.slots,
                             energy + (idle + else_idle) / accelerator.slots});
      }
      if (first == found.all.size()) continue;
      const auto begin = found.all.begin() + static_cast<std::ptrdiff_t>(first);
      found.fastest.push_back(*std::min_element(
          begin, found.all.end(), [](const Way& x, const Way& y) { return clearly_less(x.time, y.time); }));
    }
    found.by_energy = found.all;
    std::stable_sort(found.by_energy.begin(), found.by_energy.end(),
                     [](const Way& x, const Way& y) { return x.added < y.added; });
    settle_ties(
        found.by_energy.begin(), found.by_energy.end(),
        [](const Way& x, const Way& y) { return clearly_less(x.added, y.added, std::max(x.scale, y.scale)); },
        [](const Way& x, const Way& y) { return std::tie(x.accelerator, x.point) < std::tie(y.accelerator, y.point); });
  }

  /// Of an accelerator with nothing to do that a task has left at that point.
  [[nodiscard]] Watts idle_power(KindId id, const Kind& kind, PointId point) const {
    return sleeps_ ? least_idle_[id] : kind.points[point].idle_power;
  }

  bool sleeps_ = false, any_free_ = false;
  IdVector<KindId, Watts> least_idle_;           ///< over its points
  IdVector<AcceleratorId, Seconds> busy_until_;  ///< when the next task can start
  IdVector<AcceleratorId, std::uint32_t> free_;  ///< slots
  IdVector<AcceleratorId, PointId> point_;
  IdVector<MemoryId, AcceleratorId> nearby_;  ///< an accelerator of each
  std::vector<Seconds> transfers_;            ///< of a task's inputs, by memory
  std::uint64_t stamp_ = 0;                   ///< changes when ways do
  IdVector<ModelId, IdVector<TaskId, Cached>> cached_;
  IdVector<AcceleratorId, bool> fixed_;  ///< several slots, and one has been given a task at a point in this call
};

}  // namespace hetsched
