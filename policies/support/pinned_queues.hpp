/// \file
/// One queue of ready tasks per accelerator, for policies that settle where a request runs before it does.
#pragma once

#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"
#include "support/ready_queue.hpp"

namespace hetsched {

/// Time that the accelerator takes for the whole model, one task after the other; kNever if it cannot.
inline Seconds whole_time(const SystemView& view, const Model& model, AcceleratorId accelerator) {
  Seconds sum = 0;
  for (const ModelTask& task : model.tasks)
    sum += view.kind(accelerator).dispatch_time + view.alone_time(task, accelerator);
  return sum;
}

/// Ready tasks by (key, request id, task), in a queue per accelerator. Tasks that their accelerator cannot
/// run, and those without one, go where they end first, before all others: else they would starve. So do,
/// after all others, tasks whose accelerator is turned off.
template <class Key>
class PinnedQueues {
 public:
  /// To be called once in every decide(). `pin_of(task)`: the accelerator, or none.
  template <class KeyOf, class PinOf>
  void update(const SystemView& view, const KeyOf& key_of, const PinOf& pin_of) {
    pinned_.resize(view.accelerators.size());
    for (const Event& event : view.events) {
      if (event.type != Event::Type::task_ready || !view.request(event.task).live) continue;
      const AcceleratorId pin = pin_of(event.task);
      const bool runs_there = pin != AcceleratorId::none && view.cost_on(event.task, pin).time < kNever;
      (runs_there ? pinned_[pin] : others_).add(view, event.task, key_of(event.task));
    }
  }

  void dispatch(const SystemView& view, FreeSlots& free, Decisions& out) {
    const auto anywhere = [&](TaskRef task) { return free.start_fastest(view, task, out); };
    if (free.any()) others_.offer(view, anywhere);
    for (const AcceleratorId a : pinned_.ids())
      if (free.at(a))
        pinned_[a].offer(view, [&](TaskRef task) {
          if (!view.can_start(task, a)) return anywhere(task) && free.at(a);  // not at this operating point
          out.start(task, a);
          free.take(a);
          return free.at(a);
        });
    for (const AcceleratorId a : pinned_.ids())
      if (!view.accelerators[a].available && free.any()) pinned_[a].offer(view, anywhere);
  }

 private:
  IdVector<AcceleratorId, ReadyQueue<Key>> pinned_;
  ReadyQueue<Key> others_;  ///< of tasks without an accelerator
};

}  // namespace hetsched
