#include "support/branch_and_bound.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "support/lower_bounds.hpp"
#include "support/mapping_rules.hpp"
#include "support/mapping_search.hpp"
#include "support/tolerance.hpp"

namespace hetsched::mapping {
namespace {

/// A task placed on a slot of an accelerator.
struct Placement {
  std::uint32_t task = kNone, accelerator = kNone, slot = 0;
  Seconds start = 0, end = kNever;
  Seconds bound = kNever;  ///< of the end of everything
};

/// A schedule that grows at its end.
class Schedule {
 public:
  explicit Schedule(const MappingProblem& problem)
      : problem_(problem),
        tasks_(placeable_tasks(problem)),
        where(problem.size(), kNone),
        start(problem.size(), kNever),
        end(problem.size(), kNever),
        missing_(problem.size(), 0) {
    for (const Server& server : problem.servers) free_at.push_back(server.free_at);
    for (const std::uint32_t t : tasks_) missing_[t] = static_cast<std::uint32_t>(problem.tasks[t].inputs.size());
    for (const Request& request : problem.requests) makespan = std::max(makespan, request.finish);
  }

  [[nodiscard]] const std::vector<std::uint32_t>& tasks() const { return tasks_; }
  [[nodiscard]] bool is_ready(std::uint32_t task) const { return where[task] == kNone && missing_[task] == 0; }
  [[nodiscard]] bool complete() const { return placed_ == tasks_.size(); }

  /// Where it would start and end on the slot that is free first.
  [[nodiscard]] Placement at_earliest(std::uint32_t task, std::uint32_t accelerator) const {
    const std::vector<Seconds>& slots = free_at[accelerator];
    Placement p{task, accelerator, 0, 0, kNever, kNever};
    if (!problem_.runs_on(task, accelerator)) return p;
    p.slot = static_cast<std::uint32_t>(std::min_element(slots.begin(), slots.end()) - slots.begin());
    const Task& t = problem_.tasks[task];
    p.start = std::max({slots[p.slot], t.release, t.inputs_there.empty() ? 0 : t.inputs_there[accelerator]});
    for (const Input& input : t.inputs)
      p.start = std::max(p.start, end[input.task] + problem_.delay(input, where[input.task], accelerator));
    const Seconds time = problem_.time(task, accelerator);
    for (const Reserved& other : problem_.servers[accelerator].reserved)
      if (other.end > p.start && p.start + time - other.start > planning::kTolerance * time)
        p.start = std::max(p.start, other.end);
    p.end = p.start + time;
    return p;
  }

  struct Before {
    Seconds slot = 0, makespan = 0;
  };
  Before place(const Placement& p) {
    const Before before{free_at[p.accelerator][p.slot], makespan};
    where[p.task] = p.accelerator;
    start[p.task] = p.start;
    end[p.task] = p.end;
    free_at[p.accelerator][p.slot] = p.end;
    makespan = std::max(makespan, p.end);
    for (const std::uint32_t next : problem_.tasks[p.task].outputs) --missing_[next];
    ++placed_;
    return before;
  }
  void remove(const Placement& p, const Before& before) {
    --placed_;
    for (const std::uint32_t next : problem_.tasks[p.task].outputs) ++missing_[next];
    where[p.task] = kNone;
    free_at[p.accelerator][p.slot] = before.slot;
    makespan = before.makespan;
  }

 private:
  const MappingProblem& problem_;
  std::vector<std::uint32_t> tasks_;  ///< that can be placed

 public:
  Mapping where;
  std::vector<Seconds> start, end;            ///< by task
  std::vector<std::vector<Seconds>> free_at;  ///< by accelerator and slot
  Seconds makespan = 0;

 private:
  std::vector<std::uint32_t> missing_;  ///< by task: inputs not placed
  std::size_t placed_ = 0;
};

class BranchAndBound {
 public:
  BranchAndBound(const MappingProblem& problem, std::uint64_t max_nodes)
      : problem_(problem), nodes_left_(max_nodes), schedule_(problem) {
    for (std::uint32_t i = 0; i < schedule_.tasks().size(); ++i) {
      const std::uint32_t t = schedule_.tasks()[i];
      Seconds least = kNever;
      for (std::uint32_t a = 0; a < problem.accelerators(); ++a) least = std::min(least, problem.time(t, a));
      least_.push_back(least);
      work_left_ += least;
    }
    for (const Server& server : problem.servers) slots_ += static_cast<double>(server.free_at.size());
    set_tails();
  }

  Plan run() {
    list_schedule(true);
    list_schedule(false);
    const Seconds bound = lower_bound(problem_);
    if (best_ > bound * (1 + 1e-12))
      plans_by_rules(problem_, [&](const planning::Plan& plan) {
        replay(plan);
        return best_ > bound * (1 + 1e-12);
      });
    const bool small = schedule_.tasks().size() <= 64 && best_ < kNever;
    plan_.proved = best_ <= bound * (1 + 1e-12) || (small && descend());
    return std::move(plan_);
  }

 private:
  /// The least time from the end of a task on an accelerator to the end of all that needs it, delays
  /// included.
  void set_tails() {
    const std::uint32_t accelerators = problem_.accelerators();
    tails_.assign(std::size_t{problem_.size()} * accelerators, 0);
    for (auto t = schedule_.tasks().rbegin(); t != schedule_.tasks().rend(); ++t)
      for (const Input& input : problem_.tasks[*t].inputs)
        for (std::uint32_t from = 0; from < accelerators; ++from) {
          Seconds least = kNever;
          for (std::uint32_t to = 0; to < accelerators; ++to)
            if (problem_.runs_on(*t, to))
              least = std::min(least, problem_.delay(input, from, to) + problem_.time(*t, to) + tail(*t, to));
          Seconds& so_far = tails_[std::size_t{input.task} * accelerators + from];
          so_far = std::max(so_far, least);
        }
  }
  [[nodiscard]] Seconds tail(std::uint32_t task, std::uint32_t accelerator) const {
    return tails_[std::size_t{task} * problem_.accelerators() + accelerator];
  }

  /// Where the task ends first, or where it and the least of what comes after it does.
  [[nodiscard]] Placement best_place(std::uint32_t task, bool with_tail) const {
    Placement best;
    for (std::uint32_t a = 0; a < problem_.accelerators(); ++a) {
      Placement p = schedule_.at_earliest(task, a);
      if (!(p.end < kNever)) continue;
      p.bound = p.end + tail(task, a);
      const auto key = [&](const Placement& x) { return with_tail ? x.bound : x.end; };
      if (best.accelerator == kNone || key(p) < key(best)) best = p;
    }
    return best;
  }

  /// Ready tasks by the longest way to the end.
  void list_schedule(bool with_tail) {
    std::vector<std::pair<Placement, Schedule::Before>> done;
    while (!schedule_.complete()) {
      Placement next;
      for (const std::uint32_t t : schedule_.tasks()) {
        if (!schedule_.is_ready(t)) continue;
        const Placement p = best_place(t, with_tail);
        if (next.task == kNone || length(t) > length(next.task)) next = p.task == kNone ? Placement{t} : p;
      }
      if (next.accelerator == kNone) break;  // nothing leads there
      done.emplace_back(next, schedule_.place(next));
    }
    keep_if_better();
    for (; !done.empty(); done.pop_back()) schedule_.remove(done.back().first, done.back().second);
  }
  /// What a rule planned: everything where it put it, in the order in which it would start, as early as that allows,
  /// which is no later than it said.
  void replay(const planning::Plan& plan) {
    std::vector<std::uint32_t> order;
    for (const std::uint32_t t : schedule_.tasks())
      if (plan[t].accelerator != kNone) order.push_back(t);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
      return std::tie(plan[x].start, plan[x].end) < std::tie(plan[y].start, plan[y].end);
    });
    std::vector<std::pair<Placement, Schedule::Before>> done;
    for (const std::uint32_t t : order) {
      if (!schedule_.is_ready(t)) break;
      const Placement p = schedule_.at_earliest(t, plan[t].accelerator);
      done.emplace_back(p, schedule_.place(p));
    }
    keep_if_better();
    for (; !done.empty(); done.pop_back()) schedule_.remove(done.back().first, done.back().second);
  }
  [[nodiscard]] Seconds length(std::uint32_t task) const {
    Seconds least = kNever;
    for (std::uint32_t a = 0; a < problem_.accelerators(); ++a)
      if (problem_.runs_on(task, a)) least = std::min(least, problem_.time(task, a) + tail(task, a));
    return least;
  }

  void keep_if_better() {
    const bool first = plan_.where.empty();
    if (!first && (!schedule_.complete() || schedule_.makespan >= best_)) return;
    best_ = schedule_.complete() ? schedule_.makespan : kNever;
    plan_.where = schedule_.where;
    plan_.timing.start = schedule_.start;
    plan_.timing.end = schedule_.end;
    plan_.timing.makespan = schedule_.makespan;
    plan_.timing.finish.clear();
    for (const Request& request : problem_.requests) plan_.timing.finish.push_back(request.finish);
    for (const std::uint32_t t : schedule_.tasks())
      plan_.timing.finish[problem_.tasks[t].request] =
          std::max(plan_.timing.finish[problem_.tasks[t].request], schedule_.end[t]);
  }

  /// Could something end before the best one? Sums in another order may differ in their last bits.
  [[nodiscard]] bool promising(Seconds bound) const { return bound < best_ * (1 - 1e-9); }

  /// Placements of ready tasks that may lead to something better, most promising first.
  [[nodiscard]] std::vector<Placement> branches() const {
    std::vector<Placement> list;
    for (const std::uint32_t t : schedule_.tasks()) {
      if (!schedule_.is_ready(t)) continue;
      Seconds least = kNever;
      for (std::uint32_t a = 0; a < problem_.accelerators(); ++a) {
        Placement p = schedule_.at_earliest(t, a);
        if (!(p.end < kNever)) continue;
        p.bound = std::max(schedule_.makespan, p.end + tail(t, a));
        least = std::min(least, p.bound);
        if (promising(p.bound)) list.push_back(p);
      }
      if (!promising(least)) return {};  // this task will end too late wherever it goes
    }
    std::sort(list.begin(), list.end(), [](const Placement& x, const Placement& y) {
      return std::tie(x.bound, x.end, x.task, x.accelerator) < std::tie(y.bound, y.end, y.task, y.accelerator);
    });
    return list;
  }

  [[nodiscard]] bool too_much_work() const {
    Seconds all = work_left_;
    for (const std::vector<Seconds>& slots : schedule_.free_at)
      for (const Seconds free_at : slots) all += free_at;
    return !promising(all / slots_);
  }

  /// Has another schedule of the same tasks, with those that are still needed on the same accelerators, been
  /// at least as early everywhere? If not, it is remembered.
  bool dominated() {
    std::pair<std::uint64_t, std::vector<std::uint32_t>> key{0, {}};
    std::vector<Seconds> times;
    for (const std::vector<Seconds>& slots : schedule_.free_at) {
      const std::size_t first = times.size();
      times.insert(times.end(), slots.begin(), slots.end());
      std::sort(times.begin() + static_cast<std::ptrdiff_t>(first), times.end());
    }
    for (std::size_t i = 0; i < schedule_.tasks().size(); ++i) {
      const std::uint32_t t = schedule_.tasks()[i];
      if (schedule_.where[t] == kNone) continue;
      key.first |= std::uint64_t{1} << i;
      const auto& outputs = problem_.tasks[t].outputs;
      if (std::none_of(outputs.begin(), outputs.end(), [&](std::uint32_t o) { return schedule_.where[o] == kNone; }))
        continue;
      key.second.push_back(schedule_.where[t]);
      times.push_back(schedule_.end[t]);
    }
    times.push_back(schedule_.makespan);
    std::vector<std::vector<Seconds>>& seen = seen_[key];
    const auto no_later = [&](const std::vector<Seconds>& a, const std::vector<Seconds>& b) {
      return std::equal(a.begin(), a.end(), b.begin(), [](Seconds x, Seconds y) { return x <= y; });
    };
    for (const std::vector<Seconds>& other : seen)
      if (no_later(other, times)) return true;
    std::erase_if(seen, [&](const std::vector<Seconds>& other) { return no_later(times, other); });
    seen.push_back(std::move(times));
    return false;
  }

  /// False if it was stopped.
  bool descend() {
    if (schedule_.complete()) {
      keep_if_better();
      return true;
    }
    if (nodes_left_ == 0) return false;
    --nodes_left_;
    if (too_much_work() || dominated()) return true;
    for (const Placement& p : branches()) {
      if (!promising(p.bound)) break;
      const auto at = std::lower_bound(schedule_.tasks().begin(), schedule_.tasks().end(), p.task);
      const Seconds least = least_[static_cast<std::size_t>(at - schedule_.tasks().begin())];
      const Schedule::Before before = schedule_.place(p);
      work_left_ -= least;
      const bool all = descend();
      work_left_ += least;
      schedule_.remove(p, before);
      if (!all) return false;
    }
    return true;
  }

  const MappingProblem& problem_;
  std::uint64_t nodes_left_;
  Schedule schedule_;
  std::vector<Seconds> least_;  ///< by place in tasks()
  std::vector<Seconds> tails_;  ///< tasks x accelerators
  double slots_ = 0;
  Seconds work_left_ = 0, best_ = kNever;
  std::map<std::pair<std::uint64_t, std::vector<std::uint32_t>>, std::vector<std::vector<Seconds>>> seen_;
  Plan plan_;
};

}  // namespace

Plan branch_and_bound(const MappingProblem& problem, std::uint64_t max_nodes) {
  return BranchAndBound(problem, max_nodes).run();
}

}  // namespace hetsched::mapping
