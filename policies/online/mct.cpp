#include <algorithm>
#include <deque>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// Minimum completion time, immediate mode: a task that becomes ready joins the queue of the accelerator that is
/// predicted to finish it first, behind what is queued there already, and stays. O(accelerators) per ready task.
class Mct final : public Policy {
 public:
  explicit Mct(Params&) {}

  void decide(const SystemView& view, Decisions& out) override {
    queues_.resize(view.accelerators.size());
    for (const Event& event : view.events) {
      if (event.type == Event::Type::accelerator_changed) redistribute(view);
      if (event.type == Event::Type::request_dropped) forget(view.request(event.task).id);
    }
    for (const Event& event : view.events) {
      if (event.type == Event::Type::task_ready && view.request(event.task).live) enqueue(view, event.task);
    }
    free_.reset(view);
    for (const AcceleratorId a : queues_.ids()) {
      Queue& queue = queues_[a];
      while (!queue.tasks.empty() && (free_.at(a) || gone(view, queue.tasks.front()))) {
        const Queued head = queue.tasks.front();
        queue.tasks.pop_front();
        queue.backlog = queue.tasks.empty() ? 0 : queue.backlog - head.time;
        if (gone(view, head)) continue;
        out.start(head.task, a);
        free_.take(a);
      }
    }
  }

 private:
  struct Queued {
    TaskRef task;
    std::uint64_t request_id = 0;
    Seconds time = 0;
  };
  struct Queue {
    std::deque<Queued> tasks;
    Seconds backlog = 0;  ///< predicted run time of what is queued
  };

  static bool gone(const SystemView& view, const Queued& queued) {
    const Request& request = view.request(queued.task);
    return !request.live || request.id != queued.request_id ||
           request.tasks[queued.task.task].progress != Progress::ready;
  }

  void enqueue(const SystemView& view, TaskRef task) {
    AcceleratorId best = AcceleratorId::none;
    Seconds first = kNever, time_there = 0;
    for (const AcceleratorId a : queues_.ids()) {
      const Accelerator& accelerator = view.accelerators[a];
      if (!accelerator.available) continue;
      const Seconds time = view.run_time(task, a);
      const Seconds free_at = accelerator.free_slots > 0 ? view.now : std::max(view.now, accelerator.free_at);
      const Seconds completion = free_at + queues_[a].backlog / accelerator.slots + time;
      if (completion < first) {
        first = completion;
        best = a;
        time_there = time;
      }
    }
    if (best == AcceleratorId::none)
      return;  // only accelerators that are off can run it: redistributed when one returns
    queues_[best].tasks.push_back({task, view.request(task).id, time_there});
    queues_[best].backlog += time_there;
  }

  void forget(std::uint64_t request_id) {
    for (Queue& queue : queues_)
      std::erase_if(queue.tasks, [&](const Queued& queued) {
        if (queued.request_id != request_id) return false;
        queue.backlog -= queued.time;
        return true;
      });
  }

  /// The set of accelerators has changed: every ready task chooses anew, except those that became ready at this
  /// very instant, which have events of their own.
  void redistribute(const SystemView& view) {
    for (Queue& queue : queues_) queue = {};
    for (const TaskRef task : view.ready)
      if (std::none_of(view.events.begin(), view.events.end(),
                       [&](const Event& e) { return e.type == Event::Type::task_ready && e.task == task; }))
        enqueue(view, task);
  }

  IdVector<AcceleratorId, Queue> queues_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry mct() {
  return policy<Mct>(
      "mct",
      "minimum completion time: each ready task joins the queue that is predicted to finish it first "
      "(as a plan: mct_static)",
      {.source = "Braun et al., J. Parallel Distrib. Comput. 61(6), 2001 (StarPU's dm does the same)",
       .complexity = "A per new task",
       .knowledge = "what it has queued",
       .verified_by = "the order of Braun et al.'s rules on a 5 x 2 matrix: 24",
       .rules = "inputs move when a task starts (mct_static plans whole requests, and moves inputs ahead: other "
                "makespans); ties: the first accelerator"});
}

}  // namespace hetsched
