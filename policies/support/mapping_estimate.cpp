#include "support/mapping_estimate.hpp"

#include <algorithm>
#include <functional>

namespace hetsched::mapping {
namespace {

/// What is nearer than this part of the time at which it happens happens at once.
constexpr double kInstant = 1 + 1e-12;

void push(std::vector<std::pair<double, std::uint32_t>>& heap, std::pair<double, std::uint32_t> item) {
  heap.push_back(item);
  std::push_heap(heap.begin(), heap.end(), std::greater<>());
}

std::uint32_t pop(std::vector<std::pair<double, std::uint32_t>>& heap) {
  std::pop_heap(heap.begin(), heap.end(), std::greater<>());
  const std::uint32_t task = heap.back().second;
  heap.pop_back();
  return task;
}

}  // namespace

Estimator::Estimator(const MappingProblem& problem) : problem_(&problem), queues_(problem.accelerators()) {}

const Timing& Estimator::run(const Mapping& where, std::span<const double> priorities) {
  where_ = &where;
  reset(where);
  for (;;) {
    while (!future_.empty() && future_.front().first <= now_ * kInstant) {
      const double joined = future_.front().first;
      const std::uint32_t task = pop(future_);
      const double rank = problem_->queue == Queue::ready ? joined : problem_->tasks[task].request;
      push(queues_[where[task]], {priorities.empty() ? rank : priorities[task], task});
    }
    start_queued();
    if (running_.empty() && future_.empty()) break;
    set_speeds();
    advance(next_event());
  }
  for (std::uint32_t t = 0; t < problem_->size(); ++t) {
    if (where[t] == kNone) continue;
    Seconds& finish = timing_.finish[problem_->tasks[t].request];
    finish = std::max(finish, timing_.end[t]);
    timing_.makespan = std::max(timing_.makespan, timing_.end[t]);
  }
  return timing_;
}

void Estimator::reset(const Mapping& where) {
  const std::uint32_t tasks = problem_->size(), accelerators = problem_->accelerators();
  now_ = 0;
  timing_.start.assign(tasks, kNever);
  timing_.end.assign(tasks, kNever);
  timing_.finish.clear();
  for (const Request& request : problem_->requests) timing_.finish.push_back(request.finish);
  timing_.makespan = 0;
  running_.clear();
  future_.clear();
  free_.assign(accelerators, 0);
  last_model_.resize(accelerators);
  for (std::uint32_t a = 0; a < accelerators; ++a) {
    queues_[a].clear();
    last_model_[a] = problem_->servers[a].last_model;
    for (const Seconds busy_until : problem_->servers[a].free_at) {
      if (busy_until > 0)
        running_.push_back({kNone, a, busy_until, 0, 0, 1, 0, 0, 0});
      else
        ++free_[a];
    }
  }
  missing_.resize(tasks);
  for (std::uint32_t t = 0; t < tasks; ++t) {
    missing_[t] = static_cast<std::uint32_t>(problem_->tasks[t].inputs.size());
    if (missing_[t] == 0 && where[t] != kNone) make_ready(t);
  }
}

void Estimator::make_ready(std::uint32_t task) {
  const Task& t = problem_->tasks[task];
  const std::uint32_t a = (*where_)[task];
  Seconds ready = t.release;
  if (!t.inputs_there.empty()) ready = std::max(ready, t.inputs_there[a]);
  for (const Input& input : t.inputs)
    ready = std::max(ready, timing_.end[input.task] + problem_->delay(input, (*where_)[input.task], a));
  if (ready < kNever) push(future_, {ready, task});
}

void Estimator::start_queued() {
  for (std::uint32_t a = 0; a < queues_.size(); ++a)
    while (free_[a] > 0 && !queues_[a].empty()) {
      const std::uint32_t task = pop(queues_[a]);
      const Server& server = problem_->servers[a];
      const Price& price = problem_->price(task, a);
      const std::uint32_t model = problem_->tasks[task].model;
      const bool switches = last_model_[a] != kNone && last_model_[a] != model;
      last_model_[a] = model;
      --free_[a];
      timing_.start[task] = now_;
      const Seconds begins = now_ + server.overhead + (switches ? server.switch_time : 0);
      const bool flows = problem_->sharing == Sharing::max_min && problem_->memory_bandwidths[server.memory] < kNever;
      running_.push_back({task, a, begins, price.time, flows ? price.traffic : 0, 1, 0, 0, 0});
    }
}

/// Speeds of all that computes now.
void Estimator::set_speeds() {
  std::uint32_t busy = 0;
  for (std::uint32_t a = 0; a < free_.size(); ++a) busy += free_[a] < problem_->servers[a].free_at.size() ? 1 : 0;
  const double speed = busy > 1 ? 1 / problem_->contention : 1;
  for (Running& r : running_) {
    r.speed = speed;
    r.bytes_per_s = 0;
  }
  if (problem_->sharing != Sharing::none) share_memories();
}

void Estimator::share_memories() {
  for (std::uint32_t m = 0; m < problem_->memory_bandwidths.size(); ++m) {
    double room = problem_->memory_bandwidths[m];
    if (!(room < kNever)) continue;
    flows_.clear();
    double wanted = 0;
    for (std::uint32_t i = 0; i < running_.size(); ++i) {
      const Running& r = running_[i];
      if (r.task == kNone || r.until > now_ || problem_->servers[r.accelerator].memory != m) continue;
      const Price& price = problem_->price(r.task, r.accelerator);
      if (price.time > 0) wanted += price.traffic / price.time;
      if (r.bytes > 0 || problem_->sharing == Sharing::proportional) flows_.push_back(i);
    }
    if (problem_->sharing == Sharing::proportional) {
      for (const std::uint32_t i : flows_)
        if (wanted > room) running_[i].speed *= room / wanted;
      continue;
    }
    // Who wants least is served first; what it leaves is for the others.
    const auto port = [&](std::uint32_t i) { return problem_->servers[running_[i].accelerator].port; };
    std::stable_sort(flows_.begin(), flows_.end(), [&](std::uint32_t i, std::uint32_t j) { return port(i) < port(j); });
    for (std::size_t n = 0; n < flows_.size(); ++n) {
      Running& r = running_[flows_[n]];
      r.bytes_per_s = std::min(port(flows_[n]), room / static_cast<double>(flows_.size() - n));
      room -= r.bytes_per_s;
    }
  }
}

Seconds Estimator::next_event() {
  Seconds next = future_.empty() ? kNever : future_.front().first;
  for (Running& r : running_) {
    if (r.until > now_ || r.task == kNone) {
      next = std::min(next, r.until);
      continue;
    }
    r.work_ends = now_ + r.work / r.speed;
    r.bytes_end = r.bytes > 0 ? now_ + r.bytes / r.bytes_per_s : now_;
    if (r.bytes > 0) next = std::min(next, r.bytes_end);
    if (r.work > 0 || r.bytes <= 0) next = std::min(next, r.work_ends);
  }
  return next;
}

void Estimator::advance(Seconds to) {
  const Seconds passed = to - now_, due = to * kInstant;
  const Seconds before = now_;
  now_ = to;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    Running r = running_[i];
    bool over = r.task == kNone && r.until <= due;
    if (r.task != kNone && r.until <= before) {
      r.work = r.work_ends <= due ? 0 : r.work - passed * r.speed;
      r.bytes = r.bytes_end <= due ? 0 : r.bytes - passed * r.bytes_per_s;
      over = r.work <= 0 && r.bytes <= 0;
    } else if (r.until <= due) {
      r.until = to;
    }
    if (!over) {
      running_[kept++] = r;
      continue;
    }
    ++free_[r.accelerator];
    if (r.task != kNone) timing_.end[r.task] = now_;
    if (r.task != kNone) finish(r.task);
  }
  running_.resize(kept);
}

void Estimator::finish(std::uint32_t task) {
  for (const std::uint32_t next : problem_->tasks[task].outputs)
    if (--missing_[next] == 0 && (*where_)[next] != kNone) make_ready(next);
}

}  // namespace hetsched::mapping
