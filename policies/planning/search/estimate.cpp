#include "planning/search/estimate.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace hetsched::planning {
namespace {

/// What is nearer than this part of the time at which it happens happens at once.
constexpr double kInstant = 1 + kClockTolerance;

void push(std::vector<std::pair<double, PlanTaskId>>& heap, std::pair<double, PlanTaskId> item) {
  heap.push_back(item);
  std::push_heap(heap.begin(), heap.end(), std::greater<>());
}

PlanTaskId pop(std::vector<std::pair<double, PlanTaskId>>& heap) {
  std::pop_heap(heap.begin(), heap.end(), std::greater<>());
  const PlanTaskId task = heap.back().second;
  heap.pop_back();
  return task;
}

}  // namespace

Estimator::Estimator(const Problem& problem) : problem_(&problem), queues_(problem.accelerators.size()) {}

const Timing& Estimator::run(const Mapping& where, const IdVector<PlanTaskId, double>& priorities) {
  where_ = &where;
  reset(where);
  for (;;) {
    while (!future_.empty() && future_.front().first <= now_ * kInstant) {
      const PlanTaskId task = pop(future_);
      const double rank =
          problem_->queue == Queue::ready ? now_ : static_cast<double>(index_of(problem_->tasks[task].request));
      push(queues_[where[task]], {priorities.empty() ? rank : priorities[task], task});
    }
    start_queued();
    if (running_.empty() && future_.empty()) break;
    set_speeds();
    advance(next_event());
  }
  for (const PlanTaskId t : problem_->tasks.ids()) {
    if (where[t] == AcceleratorId::none) continue;
    Seconds& finish = timing_.finish[problem_->tasks[t].request];
    finish = std::max(finish, timing_.end[t]);
    timing_.makespan = std::max(timing_.makespan, timing_.end[t]);
  }
  return timing_;
}

void Estimator::reset(const Mapping& where) {
  const std::size_t tasks = problem_->size();
  now_ = 0;
  timing_.start.assign(tasks, kNever);
  timing_.end.assign(tasks, kNever);
  timing_.finish.clear();
  for (const PlanRequest& request : problem_->requests) timing_.finish.push_back(request.finish);
  timing_.makespan = 0;
  running_.clear();
  future_.clear();
  last_model_.clear();
  free_.assign(problem_->accelerators.size(), 0);
  for (const AcceleratorId a : problem_->accelerators.ids()) {
    queues_[a].clear();
    last_model_.push_back(problem_->accelerators[a].last_model);
    for (const SlotId slot : problem_->slots_of(a)) {
      const Seconds busy_until = problem_->busy_until(slot);
      if (busy_until > 0)
        running_.push_back({PlanTaskId::none, a, busy_until, 0, 0, 1, 0, 0, 0});
      else
        ++free_[a];
    }
  }
  missing_.resize(tasks);
  for (const PlanTaskId t : problem_->tasks.ids()) {
    missing_[t] = problem_->tasks[t].inputs.size();
    if (missing_[t] == 0 && where[t] != AcceleratorId::none) make_ready(t);
  }
}

void Estimator::make_ready(PlanTaskId task) {
  const PlanTask& t = problem_->tasks[task];
  const AcceleratorId a = (*where_)[task];
  Seconds ready = problem_->released(t, a);
  for (const PlanEdge& edge : t.inputs)
    ready = std::max(ready, timing_.end[edge.task] + problem_->transfer(edge, (*where_)[edge.task], a));
  if (ready < kNever) push(future_, {ready, task});
}

void Estimator::start_queued() {
  for (const AcceleratorId a : queues_.ids())
    while (free_[a] > 0 && !queues_[a].empty()) {
      const PlanTaskId task = pop(queues_[a]);
      const PlanAccelerator& accelerator = problem_->accelerators[a];
      const TaskCost& cost = problem_->cost(task, a);
      const ModelId model = problem_->tasks[task].model;
      const bool switches = problem_->is_switch(a, std::exchange(last_model_[a], model), model);
      --free_[a];
      timing_.start[task] = now_;
      const Seconds begins = now_ + accelerator.overhead + (switches ? accelerator.switch_time : 0);
      const bool flows = problem_->sharing == Sharing::max_min &&
                         problem_->memory_bandwidths[accelerator.memory] < kNever &&
                         !problem_->has_model(accelerator.memory);
      running_.push_back({task, a, begins, cost.time, flows ? cost.traffic : 0, 1, 0, 0, 0});
    }
}

/// Speeds of all that computes now.
void Estimator::set_speeds() {
  std::size_t busy = 0;
  for (const AcceleratorId a : free_.ids()) busy += free_[a] < problem_->slots_of(a).size() ? 1 : 0;
  const double speed = busy > 1 ? 1 / problem_->contention : 1;
  for (Running& r : running_) {
    r.speed = speed;
    r.bytes_per_s = 0;
  }
  if (problem_->sharing != Sharing::none) share_memories();
}

void Estimator::share_memories() {
  for (const MemoryId m : problem_->memory_bandwidths.ids()) {
    double room = problem_->memory_bandwidths[m];
    if (!(room < kNever)) continue;
    if (problem_->has_model(m)) {
      slow_down_by_model(m);
      continue;
    }
    flows_.clear();
    double wanted = 0;
    for (Running& r : running_) {
      if (r.task == PlanTaskId::none || r.until > now_ || problem_->accelerators[r.accelerator].memory != m) continue;
      const TaskCost& cost = problem_->cost(r.task, r.accelerator);
      if (cost.time > 0) wanted += cost.traffic / cost.time;
      if (r.bytes > 0 || problem_->sharing == Sharing::proportional) flows_.push_back(&r);
    }
    if (problem_->sharing == Sharing::proportional) {
      for (Running* r : flows_)
        if (wanted > room) r->speed *= room / wanted;
      continue;
    }
    // Who wants least is served first; what it leaves is for the others.
    const auto port = [&](const Running* r) { return problem_->accelerators[r->accelerator].port; };
    std::stable_sort(flows_.begin(), flows_.end(), [&](auto* r, auto* q) { return port(r) < port(q); });
    for (std::size_t n = 0; n < flows_.size(); ++n) {
      Running& r = *flows_[n];
      r.bytes_per_s = std::min(port(&r), room / static_cast<double>(flows_.size() - n));
      room -= r.bytes_per_s;
    }
  }
}

void Estimator::slow_down_by_model(MemoryId memory) {
  flows_.clear();
  demands_.clear();
  for (Running& r : running_) {
    if (r.task == PlanTaskId::none || r.until > now_ || problem_->accelerators[r.accelerator].memory != memory)
      continue;
    flows_.push_back(&r);
    demands_.push_back({problem_->accelerators[r.accelerator].kind, problem_->cost(r.task, r.accelerator).demand});
  }
  rates_.resize(demands_.size());
  problem_->co_run->rates(memory, demands_, rates_);
  for (std::size_t i = 0; i < flows_.size(); ++i)
    if (demands_[i].wanted > 0)
      flows_[i]->speed *= std::min(1.0, rates_[i] / std::min(demands_[i].wanted, problem_->memory_bandwidths[memory]));
}

Seconds Estimator::next_event() {
  Seconds next = future_.empty() ? kNever : future_.front().first;
  for (Running& r : running_) {
    if (r.until > now_ || r.task == PlanTaskId::none) {
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
    bool over = r.task == PlanTaskId::none && r.until <= due;
    if (r.task != PlanTaskId::none && r.until <= before) {
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
    if (r.task != PlanTaskId::none) timing_.end[r.task] = now_;
    if (r.task != PlanTaskId::none) finish(r.task);
  }
  running_.resize(kept);
}

void Estimator::finish(PlanTaskId task) {
  for (const PlanEdge& edge : problem_->tasks[task].outputs)
    if (--missing_[edge.task] == 0 && (*where_)[edge.task] != AcceleratorId::none) make_ready(edge.task);
}

}  // namespace hetsched::planning
