#include <algorithm>

#include "planning/bounds.hpp"
#include "planning/search/searches.hpp"

namespace hetsched::planning {
namespace {

class Enumeration {
 public:
  Enumeration(const Problem& problem, const Goal& goal, std::uint64_t max_estimates)
      : problem_(problem),
        search_(problem, goal),
        choices_(problem, goal.max_transitions),
        tails_(least_tails(problem)),
        estimates_left_(max_estimates),
        nodes_left_(max_estimates < (kMany >> 6) ? max_estimates << 6 : kMany) {
    for (const AcceleratorId a : problem.accelerators.ids()) {
      load_.push_back(0);
      for (const SlotId slot : problem.slots_of(a)) load_[a] += problem.busy_until(slot);
    }
    least_energy_.assign(problem.size(), kNever);
    for (const PlanTaskId t : choices_.tasks()) {
      for (const AcceleratorId a : problem.accelerators.ids())
        if (problem.runs_on(t, a)) least_energy_[t] = std::min(least_energy_[t], problem.cost(t, a).energy);
      time_left_ += problem.least_time(t);
      energy_left_ += least_energy_[t];
    }
    for (const PlanRequest& request : problem.requests) finish_.push_back(request.finish);
    // Of what has no chosen task yet: the least that its first tasks lead to.
    for (const PlanTaskId t : choices_.tasks())
      finish_[problem.tasks[t].request] = std::max(finish_[problem.tasks[t].request], tails_[t]);
    ends_.assign(problem.size(), 0);
    where_.assign(problem.size(), AcceleratorId::none);
  }

  Plan run() {
    search_.attempt_simple();
    const bool all = descend(0);
    return search_.best_plan(all);
  }

 private:
  static constexpr std::uint64_t kMany = ~std::uint64_t{0};

  /// No mapping that begins like this one is better. Sums in another order may differ in their last bits.
  [[nodiscard]] Measure bound() const {
    constexpr double kSlack = 1 - 1e-9;
    Measure least{0, 0};
    const Goal& goal = search_.goal();
    const Joules energy = (energy_ + energy_left_) * kSlack;
    least.violation = std::max(0.0, energy - goal.energy_budget);
    if (goal.objective == Objective::throughput)
      for (const Seconds finish : finish_) least.cost += finish * kSlack;
    if (goal.objective == Objective::energy) {
      least.cost = energy;
      for (const PlanRequestId r : finish_.ids())
        least.violation += std::max(0.0, finish_[r] * kSlack - problem_.requests[r].deadline);
    }
    if (goal.objective == Objective::latency) {
      double all = time_left_;
      for (const AcceleratorId a : load_.ids()) {
        all += load_[a];
        if (load_[a] > 0)
          least.cost = std::max(least.cost, load_[a] / static_cast<double>(problem_.slots_of(a).size()));
      }
      least.cost = std::max(least.cost, all / static_cast<double>(problem_.slots.size()));
      for (const Seconds finish : finish_) least.cost = std::max(least.cost, finish);
      least.cost *= kSlack;
    }
    return least;
  }

  /// Tries everything for the n-th task and those after it; false if it was stopped.
  bool descend(std::size_t n) {
    if (n == choices_.tasks().size()) {
      if (estimates_left_-- == 0) return false;
      search_.attempt(where_);
      return true;
    }
    const PlanTaskId t = choices_.tasks()[n];
    const PlanTask& task = problem_.tasks[t];
    const auto allowed = choices_.of(n, where_);
    const std::vector<AcceleratorId> list(allowed.begin(), allowed.end());
    const Seconds finish_before = finish_[task.request];
    const Seconds least = problem_.least_time(t);
    time_left_ -= least;
    energy_left_ -= least_energy_[t];
    bool all = true;
    for (const AcceleratorId a : list) {
      if (nodes_left_-- == 0) return false;
      Seconds ready = problem_.released(task, a);
      for (const PlanEdge& edge : task.inputs)
        ready = std::max(ready, ends_[edge.task] + problem_.transfer(edge, where_[edge.task], a));
      ends_[t] = ready + problem_.time(t, a);
      finish_[task.request] = std::max(finish_before, ends_[t] + tails_[t] - least);
      where_[t] = a;
      load_[a] += problem_.time(t, a);
      energy_ += problem_.cost(t, a).energy;
      all = !(bound() < search_.best_measure()) || descend(n + 1);
      load_[a] -= problem_.time(t, a);
      energy_ -= problem_.cost(t, a).energy;
      where_[t] = AcceleratorId::none;
      if (!all) break;
    }
    finish_[task.request] = finish_before;
    time_left_ += least;
    energy_left_ += least_energy_[t];
    return all;
  }

  const Problem& problem_;
  Search search_;
  Choices choices_;
  IdVector<PlanTaskId, Seconds> tails_;
  IdVector<PlanTaskId, Joules> least_energy_;
  std::uint64_t estimates_left_, nodes_left_;
  Mapping where_;
  IdVector<PlanTaskId, Seconds> ends_;       ///< at the earliest
  IdVector<PlanRequestId, Seconds> finish_;  ///< likewise
  IdVector<AcceleratorId, Seconds> load_;    ///< of what is chosen
  Seconds time_left_ = 0;
  Joules energy_ = 0, energy_left_ = 0;
};

}  // namespace

Plan enumerate(const Problem& problem, const Goal& goal, std::uint64_t max_estimates) {
  return Enumeration(problem, goal, max_estimates).run();
}

}  // namespace hetsched::planning
