#include <algorithm>
#include <utility>

#include "planning/rules/batch_mode.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

/// One that only one slot runs loses infinitely; among such the least finish goes first.
bool loses_more(const Offer& a, const Offer& b) {
  if (a.loss == kNever && b.loss == kNever) return clearly_less(a.best.end, b.best.end);
  return clearly_less(b.loss, a.loss, std::max(a.best.end, b.best.end));
}

/// In each pass every task asks for its best slot, and the one with the largest loss gets it.
Plan in_passes(const Problem& problem) {
  Timetable table(problem, Gaps::none);
  ReadyTasks ready(table);
  while (!ready.empty()) {
    IdVector<SlotId, Offer> holders(problem.slots.size());
    for (const PlanTaskId task : std::vector(ready.all())) {
      const Offer made = offer(table, task);
      if (!made.best.placed()) {
        ready.place(table, task, made.best);
        continue;
      }
      Offer& holder = holders[made.best.slot];
      if (holder.task == PlanTaskId::none || loses_more(made, holder)) holder = made;
    }
    for (const Offer& holder : holders)
      if (holder.task != PlanTaskId::none)  // again, as others were placed on its accelerator meanwhile
        ready.place(table, holder.task, table.earliest(holder.task, holder.best.slot));
  }
  return table.plan();
}

}  // namespace

Offer offer(const Timetable& table, PlanTaskId task) {
  Offer made{task, {}, kNever};
  Seconds second = kNever;
  for (const SlotId p : table.problem().slots.ids()) {
    if (!table.problem().runs_on(task, p)) continue;
    const Placement here = table.earliest(task, p);
    if (clearly_less(here.end, made.best.end)) {
      second = std::exchange(made.best, here).end;
    } else {
      second = std::min(second, here.end);
    }
  }
  if (second < kNever) made.loss = second - made.best.end;
  return made;
}

Rule sufferage() {
  return {
      .name = "sufferage",
      .summary = "the ready task that would lose most by its second best accelerator is placed first; a static plan",
      .source = "Maheswaran et al., J. Parallel Distrib. Comput. 59(2), 1999",
      .complexity = kBatchModeComplexity,
      .verified_by = "an independent implementation on two published graphs: 76, 138; a 5 x 2 matrix: 18 (both modes)",
      .ties =
          "a task that only one accelerator runs would lose all, and goes before others; of several such tasks "
          "the one that finishes first; ties as in heft",
      .options = {{"mode",
                   {"reeval", "pass"},
                   0,
                   "look at all tasks anew after each placement, or place one task per accelerator in each pass, "
                   "where who loses more displaces who loses less (the paper)"}},
      .plan = [](const Problem& problem, const Settings& settings) {
        return settings[0] == 0 ? one_at_a_time(problem, loses_more) : in_passes(problem);
      }};
}

}  // namespace hetsched::planning
