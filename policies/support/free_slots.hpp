/// \file
/// Which accelerators can still take a task while a policy makes its decisions: the view does not change
/// during the call, this does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

class FreeSlots {
 public:
  /// Starts again from what the view says, which is looked at until the next call. O(taken since).
  void reset(const SystemView& view) {
    view_ = &view;
    for (const AcceleratorId a : touched_) taken_[a] = 0;
    touched_.clear();
    first_ = 0;
    if (taken_.size() == view.accelerators.size()) return;
    taken_.resize(view.accelerators.size(), 0);
    classify(view);
  }
  /// O(accelerators) in all of a call.
  [[nodiscard]] bool any() {
    while (first_ < taken_.size() && !at(id_of<AcceleratorId>(first_))) ++first_;
    return first_ < taken_.size();
  }
  [[nodiscard]] bool at(AcceleratorId accelerator) const { return left(accelerator) > 0; }
  [[nodiscard]] std::uint32_t left(AcceleratorId accelerator) const {
    const Accelerator& a = view_->accelerators[accelerator];
    return a.available ? a.free_slots - taken_[accelerator] : 0;
  }
  void take(AcceleratorId accelerator) {
    if (taken_[accelerator]++ == 0) touched_.push_back(accelerator);
  }

  /// The accelerator with a free slot on which the task would end first if it started now, with dispatch, switch and
  /// the way of its inputs (ties: lowest id); none if none can run it. O(accelerators), but one that is like the
  /// one of its kind before it is not asked, as that comes first, and where all of a kind are always alike, as many are
  /// looked at as it takes to find one of each.
  [[nodiscard]] AcceleratorId fastest(const SystemView& view, TaskRef task) {
    AcceleratorId best = AcceleratorId::none;
    Seconds least = kNever;
    const ModelId model = view.request(task).model;
    asked_.assign(view.kinds.size(), nullptr);
    std::size_t kinds = 0;
    for (std::size_t i = first_; i < taken_.size(); ++i) {
      const auto a = id_of<AcceleratorId>(i);
      if (!at(a)) continue;
      const Accelerator& here = view.accelerators[a];
      const Accelerator*& before = asked_[here.kind];
      if (before != nullptr && alike(*before, here, model)) continue;
      if (before == nullptr) ++kinds;
      before = &here;
      const Seconds time = view.run_time(task, a);
      if (clearly_less(time, least)) {
        least = time;
        best = a;
      }
      if (kinds == enough_kinds_) break;
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
  /// Would a task of that model take the same time on both, of one kind?
  static bool alike(const Accelerator& a, const Accelerator& b, ModelId model) {
    const auto switches = [&](const Accelerator& x) { return x.last_model != ModelId::none && x.last_model != model; };
    return a.point == b.point && a.memory == b.memory && a.bandwidth == b.bandwidth && switches(a) == switches(b);
  }

  /// Are all accelerators of each kind alike, whatever happens? Then how many kinds there are.
  void classify(const SystemView& view) {
    IdVector<KindId, const Accelerator*> one(view.kinds.size(), nullptr);
    std::size_t kinds = 0;
    bool uniform = true;
    for (const Accelerator& a : view.accelerators) {
      const Kind& kind = view.kinds[a.kind];
      const Accelerator*& other = one[a.kind];
      if (other == nullptr) ++kinds;
      uniform &= kind.points.size() == 1 && kind.switch_time <= 0;
      uniform &= other == nullptr || (other->memory == a.memory && other->bandwidth == a.bandwidth);
      other = &a;
    }
    if (uniform) enough_kinds_ = kinds;
  }

  const SystemView* view_ = nullptr;
  IdVector<AcceleratorId, std::uint32_t> taken_;             ///< in this call
  std::vector<AcceleratorId> touched_;                       ///< those of which any are
  std::size_t first_ = 0;                                    ///< before this one none is free
  std::size_t enough_kinds_ = static_cast<std::size_t>(-1);  ///< to know all there is to know
  IdVector<KindId, const Accelerator*> asked_;               ///< the last one of each kind, by fastest()
};

}  // namespace hetsched
