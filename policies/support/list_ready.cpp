// DLS, GDL, ETF, EFT-ready, Graham's list: at each step the best pair of a ready task and an accelerator.
#include <algorithm>

#include "support/list_scheduling.hpp"
#include "support/timetable.hpp"
#include "support/tolerance.hpp"

namespace hetsched::planning {
namespace {

/// The pair with the least first key is placed; ties: least second key. `scale`: of the terms of the first
/// key.
struct Key {
  double first = kNever, second = kNever, scale = 0;

  [[nodiscard]] bool before(const Key& other) const {
    const double larger = std::max(scale, other.scale);
    if (less(first, other.first, larger)) return true;
    return equal(first, other.first, larger) && less(second, other.second);
  }
};

template <class KeyOf>
Plan by_pairs(const Problem& problem, const KeyOf& key_of) {
  Timetable table(problem, false);
  ReadyTasks ready(table);
  while (!ready.empty()) {
    std::uint32_t next = kNone;
    Placement where;
    Key best;
    for (const std::uint32_t task : ready.all())
      for (std::uint32_t p = 0; p < problem.accelerators(); ++p) {
        if (!problem.runs_on(task, p)) continue;
        const Placement here = table.earliest(task, p);
        const Key key = key_of(task, here);
        if (next != kNone && !key.before(best)) continue;
        next = task;
        where = here;
        best = key;
      }
    ready.place(table, next, where);
  }
  return table.plan();
}

/// How much slower than on the best way to go on does the heaviest child run, if the task runs on p?
double descendant_term(const Problem& problem, const std::vector<Seconds>& average, std::uint32_t task,
                       std::uint32_t p) {
  const PlanEdge* heaviest = nullptr;
  for (const PlanEdge& edge : problem.tasks[task].outputs)
    if (heaviest == nullptr || edge.bytes > heaviest->bytes ||
        (edge.bytes == heaviest->bytes && edge.task < heaviest->task))
      heaviest = &edge;
  if (heaviest == nullptr) return 0;
  Seconds least = kNever;
  for (std::uint32_t q = 0; q < problem.accelerators(); ++q)
    least = std::min(least, problem.transfer(heaviest->bytes, p, q) + problem.time(heaviest->task, q));
  return least < kNever ? average[heaviest->task] - least : 0;
}

Plan by_dynamic_level(const Problem& problem, Average average, bool descendants) {
  const std::vector<double> level = static_levels(problem, average);
  const std::vector<Seconds> times = average_times(problem, average);
  return by_pairs(problem, [&](std::uint32_t task, const Placement& here) {
    const double faster = times[task] - problem.time(task, here.accelerator);
    const double after = descendants ? descendant_term(problem, times, task, here.accelerator) : 0;
    return Key{here.start - level[task] - faster - after, 0, std::max(here.start, level[task])};
  });
}

}  // namespace

Plan dls(const Problem& problem, Average average) { return by_dynamic_level(problem, average, false); }

Plan gdl(const Problem& problem, Average average) { return by_dynamic_level(problem, average, true); }

Plan etf(const Problem& problem) {
  const std::vector<double> level = static_levels(problem);
  return by_pairs(problem, [&](std::uint32_t task, const Placement& here) { return Key{here.start, -level[task]}; });
}

Plan eft_ready(const Problem& problem) {
  return by_pairs(problem, [](std::uint32_t, const Placement& here) { return Key{here.end, 0}; });
}

Plan list_in_order(const Problem& problem, std::span<const std::uint32_t> order) {
  std::vector<double> turn(problem.size());
  for (std::size_t i = 0; i < order.size(); ++i) turn[order[i]] = static_cast<double>(i);
  return by_pairs(problem, [&](std::uint32_t task, const Placement& here) { return Key{here.start, turn[task]}; });
}

}  // namespace hetsched::planning
