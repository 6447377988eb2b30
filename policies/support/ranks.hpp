/// \file
/// Priorities of tasks in static list scheduling, each as its paper defines it. All are O(tasks x
/// accelerators + tensors) but the cost tables, which are O(tensors x accelerators).
#pragma once

#include <cstdint>
#include <vector>

#include "support/plan_problem.hpp"

namespace hetsched::planning {

/// What a task and a tensor weigh in an upward rank.
///  - mean: means over accelerators that support the task, and over ways between two accelerators (Topcuoglu
///  et al.)
///  - worst, best: the time on the slowest (fastest) accelerator, and the transfer between those of both ends
///  - edp: the mean product of energy and time of the task; tensors weigh nothing
enum class RankBy { mean, worst, best, edp };

enum class Average { mean, median };

/// The mean time of each task over the accelerators that support it; 0 if none does.
std::vector<Seconds> average_times(const Problem& problem, Average average = Average::mean);

/// rank_u(t) = w(t) + max_s (c(t,s) + rank_u(s)).
std::vector<double> upward_ranks(const Problem& problem, RankBy by = RankBy::mean);
/// rank_d(t) = max_u (rank_d(u) + w(u) + c(u,t)), of means; 0 for entries. It is also the AEST of HCPT and
/// IPEFT.
std::vector<double> downward_ranks(const Problem& problem);
/// ALST(t) = min_s (ALST(s) - c(t,s)) - w(t), of means; an exit's is such that the longest path has no slack.
std::vector<double> latest_starts(const Problem& problem);
/// Which tasks lie on a longest path of means: AEST = ALST.
std::vector<bool> critical_tasks(const Problem& problem);
/// SL(t) = w(t) + max_s SL(s): the longest path without transfers.
std::vector<double> static_levels(const Problem& problem, Average average = Average::mean);

/// One number per task and accelerator.
class CostTable {
 public:
  CostTable(std::uint32_t tasks, std::uint32_t accelerators)
      : accelerators_(accelerators), cells_(std::size_t{tasks} * accelerators) {}
  double& at(std::uint32_t task, std::uint32_t accelerator) {
    return cells_[std::size_t{task} * accelerators_ + accelerator];
  }
  [[nodiscard]] double at(std::uint32_t task, std::uint32_t accelerator) const {
    return cells_[std::size_t{task} * accelerators_ + accelerator];
  }

 private:
  std::uint32_t accelerators_;
  std::vector<double> cells_;
};

/// What a transfer costs in an OCT: its mean, or its time between the two accelerators.
enum class Transfer { mean, pair };

/// OCT(t,p) = max_s min_q (OCT(s,q) + w(s,q) + (p = q ? 0 : c)); 0 for exits.
CostTable optimistic_costs(const Problem& problem, Transfer transfer = Transfer::mean);
/// The same, but only over critical successors where there are any (CNCT of IPEFT).
CostTable critical_costs(const Problem& problem, const std::vector<bool>& critical);
/// PCT(t,p) = max_s max_q (PCT(s,q) + w(s,q) + mean c); 0 for exits.
CostTable pessimistic_costs(const Problem& problem);
/// The mean of a task's row over the accelerators that support it.
std::vector<double> row_means(const Problem& problem, const CostTable& table);

/// All tasks by decreasing key; equal keys by id.
std::vector<std::uint32_t> by_decreasing(const std::vector<double>& keys);

}  // namespace hetsched::planning
