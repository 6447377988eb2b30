#include <algorithm>

#include "support/mapping_searches.hpp"

namespace hetsched::mapping {
namespace {

class Enumeration {
 public:
  Enumeration(const MappingProblem& problem, const Goal& goal, std::uint64_t max_estimates)
      : problem_(problem),
        search_(problem, goal),
        choices_(problem, goal.max_transitions),
        tails_(least_tails(problem)),
        estimates_left_(max_estimates),
        nodes_left_(max_estimates < (kMany >> 6) ? max_estimates << 6 : kMany) {
    const std::uint32_t accelerators = problem.accelerators();
    for (const Server& server : problem.servers) {
      slots_ += static_cast<double>(server.free_at.size());
      load_.push_back(0);
      for (const Seconds busy : server.free_at) load_.back() += std::max(busy, 0.0);
    }
    least_time_.assign(problem.size(), kNever);
    least_energy_.assign(problem.size(), kNever);
    for (const std::uint32_t t : choices_.tasks()) {
      for (std::uint32_t a = 0; a < accelerators; ++a) {
        if (!problem.runs_on(t, a)) continue;
        least_time_[t] = std::min(least_time_[t], problem.time(t, a));
        least_energy_[t] = std::min(least_energy_[t], problem.price(t, a).energy);
      }
      time_left_ += least_time_[t];
      energy_left_ += least_energy_[t];
    }
    for (const Request& request : problem.requests) finish_.push_back(request.finish);
    // Of what has no chosen task yet: the least that its first tasks lead to.
    for (const std::uint32_t t : choices_.tasks())
      finish_[problem.tasks[t].request] = std::max(finish_[problem.tasks[t].request], tails_[t]);
    ends_.assign(problem.size(), 0);
    where_.assign(problem.size(), kNone);
  }

  Plan run() {
    search_.attempt_simple();
    const bool all = descend(0);
    Plan plan = search_.best();
    plan.proved = all;
    return plan;
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
      for (std::size_t r = 0; r < finish_.size(); ++r)
        least.violation += std::max(0.0, finish_[r] * kSlack - problem_.requests[r].deadline);
    }
    if (goal.objective == Objective::latency) {
      double all = time_left_;
      for (std::uint32_t a = 0; a < load_.size(); ++a) {
        all += load_[a];
        if (load_[a] > 0)
          least.cost = std::max(least.cost, load_[a] / static_cast<double>(problem_.servers[a].free_at.size()));
      }
      least.cost = std::max(least.cost, all / slots_);
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
    const std::uint32_t t = choices_.tasks()[n];
    const Task& task = problem_.tasks[t];
    const auto allowed = choices_.of(n, where_);
    const std::vector<std::uint32_t> list(allowed.begin(), allowed.end());
    const Seconds finish_before = finish_[task.request];
    time_left_ -= least_time_[t];
    energy_left_ -= least_energy_[t];
    bool all = true;
    for (const std::uint32_t a : list) {
      if (nodes_left_-- == 0) return false;
      Seconds ready = std::max(task.release, task.inputs_there.empty() ? 0 : task.inputs_there[a]);
      for (const Input& input : task.inputs)
        ready = std::max(ready, ends_[input.task] + problem_.delay(input, where_[input.task], a));
      ends_[t] = ready + problem_.time(t, a);
      finish_[task.request] = std::max(finish_before, ends_[t] + tails_[t] - least_time_[t]);
      where_[t] = a;
      load_[a] += problem_.time(t, a);
      energy_ += problem_.price(t, a).energy;
      all = !(bound() < search_.best_measure()) || descend(n + 1);
      load_[a] -= problem_.time(t, a);
      energy_ -= problem_.price(t, a).energy;
      where_[t] = kNone;
      if (!all) break;
    }
    finish_[task.request] = finish_before;
    time_left_ += least_time_[t];
    energy_left_ += least_energy_[t];
    return all;
  }

  const MappingProblem& problem_;
  Search search_;
  Choices choices_;
  std::vector<Seconds> tails_, least_time_;
  std::vector<Joules> least_energy_;
  std::uint64_t estimates_left_, nodes_left_;
  Mapping where_;
  std::vector<Seconds> ends_, finish_,
      load_;  ///< at the earliest; the least each request and accelerator needs
  double slots_ = 0;
  Seconds time_left_ = 0;
  Joules energy_ = 0, energy_left_ = 0;
};

}  // namespace

Plan enumerate(const MappingProblem& problem, const Goal& goal, std::uint64_t max_estimates) {
  return Enumeration(problem, goal, max_estimates).run();
}

}  // namespace hetsched::mapping
