/// \file
/// What all searches for mappings share: what a mapping is measured by, which accelerators a task may go to,
/// the best one so far, and simple mappings to begin with.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "planning/plan.hpp"
#include "planning/search/estimate.hpp"

namespace hetsched::planning {

/// What is to be as small as possible:
///  - latency: the last finish (HaX-CoNN, equation 11)
///  - throughput: the sum of the finishes of all requests (HaX-CoNN, equation 10)
///  - energy: the energy of all tasks, with every request in time (AxoNN: energy against time)
enum class Objective { latency, throughput, energy };

inline constexpr std::uint32_t kAnyTransitions = 0xffffffffu;

struct Goal {
  Objective objective = Objective::latency;
  Joules energy_budget = kNever;                    ///< of all tasks together
  std::uint32_t max_transitions = kAnyTransitions;  ///< changes of the accelerator in the order of a request's tasks
};

/// First by how much limits are missed (energy over the budget; with Objective::energy lateness, summed over
/// requests), then by what is to be small.
struct Measure {
  double violation = kNever, cost = kNever;
  bool operator<(const Measure& other) const {
    return violation != other.violation ? violation < other.violation : cost < other.cost;
  }
  /// The same, by more than rounding.
  [[nodiscard]] bool clearly_below(const Measure& other) const {
    if (clearly_less(violation, other.violation)) return true;
    return nearly_equal(violation, other.violation) && clearly_less(cost, other.cost);
  }
};

/// Which accelerators tasks may go to when they are chosen in the order of tasks. A change that cannot be
/// avoided is allowed beyond the limit of transitions.
class Choices {
 public:
  Choices(const Problem& problem, std::uint32_t max_transitions);

  /// placeable_tasks().
  [[nodiscard]] const std::vector<PlanTaskId>& tasks() const { return tasks_; }
  /// Accelerators for the n-th of tasks(), ascending, when those before it are chosen. Valid until the next
  /// call.
  [[nodiscard]] std::span<const AcceleratorId> of(std::size_t n, const Mapping& where);

 private:
  const Problem* problem_;
  std::uint32_t max_transitions_;
  std::vector<PlanTaskId> tasks_;
  std::vector<std::vector<AcceleratorId>> supported_;  ///< by n
  std::vector<std::size_t> first_;                     ///< by n: the first of tasks() of the same request
  std::vector<AcceleratorId> only_;
};

/// Estimates mappings and keeps the best; of equal ones the first.
class Search {
 public:
  Search(const Problem& problem, const Goal& goal);

  [[nodiscard]] const Problem& problem() const { return *problem_; }
  [[nodiscard]] const Goal& goal() const { return goal_; }
  /// Estimates it; `priorities` as in Estimator::run().
  Measure attempt(const Mapping& where, const IdVector<PlanTaskId, double>& priorities = {});
  [[nodiscard]] const Measure& best_measure() const { return best_measure_; }
  [[nodiscard]] const Mapping& best_mapping() const { return best_; }
  [[nodiscard]] Plan best_plan(bool proved) const;
  /// Everything on one accelerator, each request where it takes least time as a whole, each task where it
  /// takes least time, and HEFT's choice: the task of the largest rank, where it ends first behind what is
  /// placed already.
  void attempt_simple();

 private:
  void attempt_earliest_finish();
  void attempt_whole(AcceleratorId accelerator);

  const Problem* problem_;
  Goal goal_;
  Estimator estimator_;
  Measure best_measure_;
  Mapping best_;
  Timing best_timing_;
};

}  // namespace hetsched::planning
