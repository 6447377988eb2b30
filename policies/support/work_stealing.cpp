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
    for (std::uint32_t a = 0; a < queues_.size(); ++a)
      if (free_.at(a)) started |= serve(view, a, out);
  }
}

void WorkStealing::push(const SystemView& view, TaskRef task) {
  queues_[owner(view, task)].push_back({task, view.request(task).id, false});
}

std::uint32_t WorkStealing::owner(const SystemView& view, TaskRef task) {
  const Request& request = view.request(task);
  std::uint32_t owner = kNone;
  Seconds latest = -1;
  for (const Edge& edge : view.model_task(task).inputs) {
    const TaskState& from = request.tasks[edge.task];
    if (from.accelerator == kNone || from.finish < latest) continue;
    latest = from.finish;
    owner = from.accelerator;
  }
  if (owner != kNone) return owner;
  const auto count = static_cast<std::uint32_t>(queues_.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t a = (next_ + i) % count;
    if (!view.accelerators[a].available || !(view.cost(task, a).time < kNever)) continue;
    next_ = a + 1;
    return a;
  }
  return 0;  // whoever can run it when it is on again will steal it
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

bool WorkStealing::serve(const SystemView& view, std::uint32_t thief, Decisions& out) {
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
  for (const std::uint32_t victim : victims_) {
    const auto oldest = std::find_if(queues_[victim].begin(), queues_[victim].end(), can);
    if (oldest != queues_[victim].end()) return start(*oldest);
  }
  return false;
}

void WorkStealing::order_victims(std::uint32_t thief) {
  const auto count = static_cast<std::uint32_t>(queues_.size());
  victims_.clear();
  for (std::uint32_t i = 1; i < count; ++i) victims_.push_back((thief + i) % count);
  if (victim_ == Victim::most_loaded) {
    const auto load = [&](std::uint32_t a) {
      return std::count_if(queues_[a].begin(), queues_[a].end(), [](const Queued& q) { return !q.taken; });
    };
    std::sort(victims_.begin(), victims_.end());
    std::stable_sort(victims_.begin(), victims_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return load(a) > load(b); });
  }
  if (victim_ == Victim::random)
    for (std::size_t i = victims_.size(); i > 1; --i) std::swap(victims_[i - 1], victims_[dice_.next() % i]);
}

}  // namespace hetsched
