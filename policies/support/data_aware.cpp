#include "support/data_aware.hpp"

#include <algorithm>

namespace hetsched {
namespace {

/// Bytes of a task's inputs that have not arrived in the accelerator's memory yet.
Bytes missing_bytes(const SystemView& view, TaskRef task, AcceleratorId accelerator) {
  if (view.memories == 1) return 0;
  const Request& request = view.request(task);
  const MemoryId memory = view.accelerators[accelerator].memory;
  Bytes sum = 0;
  for (const Edge& edge : view.model_task(task).inputs) {
    const AcceleratorId at = request.tasks[edge.task].accelerator;
    const bool there = at == AcceleratorId::none || view.accelerators[at].memory == memory ||
                       std::any_of(request.replicas.begin(), request.replicas.end(), [&](const Replica& copy) {
                         return copy.tensor == edge.tensor && copy.memory == memory && copy.arrived;
                       });
    if (!there) sum += edge.bytes;
  }
  return sum;
}

}  // namespace

DataAware::DataAware(Params& p, const Rules& rules) : rules_(rules) {
  if (!rules.transfers) return;
  alpha_ = p.number("alpha", {.fallback = 1, .min = 0, .doc = "weight of the predicted end"});
  beta_ = p.number("beta", {.fallback = 1, .min = 0, .doc = "weight of the time to move inputs"});
  gamma_ = p.number(
      "gamma",
      {.fallback = 0, .min = 0, .doc = "weight of energy, s/J; StarPU's is 0.001 where it knows the energy of tasks"});
  idle_power_ =
      p.number("idle_power",
               {.fallback = 0, .min = 0, .doc = "of the machine: energy of ending later than all else", .unit = "W"});
}

void DataAware::decide(const SystemView& view, Decisions& out) {
  queues_.resize(view.accelerators.size());
  bool dropped = false, changed = false;
  for (const Event& event : view.events) {
    dropped |= event.type == Event::Type::request_dropped;
    changed |= event.type == Event::Type::accelerator_changed;
  }
  if (dropped) forget_gone(view);
  if (changed) push_again(view, out);
  for (const Event& event : view.events)
    if (event.type == Event::Type::task_ready && view.request(event.task).live) push(view, event.task, out);
  free_.reset(view);
  for (const AcceleratorId a : queues_.ids()) {
    Queue& queue = queues_[a];
    while (free_.at(a) && !queue.tasks.empty()) {
      const std::size_t next = next_of(view, a);
      const Queued task = queue.tasks[next];
      queue.tasks.erase(queue.tasks.begin() + static_cast<std::ptrdiff_t>(next));
      queue.backlog = queue.tasks.empty() ? 0 : queue.backlog - task.time;
      if (!view.can_start(task.task, a)) continue;
      out.start(task.task, a);
      free_.take(a);
    }
  }
}

void DataAware::push(const SystemView& view, TaskRef task, Decisions& out) {
  candidates_.clear();
  last_end_ = view.now;
  for (const AcceleratorId a : queues_.ids()) {
    const Accelerator& accelerator = view.accelerators[a];
    if (!accelerator.available) continue;
    const Seconds free_at = accelerator.free_slots > 0 ? view.now : std::max(view.now, accelerator.free_at);
    const Seconds start = free_at + queues_[a].backlog / accelerator.slots;
    last_end_ = std::max(last_end_, start);
    const Seconds time = view.overhead(task, a) + view.alone_time(view.model_task(task), a);
    if (!(time < kNever)) continue;
    const Seconds transfer = rules_.transfers ? view.transfer_time(task, a) : 0;
    candidates_.push_back({a, std::max(start, view.now + transfer) + time, transfer, time});
  }
  if (candidates_.empty()) return;  // only accelerators that are off can run it: pushed again when one returns
  const Candidate& best = candidates_[best_of(view, task)];
  Queue& queue = queues_[best.accelerator];
  const Queued queued{task, view.request(task).id, view.request(task).priority, best.time};
  auto at = queue.tasks.end();
  if (rules_.sorted)
    at = std::upper_bound(queue.tasks.begin(), queue.tasks.end(), queued,
                          [](const Queued& x, const Queued& y) { return x.priority > y.priority; });
  queue.tasks.insert(at, queued);
  queue.backlog += best.time;
  if (rules_.transfers && view.memories > 1) out.prefetch(task, best.accelerator);
}

std::size_t DataAware::best_of(const SystemView& view, TaskRef task) const {
  Seconds first_end = kNever;
  for (const Candidate& c : candidates_) first_end = std::min(first_end, c.end);
  std::size_t best = 0;
  double least = kNever;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const Candidate& c = candidates_[i];
    double fitness = alpha_ * (c.end - first_end) + beta_ * c.transfer;
    if (gamma_ > 0)
      fitness +=
          gamma_ * (view.alone_energy_at(view.model_task(task), c.accelerator, view.accelerators[c.accelerator].point) +
                    idle_power_ * std::max(0.0, c.end - last_end_));
    if (!(fitness < least)) continue;
    least = fitness;
    best = i;
  }
  return best;
}

void DataAware::forget_gone(const SystemView& view) {
  for (Queue& queue : queues_)
    std::erase_if(queue.tasks, [&](const Queued& queued) {
      const Request& request = view.request(queued.task);
      if (request.live && request.id == queued.request_id) return false;
      queue.backlog -= queued.time;
      return true;
    });
}

void DataAware::push_again(const SystemView& view, Decisions& out) {
  for (Queue& queue : queues_) queue = {};
  for (const TaskRef task : view.ready)
    if (std::none_of(view.events.begin(), view.events.end(),
                     [&](const Event& e) { return e.type == Event::Type::task_ready && e.task == task; }))
      push(view, task, out);
}

std::size_t DataAware::next_of(const SystemView& view, AcceleratorId accelerator) const {
  const std::vector<Queued>& tasks = queues_[accelerator].tasks;
  if (!rules_.fewest_missing) return 0;
  std::size_t best = 0;
  Bytes least = kNever;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (rules_.sorted && tasks[i].priority != tasks[0].priority) break;
    const Bytes missing = missing_bytes(view, tasks[i].task, accelerator);
    if (!(missing < least)) continue;
    least = missing;
    best = i;
  }
  return best;
}

}  // namespace hetsched
