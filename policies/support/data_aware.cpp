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
    const bool there = at == AcceleratorId::none || view.place_of(request, edge.tensor, at) == memory ||
                       std::any_of(request.replicas.begin(), request.replicas.end(), [&](const Replica& copy) {
                         return copy.tensor == edge.tensor && copy.memory == memory && copy.arrived;
                       });
    if (!there) sum += edge.bytes;
  }
  const MemoryId source = view.streams[request.stream].source;
  const Edge& own = view.model_task(task).source;
  const bool there = source == MemoryId::none || source == memory ||
                     std::any_of(request.replicas.begin(), request.replicas.end(), [&](const Replica& copy) {
                       return copy.tensor == own.tensor && copy.memory == memory && copy.arrived;
                     });
  return there ? sum : sum + own.bytes;
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
  queues_.resize(view);
  bool dropped = false, changed = false;
  for (const Event& event : view.events) {
    dropped |= event.type == Event::Type::request_dropped;
    changed |= event.type == Event::Type::accelerator_changed;
  }
  if (dropped)
    queues_.forget([&](const CompletionQueues::Waiting& waiting) {
      const Request& request = view.request(waiting.task);
      return !request.live || request.id != waiting.request_id;
    });
  if (changed) queues_.choose_anew(view, [&](TaskRef task) { push(view, task, out); });
  for (const Event& event : view.events)
    if (event.type == Event::Type::task_ready && view.request(event.task).live) push(view, event.task, out);
  free_.reset(view);
  for (const AcceleratorId a : view.accelerators.ids()) {
    while (free_.at(a) && !queues_.of(a).empty()) {
      const TaskRef task = queues_.take(a, next_of(view, a)).task;
      if (!view.can_start(task, a)) continue;
      out.start(task, a);
      free_.take(a);
    }
  }
}

void DataAware::push(const SystemView& view, TaskRef task, Decisions& out) {
  candidates_.clear();
  last_end_ = view.now;
  for (const AcceleratorId a : view.accelerators.ids()) {
    if (!view.accelerators[a].available) continue;
    const Seconds start = queues_.start(view, a);
    last_end_ = std::max(last_end_, start);
    const Seconds time =
        view.overhead(task, a) + view.transition_time(task, a) + view.alone_time(view.model_task(task), a);
    if (!(time < kNever)) continue;
    const Seconds transfer = rules_.transfers ? view.transfer_time(task, a) : 0;
    candidates_.push_back({a, std::max(start, view.now + transfer) + time, transfer, time});
  }
  if (candidates_.empty()) return;  // only accelerators that are off can run it: pushed again when one returns
  const Candidate& best = candidates_[best_of(view, task)];
  queues_.push(view, task, best.accelerator, best.time, rules_.sorted);
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
    if (!clearly_less(fitness, least, alpha_ * (c.end - view.now))) continue;
    least = fitness;
    best = i;
  }
  return best;
}

std::size_t DataAware::next_of(const SystemView& view, AcceleratorId accelerator) const {
  const CompletionQueues::Queue& tasks = queues_.of(accelerator);
  if (!rules_.fewest_missing) return 0;
  std::size_t best = 0;
  Bytes least = kNever;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (rules_.sorted && tasks[i].priority != tasks[0].priority) break;
    const Bytes missing = missing_bytes(view, tasks[i].task, accelerator);
    if (!clearly_less(missing, least)) continue;
    least = missing;
    best = i;
  }
  return best;
}

}  // namespace hetsched
