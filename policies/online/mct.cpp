#include "hetsched/policy.hpp"
#include "support/completion_queues.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// Minimum completion time, immediate mode: a task that becomes ready joins the queue of the accelerator that is
/// predicted to finish it first, behind what is queued there already, and stays. O(accelerators) per ready task.
class Mct final : public Policy {
 public:
  explicit Mct(Params&) {}

  void decide(const SystemView& view, Decisions& out) override {
    queues_.resize(view);
    bool changed = false;
    for (const Event& event : view.events) {
      changed |= event.type == Event::Type::accelerator_changed;
      if (event.type != Event::Type::request_dropped) continue;
      const std::uint64_t dropped = view.request(event.task).id;
      queues_.forget([&](const CompletionQueues::Waiting& waiting) { return waiting.request_id == dropped; });
    }
    if (changed) queues_.choose_anew(view, [&](TaskRef task) { enqueue(view, task); });
    for (const Event& event : view.events) {
      if (event.type == Event::Type::task_ready && view.request(event.task).live) enqueue(view, event.task);
    }
    free_.reset(view);
    for (const AcceleratorId a : view.accelerators.ids()) {
      const CompletionQueues::Queue& queue = queues_.of(a);
      while (!queue.empty() && (free_.at(a) || gone(view, queue.front()))) {
        const CompletionQueues::Waiting head = queues_.take(a, 0);
        if (gone(view, head)) continue;
        out.start(head.task, a);
        free_.take(a);
      }
    }
  }

 private:
  static bool gone(const SystemView& view, const CompletionQueues::Waiting& waiting) {
    const Request& request = view.request(waiting.task);
    return !request.live || request.id != waiting.request_id ||
           request.tasks[waiting.task.task].progress != Progress::ready;
  }

  void enqueue(const SystemView& view, TaskRef task) {
    AcceleratorId best = AcceleratorId::none;
    Seconds first = kNever, time_there = 0;
    for (const AcceleratorId a : view.accelerators.ids()) {
      if (!view.accelerators[a].available) continue;
      const Seconds time = view.run_time(task, a);
      const Seconds completion = queues_.start(view, a) + time;
      if (clearly_before(completion, first)) {
        first = completion;
        best = a;
        time_there = time;
      }
    }
    // If only accelerators that are off can run it, it chooses when one returns.
    if (best != AcceleratorId::none) queues_.push(view, task, best, time_there);
  }

  CompletionQueues queues_;
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
