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
inline Seconds whole_time(const SystemView& view, const Model& model, std::uint32_t accelerator) {
  Seconds sum = 0;
  for (const ModelTask& task : model.tasks)
    sum += view.kinds[view.accelerators[accelerator].kind].dispatch_time + view.alone_time(task, accelerator);
  return sum;
}

/// Ready tasks by (key, request id, task), in a queue per accelerator. Tasks that their accelerator cannot
/// run, and those without one, go where they end first, before all others: else they would starve. So do,
/// after all others, tasks whose accelerator is turned off.
template <class Key>
class PinnedQueues {
 public:
  /// To be called once in every decide(). `pin_of(task)`: the accelerator, or kNone.
  template <class KeyOf, class PinOf>
  void update(const SystemView& view, const KeyOf& key_of, const PinOf& pin_of) {
    const std::size_t count = view.accelerators.size();
    queues_.resize(count + 1);
    for (const Event& event : view.events) {
      if (event.type != Event::Type::task_ready || !view.request(event.task).live) continue;
      std::uint32_t pin = pin_of(event.task);
      if (pin == kNone || !(view.cost(event.task, pin).time < kNever)) pin = static_cast<std::uint32_t>(count);
      queues_[pin].add(view, event.task, key_of(event.task));
    }
  }

  void dispatch(const SystemView& view, FreeSlots& free, Decisions& out) {
    const auto anywhere = [&](TaskRef task) { return free.start_fastest(view, task, out); };
    if (free.any()) queues_.back().offer(view, anywhere);
    for (std::uint32_t a = 0; a + 1 < queues_.size(); ++a)
      if (free.at(a))
        queues_[a].offer(view, [&](TaskRef task) {
          if (!view.can_start(task, a)) return anywhere(task) && free.at(a);  // not at this operating point
          out.start(task, a);
          free.take(a);
          return free.at(a);
        });
    for (std::uint32_t a = 0; a + 1 < queues_.size(); ++a)
      if (!view.accelerators[a].available && free.any()) queues_[a].offer(view, anywhere);
  }

 private:
  std::vector<ReadyQueue<Key>> queues_;  ///< by accelerator; the last: of tasks without one
};

}  // namespace hetsched
