/// \file
/// Priorities of tasks in static list scheduling, each as its paper defines it. All are O(tasks x slots + tensors)
/// but the cost tables, which are O(tensors x slots^2). Means are over slots: an accelerator with two of them counts
/// twice.
#pragma once

#include "planning/problem.hpp"

namespace hetsched::planning {

/// A number for each task.
using ByTask = IdVector<PlanTaskId, double>;

/// What a task and a tensor weigh in an upward rank.
///  - mean: means over slots that support the task, and over ways between two slots (Topcuoglu et al.)
///  - worst, best: the time on the slowest (fastest) accelerator, and the transfer between those of both ends
///  - edp: the mean product of energy and time of the task; tensors weigh nothing
enum class RankBy : std::uint8_t { mean, worst, best, edp };

enum class Average : std::uint8_t { mean, median };

/// The mean time of each task over the slots that support it; 0 if none does.
ByTask average_times(const Problem& problem, Average average = Average::mean);

/// rank_u(t) = w(t) + max_s (c(t,s) + rank_u(s)).
ByTask upward_ranks(const Problem& problem, RankBy by = RankBy::mean);
/// rank_d(t) = max_u (rank_d(u) + w(u) + c(u,t)), of means; 0 for entries. It is also the AEST of HCPT and IPEFT.
ByTask downward_ranks(const Problem& problem);
/// ALST(t) = min_s (ALST(s) - c(t,s)) - w(t), of means; an exit's is such that the longest path has no slack.
ByTask latest_starts(const Problem& problem);
/// Which tasks lie on a longest path of means: AEST = ALST.
IdVector<PlanTaskId, bool> critical_tasks(const Problem& problem);
/// SL(t) = w(t) + max_s SL(s): the longest path without transfers.
ByTask static_levels(const Problem& problem, Average average = Average::mean);

/// One number per task and slot.
class CostTable {
 public:
  CostTable(std::size_t tasks, std::size_t slots) : slots_(slots), cells_(tasks * slots) {}
  double& at(PlanTaskId task, SlotId slot) { return cells_[index_of(task) * slots_ + index_of(slot)]; }
  [[nodiscard]] double at(PlanTaskId task, SlotId slot) const {
    return cells_[index_of(task) * slots_ + index_of(slot)];
  }

 private:
  std::size_t slots_;
  std::vector<double> cells_;
};

/// What a transfer costs in an OCT: its mean, or its time between the two accelerators.
enum class Transfer : std::uint8_t { mean, pair };

/// OCT(t,p) = max_s min_q (OCT(s,q) + w(s,q) + (p = q ? 0 : c)); 0 for exits.
CostTable optimistic_costs(const Problem& problem, Transfer transfer = Transfer::mean);
/// The same, but only over critical successors where there are any (CNCT of IPEFT).
CostTable critical_costs(const Problem& problem, const IdVector<PlanTaskId, bool>& critical);
/// PCT(t,p) = max_s max_q (PCT(s,q) + w(s,q) + mean c); 0 for exits.
CostTable pessimistic_costs(const Problem& problem);
/// The mean of a task's row over the slots that support it.
ByTask row_means(const Problem& problem, const CostTable& table);

/// All tasks by decreasing key; equal keys by id.
std::vector<PlanTaskId> by_decreasing(const ByTask& keys);
/// All tasks as they are.
std::vector<PlanTaskId> in_order(const Problem& problem);

/// The list of HCPT: critical tasks by earliest start, each behind those it needs (smallest latest start first).
std::vector<PlanTaskId> critical_parents_order(const Problem& problem);

}  // namespace hetsched::planning
