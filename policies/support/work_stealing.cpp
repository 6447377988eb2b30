#include "support/work_stealing.hpp"

#include <algorithm>

namespace hetsched {

void WorkStealing::decide(const SystemView& view, Decisions& out) {
  queues_.resize(view.accelerators.size());
  forget_gone(view);
  for (const Event& event : view.events) {
    // Started and failed since the last call, it is still in its queue.
    if (event.type == Event::Type::task_failed)
      for (auto& queue : queues_) std::erase_if(queue, [&](const Queued& queued) { return queued.task == event.task; });
    if (event.type == Event::Type::task_ready && view.request(event.task).live) push(view, event.task);
  }
  free_.reset(view);
  for (bool started = true; started && free_.any();) {
    started = false;
    for (const AcceleratorId a : queues_.ids())
      if (free_.at(a)) started |= serve(view, a, out);
  }
}

void WorkStealing::push(const SystemView& view, TaskRef task) {
  queues_[owner(view, task)].push_back({task, view.request(task).id, false});
}

AcceleratorId WorkStealing::owner(const SystemView& view, TaskRef task) {
  const Request& request = view.request(task);
  AcceleratorId owner = AcceleratorId::none;
  Seconds latest = -1;
  for (const Edge& edge : view.model_task(task).inputs) {
    const TaskState& from = request.tasks[edge.task];
    if (from.accelerator == AcceleratorId::none || clearly_before(from.finish, latest)) continue;
    latest = std::max(latest, from.finish);
    owner = from.accelerator;
  }
  if (owner != AcceleratorId::none) return owner;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    const std::size_t index = (turn_ + i) % queues_.size();
    const auto a = id_of<AcceleratorId>(index);
    if (!view.accelerators[a].available || !(view.cost_on(task, a).time < kNever)) continue;
    turn_ = index + 1;
    return a;
  }
  return {};  // whoever can run it when it is on again will steal it
}

/// Started tasks stay until the view shows it: a start that came to nothing is made again.
void WorkStealing::forget_gone(const SystemView& view) {
  for (auto& queue : queues_) {
    std::erase_if(queue, [&](const Queued& queued) {
      const Request& request = view.request(queued.task);
      return !request.live || request.id != queued.request_id || view.state(queued.task).progress != Progress::ready;
    });
    for (Queued& queued : queue) queued.taken = false;
  }
}

bool WorkStealing::serve(const SystemView& view, AcceleratorId thief, Decisions& out) {
  const auto can = [&](const Queued& queued) { return !queued.taken && view.can_start(queued.task, thief); };
  const auto start = [&](Queued& queued) {
    out.start(queued.task, thief);
    free_.take(thief);
    queued.taken = true;
    return true;
  };
  std::deque<Queued>& own = queues_[thief];
  const auto newest = std::find_if(own.rbegin(), own.rend(), can);
  if (newest != own.rend()) return start(*newest);
  order_victims(thief);
  for (const AcceleratorId victim : victims_) {
    const auto oldest = std::find_if(queues_[victim].begin(), queues_[victim].end(), can);
    if (oldest != queues_[victim].end()) return start(*oldest);
  }
  return false;
}

void WorkStealing::order_victims(AcceleratorId thief) {
  victims_.clear();
  for (std::size_t i = 1; i < queues_.size(); ++i)
    victims_.push_back(id_of<AcceleratorId>((index_of(thief) + i) % queues_.size()));
  if (victim_ == Victim::most_loaded) {
    const auto load = [&](AcceleratorId a) {
      return std::count_if(queues_[a].begin(), queues_[a].end(), [](const Queued& q) { return !q.taken; });
    };
    std::sort(victims_.begin(), victims_.end());
    std::stable_sort(victims_.begin(), victims_.end(),
                     [&](AcceleratorId a, AcceleratorId b) { return load(a) > load(b); });
  }
  if (victim_ == Victim::random)
    for (std::size_t i = victims_.size(); i > 1; --i) std::swap(victims_[i - 1], victims_[dice_.next() % i]);
}

}  // namespace hetsched
