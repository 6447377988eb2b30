#include "planning/timetable.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

namespace hetsched::planning {
namespace {

/// Does a task fit before what comes next? Rounding must not keep it out of a gap of exactly its length.
bool fits(Seconds start, Seconds time, Seconds next) {
  return start + time - next <= kTolerance * time + 1e-14 * (start + time);
}

bool before(const Interval& x, const Interval& y) { return x.start != y.start ? x.start < y.start : x.end < y.end; }

}  // namespace

Timetable::Timetable(const Problem& problem, Gaps gaps)
    : problem_(&problem), gaps_(gaps), ends_(problem.slots.size()), starts_(problem.accelerators.size()) {
  plan_.tasks.resize(problem.size());
  for (const PlanSlot& slot : problem.slots) {
    rows_.push_back(slot.promised);
    if (!counts_switches(slot.accelerator)) continue;
    for (const Interval& promised : slot.promised)
      starts_[slot.accelerator].push_back({promised.start, 0, promised.model});
  }
  for (std::vector<Start>& starts : starts_) {
    std::vector<std::size_t> order(starts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto at = [&](std::size_t i) { return starts[i].at; };
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return at(i) < at(j); });
    settle_ties(
        order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return clearly_less(at(i), at(j)); },
        std::less<>());
    std::vector<Start> sorted;
    for (const std::size_t i : order) {
      sorted.push_back(starts[i]);
      if (sorted.size() > 1 && nearly_equal(std::prev(sorted.end(), 2)->at, at(i)))
        sorted.back().at = std::prev(sorted.end(), 2)->at;
    }
    starts = std::move(sorted);
  }
}

bool Timetable::placeable(PlanTaskId task) const {
  for (const PlanEdge& edge : problem_->tasks[task].inputs)
    if (!placed(edge.task)) return false;
  return problem_->runs_anywhere(task);
}

Seconds Timetable::inputs_exist(PlanTaskId task) const {
  Seconds exist = problem_->tasks[task].release;
  for (const PlanEdge& edge : problem_->tasks[task].inputs) exist = std::max(exist, plan_.tasks[edge.task].end);
  return exist;
}

Seconds Timetable::inputs_there(PlanTaskId task, AcceleratorId accelerator) const {
  const PlanTask& what = problem_->tasks[task];
  Seconds there = problem_->released(what, accelerator);
  for (const PlanEdge& edge : what.inputs) {
    const Placement& from = plan_.tasks[edge.task];
    if (from.placed()) there = std::max(there, from.end + problem_->transfer(edge, from.accelerator, accelerator));
  }
  return there;
}

Placement Timetable::earliest(PlanTaskId task, SlotId slot, Seconds from) const {
  const AcceleratorId a = problem_->accelerator(slot);
  const bool switches = counts_switches(a), shared = problem_->sharing != Sharing::none;
  const std::vector<Interval>& row = rows_[slot];
  Seconds start = from;
  if (gaps_ == Gaps::none) start = std::max(start, available(slot));
  if (gaps_ == Gaps::promised && !ends_[slot].empty()) start = std::max(start, ends_[slot].back());
  const auto not_over = [&](const Interval& i) { return i.end <= start; };
  auto next = std::partition_point(row.begin(), row.end(), not_over);
  for (;;) {
    Seconds time = problem_->time(task, slot);
    if (switches && switches_at(task, a, start)) time += problem_->accelerators[a].switch_time;
    if (shared) time = with_contention(task, a, start, time);
    if (next != row.end() && !fits(start, time, next->start)) {
      start = std::max(start, next->end);
      ++next;
      continue;
    }
    const Seconds disturbed = switches ? start_disturbed(task, a, start) : kNever;
    if (disturbed == kNever) return {a, slot, start, start + time};
    // Behind it: if it starts at the same time, by so much that they do not tie.
    const Seconds behind = disturbed + 4 * kTolerance * std::max(disturbed, time);
    start = clearly_less(start, disturbed, time) ? disturbed : std::max(behind, std::nextafter(start, kNever));
    next = std::partition_point(row.begin(), row.end(), not_over);
  }
}

Joules Timetable::energy(PlanTaskId task, const Placement& placement) const {
  const AcceleratorId a = placement.accelerator;
  const Joules own = problem_->cost(task, a).energy;
  return counts_switches(a) && switches_at(task, a, placement.start) ? own + problem_->accelerators[a].switch_energy
                                                                     : own;
}

Timetable::Start Timetable::start_of(PlanTaskId task, AcceleratorId a, Seconds at) const {
  const Start own{at, 1 + std::uint64_t{index_of(task)}, problem_->tasks[task].model};
  const std::vector<Start>& starts = starts_[a];
  const auto next = std::lower_bound(starts.begin(), starts.end(), own);
  const auto ties = [&](const Start& other) {
    const Seconds time = problem_->time(task, a);
    return nearly_equal(other.at, at, time);
  };
  if (next != starts.begin() && ties(*std::prev(next))) return {std::prev(next)->at, own.turn, own.model};
  return next != starts.end() && ties(*next) ? Start{next->at, own.turn, own.model} : own;
}

/// Would it be preceded by a switch?
bool Timetable::switches_at(PlanTaskId task, AcceleratorId a, Seconds start) const {
  const Start own = start_of(task, a, start);
  const auto after = std::upper_bound(starts_[a].begin(), starts_[a].end(), own);
  return problem_->is_switch(a, model_before(a, after), own.model);
}

/// When what comes next starts, if it needs a switch only because the task comes before it; else kNever.
Seconds Timetable::start_disturbed(PlanTaskId task, AcceleratorId a, Seconds start) const {
  const Start own = start_of(task, a, start);
  const auto after = std::upper_bound(starts_[a].begin(), starts_[a].end(), own);
  if (after == starts_[a].end()) return kNever;
  const bool switches_now = problem_->is_switch(a, model_before(a, after), after->model);
  return !switches_now && problem_->is_switch(a, own.model, after->model) ? after->at : kNever;
}

/// What `time` becomes if the memory is not enough for all that is placed meanwhile.
Seconds Timetable::with_contention(PlanTaskId task, AcceleratorId a, Seconds start, Seconds time) const {
  const MemoryId memory = problem_->accelerators[a].memory;
  const bool modelled = problem_->has_model(memory);
  const auto demand = [&](PlanTaskId t, AcceleratorId on) {
    const TaskCost& cost = problem_->cost(t, on);
    if (modelled) return cost.demand;
    return cost.time > 0 ? cost.traffic / cost.time : 0;
  };
  const double bandwidth = problem_->memory_bandwidths[memory], own = demand(task, a);
  if (!(bandwidth < kNever) || !(own > 0)) return time;
  if (modelled) return with_model(task, a, start, time);
  std::vector<std::pair<Seconds, double>> changes;  // of what others need
  for (const PlanTaskId t : problem_->tasks.ids()) {
    const Placement& other = plan_.tasks[t];
    if (!other.placed() || problem_->accelerators[other.accelerator].memory != memory || other.end <= start) continue;
    changes.emplace_back(std::max(other.start, start), demand(t, other.accelerator));
    changes.emplace_back(other.end, -demand(t, other.accelerator));
  }
  std::sort(changes.begin(), changes.end());
  Seconds now = start, left = time;
  double needed = own;
  for (const auto& [at, change] : changes) {
    const double speed = std::min(1.0, bandwidth / needed);
    if ((at - now) * speed >= left) break;
    left -= (at - now) * speed;
    now = at;
    needed += change;
  }
  return now - start + left / std::min(1.0, bandwidth / needed);
}

/// The same where the platform says how those who use the memory at once slow each other down.
Seconds Timetable::with_model(PlanTaskId task, AcceleratorId a, Seconds start, Seconds time) const {
  const MemoryId memory = problem_->accelerators[a].memory;
  const auto demand = [&](PlanTaskId t, AcceleratorId on) {
    return MemoryDemand{problem_->accelerators[on].kind, problem_->cost(t, on).demand};
  };
  std::vector<std::tuple<Seconds, bool, PlanTaskId>> changes;  // who leaves (false) and joins, in this order at ties
  for (const PlanTaskId t : problem_->tasks.ids()) {
    const Placement& other = plan_.tasks[t];
    if (!other.placed() || problem_->accelerators[other.accelerator].memory != memory || other.end <= start) continue;
    changes.emplace_back(std::max(other.start, start), true, t);
    changes.emplace_back(other.end, false, t);
  }
  std::sort(changes.begin(), changes.end());
  std::vector<PlanTaskId> beside;
  const auto speed = [&] {
    std::vector<MemoryDemand> demands{demand(task, a)};
    for (const PlanTaskId t : beside) demands.push_back(demand(t, plan_.tasks[t].accelerator));
    std::vector<double> rates(demands.size());
    problem_->co_run->rates(memory, demands, rates);
    return std::min(1.0, rates[0] / std::min(demands[0].wanted, problem_->memory_bandwidths[memory]));
  };
  Seconds now = start, left = time;
  for (const auto& [at, joins, other] : changes) {
    const double slower = speed();
    if ((at - now) * slower >= left) return now - start + left / slower;
    left -= (at - now) * slower;
    now = at;
    if (joins)
      beside.push_back(other);
    else
      std::erase(beside, other);
  }
  return now - start + left / speed();
}

void Timetable::place(PlanTaskId task, const Placement& placement) {
  plan_.tasks[task] = placement;
  if (!placement.placed()) return;
  std::vector<Interval>& row = rows_[placement.slot];
  const Interval interval{placement.start, placement.end, problem_->tasks[task].model};
  row.insert(std::upper_bound(row.begin(), row.end(), interval, before), interval);
  if (gaps_ == Gaps::promised) ends_[placement.slot].push_back(placement.end);
  if (!counts_switches(placement.accelerator)) return;
  std::vector<Start>& starts = starts_[placement.accelerator];
  const Start own = start_of(task, placement.accelerator, placement.start);
  starts.insert(std::upper_bound(starts.begin(), starts.end(), own), own);
}

void Timetable::remove(PlanTaskId task) {
  const Placement placement = std::exchange(plan_.tasks[task], Placement{});
  if (!placement.placed()) return;
  std::vector<Interval>& row = rows_[placement.slot];
  row.erase(std::lower_bound(row.begin(), row.end(), Interval{placement.start, placement.end}, before));
  if (gaps_ == Gaps::promised) ends_[placement.slot].pop_back();
  if (!counts_switches(placement.accelerator)) return;
  std::vector<Start>& starts = starts_[placement.accelerator];
  const std::uint64_t turn = start_of(task, placement.accelerator, placement.start).turn;
  starts.erase(std::find_if(starts.begin(), starts.end(), [&](const Start& start) { return start.turn == turn; }));
}

ReadyTasks::ReadyTasks(const Timetable& table) {
  const Problem& problem = table.problem();
  for (const PlanTaskId t : problem.tasks.ids())
    if (missing_.push_back(problem.tasks[t].inputs.size()); missing_[t] == 0) add(problem, t);
}

void ReadyTasks::place(Timetable& table, PlanTaskId task, const Placement& placement) {
  table.place(task, placement);
  ready_.erase(std::lower_bound(ready_.begin(), ready_.end(), task));
  if (!placement.placed()) return;
  for (const PlanEdge& edge : table.problem().tasks[task].outputs)
    if (--missing_[edge.task] == 0) add(table.problem(), edge.task);
}

void ReadyTasks::add(const Problem& problem, PlanTaskId task) {
  if (problem.runs_anywhere(task)) ready_.insert(std::lower_bound(ready_.begin(), ready_.end(), task), task);
}

}  // namespace hetsched::planning
