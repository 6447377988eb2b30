#include "support/timetable.hpp"

#include <algorithm>

#include "support/tolerance.hpp"

namespace hetsched::planning {
namespace {

bool runs_anywhere(const Problem& problem, std::uint32_t task) {
  for (const Seconds time : problem.times(task))
    if (time < kNever) return true;
  return false;
}

/// Does a task fit before what comes next? Rounding must not keep it out of a gap of exactly its length.
bool fits(Seconds start, Seconds time, Seconds next) {
  return start + time - next <= kTolerance * time + 1e-14 * (start + time);
}

bool before(const Interval& x, const Interval& y) { return x.start != y.start ? x.start < y.start : x.end < y.end; }

}  // namespace

Timetable::Timetable(const Problem& problem, bool insertion)
    : problem_(&problem), insertion_(insertion), plan_(problem.size()), rows_(problem.busy) {}

bool Timetable::placeable(std::uint32_t task) const {
  for (const PlanEdge& edge : problem_->tasks[task].inputs)
    if (!placed(edge.task)) return false;
  return runs_anywhere(*problem_, task);
}

Seconds Timetable::inputs_there(std::uint32_t task, std::uint32_t accelerator) const {
  const PlanTask& what = problem_->tasks[task];
  Seconds there = what.release;
  if (!what.inputs_there.empty()) there = std::max(there, what.inputs_there[accelerator]);
  for (const PlanEdge& edge : what.inputs) {
    const Placement& from = plan_[edge.task];
    if (from.accelerator == kNone) continue;
    there = std::max(there, from.end + problem_->transfer(edge.bytes, from.accelerator, accelerator));
  }
  return there;
}

Placement Timetable::earliest(std::uint32_t task, std::uint32_t accelerator, Seconds from) const {
  const Seconds time = problem_->time(task, accelerator);
  const std::vector<Interval>& row = rows_[accelerator];
  Seconds start = from;
  if (insertion_) {
    auto next = std::partition_point(row.begin(), row.end(), [&](const Interval& i) { return i.end <= from; });
    for (; next != row.end() && !fits(start, time, next->start); ++next) start = std::max(start, next->end);
  } else {
    start = std::max(start, available(accelerator));
  }
  return {accelerator, start, start + time};
}

Placement Timetable::earliest_finish(std::uint32_t task) const {
  Placement best;
  for (std::uint32_t p = 0; p < problem_->accelerators(); ++p) {
    if (!problem_->runs_on(task, p)) continue;
    const Placement here = earliest(task, p);
    if (less(here.end, best.end)) best = here;
  }
  return best;
}

void Timetable::place(std::uint32_t task, const Placement& placement) {
  plan_[task] = placement;
  std::vector<Interval>& row = rows_[placement.accelerator];
  const Interval interval{placement.start, placement.end};
  row.insert(std::upper_bound(row.begin(), row.end(), interval, before), interval);
}

void Timetable::remove(std::uint32_t task) {
  const Placement placement = std::exchange(plan_[task], Placement{});
  std::vector<Interval>& row = rows_[placement.accelerator];
  row.erase(std::lower_bound(row.begin(), row.end(), Interval{placement.start, placement.end}, before));
}

ReadyTasks::ReadyTasks(const Timetable& table) {
  const Problem& problem = table.problem();
  missing_.resize(problem.size());
  for (std::uint32_t t = 0; t < problem.size(); ++t) {
    missing_[t] = static_cast<std::uint32_t>(problem.tasks[t].inputs.size());
    if (missing_[t] == 0) add(problem, t);
  }
}

void ReadyTasks::place(Timetable& table, std::uint32_t task, const Placement& placement) {
  table.place(task, placement);
  ready_.erase(std::lower_bound(ready_.begin(), ready_.end(), task));
  for (const PlanEdge& edge : table.problem().tasks[task].outputs)
    if (--missing_[edge.task] == 0) add(table.problem(), edge.task);
}

void ReadyTasks::add(const Problem& problem, std::uint32_t task) {
  if (runs_anywhere(problem, task)) ready_.insert(std::lower_bound(ready_.begin(), ready_.end(), task), task);
}

}  // namespace hetsched::planning
