#include "support/mapping_search.hpp"

#include <algorithm>

namespace hetsched::mapping {
namespace {

/// Mean over the accelerators that support it: what HEFT ranks by.
Seconds mean_time(const MappingProblem& problem, std::uint32_t task) {
  double sum = 0, number = 0;
  for (std::uint32_t a = 0; a < problem.accelerators(); ++a) {
    if (!problem.runs_on(task, a)) continue;
    sum += problem.time(task, a);
    ++number;
  }
  return number > 0 ? sum / number : 0;
}

std::vector<double> upward_ranks(const MappingProblem& problem) {
  std::vector<double> tail(problem.size(), 0);
  for (std::uint32_t t = problem.size(); t-- > 0;) {
    tail[t] += mean_time(problem, t);
    for (const Input& input : problem.tasks[t].inputs)
      tail[input.task] = std::max(tail[input.task], problem.mean_delay(input) + tail[t]);
  }
  return tail;
}

std::uint32_t fastest(const MappingProblem& problem, std::uint32_t task, std::span<const std::uint32_t> of) {
  return *std::min_element(of.begin(), of.end(), [&](std::uint32_t a, std::uint32_t b) {
    return problem.time(task, a) < problem.time(task, b);
  });
}

}  // namespace

std::vector<Seconds> least_tails(const MappingProblem& problem) {
  std::vector<Seconds> tails(problem.size(), 0);
  for (std::uint32_t t = problem.size(); t-- > 0;) {
    Seconds least = kNever;
    for (std::uint32_t a = 0; a < problem.accelerators(); ++a) least = std::min(least, problem.time(t, a));
    tails[t] += least < kNever ? least : 0;
    for (const Input& input : problem.tasks[t].inputs) tails[input.task] = std::max(tails[input.task], tails[t]);
  }
  return tails;
}

std::vector<std::uint32_t> placeable_tasks(const MappingProblem& problem) {
  std::vector<bool> placeable(problem.size(), false);
  std::vector<std::uint32_t> tasks;
  for (std::uint32_t t = 0; t < problem.size(); ++t) {
    const auto& inputs = problem.tasks[t].inputs;
    bool supported = false;
    for (std::uint32_t a = 0; a < problem.accelerators(); ++a) supported |= problem.runs_on(t, a);
    placeable[t] = supported &&
                   std::all_of(inputs.begin(), inputs.end(), [&](const Input& input) { return placeable[input.task]; });
    if (placeable[t]) tasks.push_back(t);
  }
  return tasks;
}

Choices::Choices(const MappingProblem& problem, std::uint32_t max_transitions)
    : problem_(&problem), max_transitions_(max_transitions), tasks_(placeable_tasks(problem)) {
  for (std::uint32_t n = 0; n < tasks_.size(); ++n) {
    std::vector<std::uint32_t>& supported = supported_.emplace_back();
    for (std::uint32_t a = 0; a < problem.accelerators(); ++a)
      if (problem.runs_on(tasks_[n], a)) supported.push_back(a);
    const bool same = n > 0 && problem.tasks[tasks_[n - 1]].request == problem.tasks[tasks_[n]].request;
    first_.push_back(same ? first_.back() : n);
  }
}

std::span<const std::uint32_t> Choices::of(std::size_t n, const Mapping& where) {
  const std::vector<std::uint32_t>& supported = supported_[n];
  if (max_transitions_ == kNone || n == first_[n]) return supported;
  std::uint32_t transitions = 0;
  for (std::size_t k = first_[n] + 1; k < n; ++k) transitions += where[tasks_[k]] != where[tasks_[k - 1]] ? 1 : 0;
  const std::uint32_t last = where[tasks_[n - 1]];
  if (transitions < max_transitions_ || !problem_->runs_on(tasks_[n], last)) return supported;
  only_.assign(1, last);
  return only_;
}

Search::Search(const MappingProblem& problem, const Goal& goal)
    : problem_(&problem), goal_(goal), estimator_(problem) {}

Measure Search::attempt(const Mapping& where, std::span<const double> priorities) {
  const Timing& timing = estimator_.run(where, priorities);
  Joules energy = 0;
  for (std::uint32_t t = 0; t < where.size(); ++t)
    if (where[t] != kNone) energy += problem_->price(t, where[t]).energy;
  Measure measure{std::max(0.0, energy - goal_.energy_budget), timing.makespan};
  if (goal_.objective != Objective::latency) measure.cost = 0;
  for (std::size_t r = 0; r < timing.finish.size(); ++r) {
    if (goal_.objective == Objective::throughput) measure.cost += timing.finish[r];
    if (goal_.objective == Objective::energy && timing.finish[r] > problem_->requests[r].deadline)
      measure.violation += timing.finish[r] - problem_->requests[r].deadline;
  }
  if (goal_.objective == Objective::energy) measure.cost = energy;
  if (!(timing.makespan < kNever)) measure = {};
  if (best_.where.empty() || measure < best_measure_) {
    best_measure_ = measure;
    best_.where = where;
    best_.timing = timing;
  }
  return measure;
}

void Search::attempt_simple() {
  Choices choices(*problem_, goal_.max_transitions);
  attempt_earliest_finish();
  const std::vector<std::uint32_t>& tasks = choices.tasks();
  Mapping where(problem_->size(), kNone);
  for (std::size_t n = 0; n < tasks.size(); ++n) where[tasks[n]] = fastest(*problem_, tasks[n], choices.of(n, where));
  attempt(where);
  for (std::uint32_t a = 0; a <= problem_->accelerators(); ++a) attempt_whole(a);
}

/// Each request on `accelerator`, where it is supported; beyond the last one: on that which takes least time
/// for all of the request.
void Search::attempt_whole(std::uint32_t accelerator) {
  Choices choices(*problem_, goal_.max_transitions);
  const std::vector<std::uint32_t>& tasks = choices.tasks();
  std::vector<std::vector<Seconds>> sums(problem_->requests.size(), std::vector<Seconds>(problem_->accelerators(), 0));
  for (const std::uint32_t t : tasks)
    for (std::uint32_t a = 0; a < problem_->accelerators(); ++a)
      sums[problem_->tasks[t].request][a] += problem_->time(t, a);
  Mapping where(problem_->size(), kNone);
  for (std::size_t n = 0; n < tasks.size(); ++n) {
    const std::vector<Seconds>& sum = sums[problem_->tasks[tasks[n]].request];
    const auto least = static_cast<std::uint32_t>(std::min_element(sum.begin(), sum.end()) - sum.begin());
    const std::uint32_t wanted = accelerator < problem_->accelerators() ? accelerator : least;
    const auto allowed = choices.of(n, where);
    const bool possible = std::find(allowed.begin(), allowed.end(), wanted) != allowed.end();
    where[tasks[n]] = possible ? wanted : fastest(*problem_, tasks[n], allowed);
  }
  attempt(where);
}

void Search::attempt_earliest_finish() {
  Choices choices(*problem_, goal_.max_transitions);
  const std::vector<std::uint32_t>& tasks = choices.tasks();
  const std::vector<double> ranks = upward_ranks(*problem_);
  // The requests' tasks in their order, merged by rank.
  std::vector<std::vector<std::size_t>> left(problem_->requests.size());
  for (std::size_t n = tasks.size(); n-- > 0;) left[problem_->tasks[tasks[n]].request].push_back(n);
  std::vector<std::vector<Seconds>> free_at;
  for (const Server& server : problem_->servers) free_at.push_back(server.free_at);
  std::vector<Seconds> ends(problem_->size(), 0);
  Mapping where(problem_->size(), kNone);
  for (std::size_t placed = 0; placed < tasks.size(); ++placed) {
    std::size_t next = left.size();
    for (std::size_t r = 0; r < left.size(); ++r)
      if (!left[r].empty() && (next == left.size() || ranks[tasks[left[r].back()]] > ranks[tasks[left[next].back()]]))
        next = r;
    const std::size_t n = left[next].back();
    left[next].pop_back();
    const std::uint32_t t = tasks[n];
    const Task& task = problem_->tasks[t];
    Seconds first = kNever;
    for (const std::uint32_t a : choices.of(n, where)) {
      Seconds ready = std::max(task.release, task.inputs_there.empty() ? 0 : task.inputs_there[a]);
      for (const Input& input : task.inputs)
        ready = std::max(ready, ends[input.task] + problem_->delay(input, where[input.task], a));
      const Seconds slot = *std::min_element(free_at[a].begin(), free_at[a].end());
      const Seconds end = std::max(ready, slot) + problem_->time(t, a);
      if (where[t] != kNone && !(end < first)) continue;
      first = end;
      where[t] = a;
    }
    ends[t] = first;
    *std::min_element(free_at[where[t]].begin(), free_at[where[t]].end()) = first;
  }
  attempt(where);
}

}  // namespace hetsched::mapping
