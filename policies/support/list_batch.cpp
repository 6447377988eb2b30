// Min-min, max-min, sufferage, duplex: ready tasks as a batch that is looked at anew after each placement.
#include <algorithm>
#include <utility>

#include "support/list_scheduling.hpp"
#include "support/timetable.hpp"
#include "support/tolerance.hpp"

namespace hetsched::planning {
namespace {

/// Where a task finishes first, and how much later it would on the second best accelerator.
struct Offer {
  std::uint32_t task = kNone;
  Placement best;
  Seconds loss = kNever;  ///< kNever: there is no second
};

Offer offer(const Timetable& table, std::uint32_t task) {
  Offer made{task, {}, kNever};
  Seconds second = kNever;
  for (std::uint32_t p = 0; p < table.problem().accelerators(); ++p) {
    if (!table.problem().runs_on(task, p)) continue;
    const Placement here = table.earliest(task, p);
    if (less(here.end, made.best.end)) {
      second = std::exchange(made.best, here).end;
    } else {
      second = std::min(second, here.end);
    }
  }
  if (second < kNever) made.loss = second - made.best.end;
  return made;
}

/// `before(a, b)`: does a go before b? Among equals the lower id does.
template <class Before>
Plan one_at_a_time(const Problem& problem, const Before& before) {
  Timetable table(problem, false);
  ReadyTasks ready(table);
  while (!ready.empty()) {
    Offer next;
    for (const std::uint32_t task : ready.all()) {
      const Offer made = offer(table, task);
      if (next.task == kNone || before(made, next)) next = made;
    }
    ready.place(table, next.task, next.best);
  }
  return table.plan();
}

bool loses_more(const Offer& a, const Offer& b) {
  if (a.loss == kNever && b.loss == kNever) return less(a.best.end, b.best.end);
  return less(b.loss, a.loss, std::max(a.best.end, b.best.end));
}

Plan in_passes(const Problem& problem) {
  Timetable table(problem, false);
  ReadyTasks ready(table);
  while (!ready.empty()) {
    std::vector<Offer> holders(problem.accelerators());
    for (const std::uint32_t task : ready.all()) {
      const Offer made = offer(table, task);
      Offer& holder = holders[made.best.accelerator];
      if (holder.task == kNone || loses_more(made, holder)) holder = made;
    }
    for (const Offer& holder : holders)
      if (holder.task != kNone) ready.place(table, holder.task, holder.best);
  }
  return table.plan();
}

}  // namespace

Plan min_min(const Problem& problem) {
  return one_at_a_time(problem, [](const Offer& a, const Offer& b) { return less(a.best.end, b.best.end); });
}

Plan max_min(const Problem& problem) {
  return one_at_a_time(problem, [](const Offer& a, const Offer& b) { return less(b.best.end, a.best.end); });
}

Plan sufferage(const Problem& problem, Sufferage mode) {
  return mode == Sufferage::pass ? in_passes(problem) : one_at_a_time(problem, loses_more);
}

Plan duplex(const Problem& problem) {
  Plan least = min_min(problem), most = max_min(problem);
  return less(makespan(most), makespan(least)) ? most : least;
}

}  // namespace hetsched::planning
