// MCT, MET, OLB: each task in turn, without a look at others.
#include "support/list_scheduling.hpp"
#include "support/timetable.hpp"
#include "support/tolerance.hpp"

namespace hetsched::planning {
namespace {

/// Places tasks by id where `key_of(table, task, accelerator)` is least (ties: lowest index).
template <class KeyOf>
Plan one_after_the_other(const Problem& problem, bool insertion, const KeyOf& key_of) {
  Timetable table(problem, insertion);
  for (std::uint32_t task = 0; task < problem.size(); ++task) {
    if (!table.placeable(task)) continue;
    std::uint32_t best = kNone;
    double least = kNever;
    for (std::uint32_t p = 0; p < problem.accelerators(); ++p) {
      if (!problem.runs_on(task, p)) continue;
      const double key = key_of(table, task, p);
      if (best != kNone && !less(key, least)) continue;
      best = p;
      least = key;
    }
    table.place(task, table.earliest(task, best));
  }
  return table.plan();
}

}  // namespace

Plan mct(const Problem& problem, bool insertion) {
  return one_after_the_other(problem, insertion, [](const Timetable& table, std::uint32_t task, std::uint32_t p) {
    return table.earliest(task, p).end;
  });
}

Plan met(const Problem& problem, bool insertion) {
  return one_after_the_other(problem, insertion, [](const Timetable& table, std::uint32_t task, std::uint32_t p) {
    return table.problem().time(task, p);
  });
}

Plan olb(const Problem& problem) {
  return one_after_the_other(problem, false,
                             [](const Timetable& table, std::uint32_t, std::uint32_t p) { return table.available(p); });
}

}  // namespace hetsched::planning
