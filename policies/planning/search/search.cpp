#include "planning/search/search.hpp"

#include <algorithm>

#include "planning/ranks.hpp"
#include "planning/timetable.hpp"

namespace hetsched::planning {
namespace {

AcceleratorId fastest(const Problem& problem, PlanTaskId task, std::span<const AcceleratorId> of) {
  return *std::min_element(of.begin(), of.end(), [&](AcceleratorId a, AcceleratorId b) {
    return clearly_less(problem.time(task, a), problem.time(task, b));
  });
}

}  // namespace

Choices::Choices(const Problem& problem, std::uint32_t max_transitions)
    : problem_(&problem), max_transitions_(max_transitions), tasks_(placeable_tasks(problem)) {
  for (std::size_t n = 0; n < tasks_.size(); ++n) {
    std::vector<AcceleratorId>& supported = supported_.emplace_back();
    for (const AcceleratorId a : problem.accelerators.ids())
      if (problem.runs_on(tasks_[n], a)) supported.push_back(a);
    const bool same = n > 0 && problem.tasks[tasks_[n - 1]].request == problem.tasks[tasks_[n]].request;
    first_.push_back(same ? first_.back() : n);
  }
}

std::span<const AcceleratorId> Choices::of(std::size_t n, const Mapping& where) {
  const std::vector<AcceleratorId>& supported = supported_[n];
  if (max_transitions_ == kAnyTransitions || n == first_[n]) return supported;
  std::uint32_t transitions = 0;
  for (std::size_t k = first_[n] + 1; k < n; ++k) transitions += where[tasks_[k]] != where[tasks_[k - 1]] ? 1 : 0;
  const AcceleratorId last = where[tasks_[n - 1]];
  if (transitions < max_transitions_ || !problem_->runs_on(tasks_[n], last)) return supported;
  only_.assign(1, last);
  return only_;
}

Search::Search(const Problem& problem, const Goal& goal) : problem_(&problem), goal_(goal), estimator_(problem) {}

Measure Search::attempt(const Mapping& where, const IdVector<PlanTaskId, double>& priorities) {
  const Timing& timing = estimator_.run(where, priorities);
  Joules energy = 0;
  for (const PlanTaskId t : where.ids())
    if (where[t] != AcceleratorId::none) energy += problem_->cost(t, where[t]).energy;
  Measure measure{clearly_less(goal_.energy_budget, energy) ? energy - goal_.energy_budget : 0, timing.makespan};
  if (goal_.objective != Objective::latency) measure.cost = 0;
  for (const PlanRequestId r : timing.finish.ids()) {
    if (goal_.objective == Objective::throughput) measure.cost += timing.finish[r];
    if (goal_.objective == Objective::energy && clearly_less(problem_->requests[r].deadline, timing.finish[r]))
      measure.violation += timing.finish[r] - problem_->requests[r].deadline;
  }
  if (goal_.objective == Objective::energy) measure.cost = energy;
  if (!(timing.makespan < kNever)) measure = {};
  if (best_.empty() || measure.clearly_below(best_measure_)) {
    best_measure_ = measure;
    best_ = where;
    best_timing_ = timing;
  }
  return measure;
}

Plan Search::best_plan(bool proved) const {
  Plan plan;
  plan.proved = proved;
  for (const PlanTaskId t : best_.ids()) {
    Placement placement;
    placement.accelerator = best_[t];
    placement.start = best_timing_.start[t];
    placement.end = best_timing_.end[t];
    plan.tasks.push_back(placement);
  }
  return plan;
}

void Search::attempt_simple() {
  Choices choices(*problem_, goal_.max_transitions);
  attempt_earliest_finish();
  const std::vector<PlanTaskId>& tasks = choices.tasks();
  Mapping where(problem_->size(), AcceleratorId::none);
  for (std::size_t n = 0; n < tasks.size(); ++n) where[tasks[n]] = fastest(*problem_, tasks[n], choices.of(n, where));
  attempt(where);
  for (const AcceleratorId a : problem_->accelerators.ids()) attempt_whole(a);
  attempt_whole(AcceleratorId::none);
}

/// Each request on `accelerator`, where it is supported; none: on that which takes least time for all of the request.
void Search::attempt_whole(AcceleratorId accelerator) {
  Choices choices(*problem_, goal_.max_transitions);
  const std::vector<PlanTaskId>& tasks = choices.tasks();
  const IdVector<AcceleratorId, Seconds> zero(problem_->accelerators.size(), 0);
  IdVector<PlanRequestId, IdVector<AcceleratorId, Seconds>> sums(problem_->requests.size(), zero);
  for (const PlanTaskId t : tasks)
    for (const AcceleratorId a : zero.ids()) sums[problem_->tasks[t].request][a] += problem_->time(t, a);
  Mapping where(problem_->size(), AcceleratorId::none);
  for (std::size_t n = 0; n < tasks.size(); ++n) {
    const auto& sum = sums[problem_->tasks[tasks[n]].request].all();
    const auto least = static_cast<std::size_t>(
        std::min_element(sum.begin(), sum.end(), [](Seconds x, Seconds y) { return clearly_less(x, y); }) -
        sum.begin());
    const AcceleratorId wanted = accelerator != AcceleratorId::none ? accelerator : id_of<AcceleratorId>(least);
    const auto allowed = choices.of(n, where);
    const bool possible = std::find(allowed.begin(), allowed.end(), wanted) != allowed.end();
    where[tasks[n]] = possible ? wanted : fastest(*problem_, tasks[n], allowed);
  }
  attempt(where);
}

void Search::attempt_earliest_finish() {
  Choices choices(*problem_, goal_.max_transitions);
  const std::vector<PlanTaskId>& tasks = choices.tasks();
  const ByTask ranks = upward_ranks(*problem_);
  // The requests' tasks in their order, merged by rank.
  IdVector<PlanRequestId, std::vector<std::size_t>> left(problem_->requests.size());
  for (std::size_t n = tasks.size(); n-- > 0;) left[problem_->tasks[tasks[n]].request].push_back(n);
  Timetable table(*problem_, Gaps::none);
  Mapping where(problem_->size(), AcceleratorId::none);
  for (std::size_t placed = 0; placed < tasks.size(); ++placed) {
    PlanRequestId next = PlanRequestId::none;
    const auto rank = [&](PlanRequestId r) { return ranks[tasks[left[r].back()]]; };
    for (const PlanRequestId r : left.ids())
      if (!left[r].empty() && (next == PlanRequestId::none || clearly_less(rank(next), rank(r)))) next = r;
    const std::size_t n = left[next].back();
    left[next].pop_back();
    const PlanTaskId t = tasks[n];
    const auto allowed = choices.of(n, where);
    const Placement first = table.best(
        t,
        [](const Placement& here) {
          return Key{here.end, 0};
        },
        [&](SlotId p) { return std::find(allowed.begin(), allowed.end(), problem_->accelerator(p)) != allowed.end(); });
    where[t] = first.placed() ? first.accelerator : allowed.front();
    table.place(t, first);
  }
  attempt(where);
}

}  // namespace hetsched::planning
