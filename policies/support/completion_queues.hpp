/// \file
/// Queues of tasks that went to an accelerator when they became ready and wait there, with how long what waits takes:
/// mct, and StarPU's dm and its kin.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/running_sum.hpp"

namespace hetsched {

class CompletionQueues {
 public:
  struct Waiting {
    TaskRef task;
    std::uint64_t request_id = 0;
    int priority = 0;  ///< of the request
    Seconds time = 0;  ///< that it takes there, by prediction
  };
  using Queue = std::deque<Waiting>;

  /// To be called before anything else in every decide().
  void resize(const SystemView& view) { queues_.resize(view.accelerators.size()); }
  [[nodiscard]] const Queue& of(AcceleratorId accelerator) const { return queues_[accelerator].tasks; }

  /// When a task that joins now could start, if its inputs are there.
  [[nodiscard]] Seconds start(const SystemView& view, AcceleratorId accelerator) const {
    const Accelerator& a = view.accelerators[accelerator];
    const Seconds free_at = a.free_slots > 0 ? view.now : std::max(view.now, a.free_at);
    return free_at + queues_[accelerator].backlog.value() / a.slots;
  }
  /// Joins as the last one; or, if so said, behind the last one of no lower priority.
  void push(const SystemView& view, TaskRef task, AcceleratorId accelerator, Seconds time, bool by_priority = false) {
    Queue& queue = queues_[accelerator].tasks;
    const Waiting joining{task, view.request(task).id, view.request(task).priority, time};
    auto at = queue.end();
    if (by_priority)
      at = std::upper_bound(queue.begin(), queue.end(), joining,
                            [](const Waiting& x, const Waiting& y) { return x.priority > y.priority; });
    queue.insert(at, joining);
    queues_[accelerator].backlog += time;
  }
  /// Takes one out by its place.
  Waiting take(AcceleratorId accelerator, std::size_t place) {
    auto& [tasks, backlog] = queues_[accelerator];
    const Waiting taken = tasks[place];
    tasks.erase(tasks.begin() + static_cast<std::ptrdiff_t>(place));
    backlog -= taken.time;
    if (tasks.empty()) backlog = {};
    return taken;
  }
  /// Takes those out of which `gone(waiting)` is true.
  template <class Gone>
  void forget(const Gone& gone) {
    for (auto& [tasks, backlog] : queues_) {
      std::erase_if(tasks, [&, &sum = backlog](const Waiting& waiting) {
        if (!gone(waiting)) return false;
        sum -= waiting.time;
        return true;
      });
      if (tasks.empty()) backlog = {};
    }
  }
  /// Empties all queues and calls `choose(task)` of every ready task but those that became ready at this very instant,
  /// which have events of their own: the set of accelerators has changed.
  template <class Choose>
  void choose_anew(const SystemView& view, const Choose& choose) {
    for (Accumulated& queue : queues_) queue = {};
    for (const TaskRef task : view.ready)
      if (std::none_of(view.events.begin(), view.events.end(),
                       [&](const Event& e) { return e.type == Event::Type::task_ready && e.task == task; }))
        choose(task);
  }

 private:
  struct Accumulated {
    Queue tasks;
    RunningSum backlog;  ///< predicted time of what waits, s
  };

  IdVector<AcceleratorId, Accumulated> queues_;
};

}  // namespace hetsched
