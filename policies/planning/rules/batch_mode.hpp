/// \file
/// Batch mode: ready tasks as a batch that is looked at anew after each placement; append only. O(v r p), r tasks ready
/// at once.
#pragma once

#include "planning/rules/rule.hpp"

namespace hetsched::planning {

/// Where a task finishes first, and how much later it would on the second best slot.
struct Offer {
  PlanTaskId task = PlanTaskId::none;
  Placement best;
  Seconds loss = kNever;  ///< kNever: there is no second
};

Offer offer(const Timetable& table, PlanTaskId task);

/// `before(a, b)`: does a go before b? Among equals the lower task does.
template <class Before>
Plan one_at_a_time(const Problem& problem, const Before& before) {
  Timetable table(problem, Gaps::none);
  ReadyTasks ready(table);
  while (!ready.empty()) {
    Offer next;
    for (const PlanTaskId task : ready.all()) {
      const Offer made = offer(table, task);
      if (next.task == PlanTaskId::none || before(made, next)) next = made;
    }
    ready.place(table, next.task, next.best);
  }
  return table.plan();
}

/// Ibarra and Kim 1977, Maheswaran et al. 1999: the ready task with the least (largest) earliest finish goes where it
/// has that.
inline Plan min_min(const Problem& problem) {
  return one_at_a_time(problem, [](const Offer& a, const Offer& b) { return clearly_less(a.best.end, b.best.end); });
}
inline Plan max_min(const Problem& problem) {
  return one_at_a_time(problem, [](const Offer& a, const Offer& b) { return clearly_less(b.best.end, a.best.end); });
}

constexpr std::string_view kBatchModeComplexity = "per request: tasks x ready x A x inputs";
constexpr std::string_view kBatchModeSource =
    "Ibarra, Kim, J. ACM 24(2), 1977; Braun et al., J. Parallel Distrib. Comput. 61(6), 2001";

}  // namespace hetsched::planning
