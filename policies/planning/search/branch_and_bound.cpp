#include "planning/search/branch_and_bound.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <tuple>

#include "planning/bounds.hpp"
#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

/// A timetable that grows at the ends of its slots, and shrinks there again.
class Schedule {
 public:
  explicit Schedule(const Problem& problem)
      : problem_(problem), table_(problem, Gaps::promised), tasks_(placeable_tasks(problem)), missing_(problem.size()) {
    for (const PlanTaskId t : tasks_) missing_[t] = problem.tasks[t].inputs.size();
    for (const PlanRequest& request : problem.requests) last_finish_ = std::max(last_finish_, request.finish);
    for (const PlanSlot& slot : problem.slots)
      busy_until_.push_back(is_alike(slot) && !slot.promised.empty() ? slot.promised.back().end : 0);
  }

  [[nodiscard]] const std::vector<PlanTaskId>& tasks() const { return tasks_; }
  [[nodiscard]] const Plan& plan() const { return table_.plan(); }
  [[nodiscard]] const Placement& at(PlanTaskId task) const { return plan().tasks[task]; }
  [[nodiscard]] bool placed(PlanTaskId task) const { return at(task).placed(); }
  [[nodiscard]] bool is_ready(PlanTaskId task) const { return !placed(task) && missing_[task] == 0; }
  [[nodiscard]] bool complete() const { return history_.size() == tasks_.size(); }
  [[nodiscard]] Seconds last_finish() const { return last_finish_; }
  /// When a slot has done what is placed there, or what it was busy with before.
  [[nodiscard]] Seconds busy_until(SlotId slot) const { return busy_until_[slot]; }
  /// Slots without gaps between promised times: which of them is taken does not matter.
  [[nodiscard]] static bool is_alike(const PlanSlot& slot) {
    return slot.promised.empty() || (slot.promised.size() == 1 && slot.promised[0].start <= 0);
  }

  [[nodiscard]] Placement earliest(PlanTaskId task, SlotId slot) const { return table_.earliest(task, slot); }
  /// Calls `use` with the places that a task may go to behind what is placed.
  template <class Use>
  void each_place(PlanTaskId task, const Use& use) const {
    for (const AcceleratorId a : problem_.accelerators.ids()) {
      if (!problem_.runs_on(task, a)) continue;
      Placement first;
      for (const SlotId slot : problem_.slots_of(a)) {
        const Placement here = table_.earliest(task, slot);
        if (!(here.end < kNever)) continue;
        if (!is_alike(problem_.slots[slot]))
          use(here);
        else if (clearly_less(here.end, first.end))
          first = here;
      }
      if (first.placed()) use(first);
    }
  }

  void place(PlanTaskId task, const Placement& placement) {
    history_.push_back({task, last_finish_, busy_until_[placement.slot]});
    table_.place(task, placement);
    busy_until_[placement.slot] = placement.end;
    last_finish_ = std::max(last_finish_, placement.end);
    for (const PlanEdge& edge : problem_.tasks[task].outputs) --missing_[edge.task];
  }
  /// Takes back what was placed last.
  void undo() {
    const Before& before = history_.back();
    for (const PlanEdge& edge : problem_.tasks[before.task].outputs) ++missing_[edge.task];
    busy_until_[at(before.task).slot] = before.busy_until;
    last_finish_ = before.last_finish;
    table_.remove(before.task);
    history_.pop_back();
  }
  void undo_all() {
    while (!history_.empty()) undo();
  }

 private:
  struct Before {
    PlanTaskId task{};
    Seconds last_finish = 0, busy_until = 0;
  };

  const Problem& problem_;
  Timetable table_;
  std::vector<PlanTaskId> tasks_;              ///< that can be placed
  IdVector<PlanTaskId, std::size_t> missing_;  ///< inputs not placed
  IdVector<SlotId, Seconds> busy_until_;
  Seconds last_finish_ = 0;
  std::vector<Before> history_;
};

/// Something that may be placed next.
struct Branch {
  PlanTaskId task = PlanTaskId::none;
  Placement placement;
  Seconds bound = kNever;  ///< of the end of everything
};

class BranchAndBound {
 public:
  BranchAndBound(const Problem& problem, std::uint64_t max_nodes)
      : problem_(without_contention(problem)), nodes_left_(max_nodes), schedule_(problem_) {
    for (const PlanTaskId t : schedule_.tasks()) work_left_ += problem_.least_time(t);
    set_tails();
  }

  Plan run() {
    list_schedule(true);
    list_schedule(false);
    const Seconds bound = lower_bound(problem_);
    for (const Rule& rule : all_rules())
      for (const Settings& settings : all_settings(rule)) {
        if (!clearly_less(bound, best_) || problem_.size() == 0) continue;
        if (rule.most_tasks != nullptr && problem_.size() > rule.most_tasks(settings)) continue;
        replay(rule.plan(problem_, settings));
      }
    const bool small = schedule_.tasks().size() <= 64 && best_ < kNever;
    const bool all = small && descend();
    plan_.proved = !clearly_less(bound, best_) || (all && earliest_is_best());
    return std::move(plan_);
  }

 private:
  static Problem without_contention(Problem problem) {
    problem.sharing = Sharing::none;
    return problem;
  }

  /// With switches on an accelerator of several slots it is not: who waits until something else has started may save
  /// one, and what a partial schedule leads to depends on all that starts later than its slots are free.
  [[nodiscard]] bool earliest_is_best() const {
    return std::none_of(problem_.accelerators.begin(), problem_.accelerators.end(), [&](const PlanAccelerator& a) {
      return problem_.switches && a.switch_time > 0 && a.slots > 1;
    });
  }

  /// The least time from the end of a task on an accelerator to the end of all that needs it, delays included.
  void set_tails() {
    tails_.assign(problem_.size(), IdVector<AcceleratorId, Seconds>(problem_.accelerators.size()));
    for (const PlanTaskId t : schedule_.tasks() | std::views::reverse)
      for (const PlanEdge& edge : problem_.tasks[t].inputs)
        for (const AcceleratorId from : problem_.accelerators.ids()) {
          Seconds least = kNever;
          for (const AcceleratorId to : problem_.accelerators.ids())
            if (problem_.runs_on(t, to))
              least = std::min(least, problem_.transfer(edge, from, to) + problem_.time(t, to) + tails_[t][to]);
          tails_[edge.task][from] = std::max(tails_[edge.task][from], least);
        }
  }
  [[nodiscard]] Seconds length(PlanTaskId task) const {
    Seconds least = kNever;
    for (const AcceleratorId a : problem_.accelerators.ids())
      if (problem_.runs_on(task, a)) least = std::min(least, problem_.time(task, a) + tails_[task][a]);
    return least;
  }

  /// Ready tasks by the longest way to the end, each where it ends first, or where it and the least of what comes after
  /// it does.
  void list_schedule(bool with_tail) {
    while (!schedule_.complete()) {
      Branch next;
      for (const PlanTaskId t : schedule_.tasks()) {
        if (!schedule_.is_ready(t) || (next.task != PlanTaskId::none && !clearly_less(length(next.task), length(t))))
          continue;
        next = {t, {}, kNever};
        schedule_.each_place(t, [&](const Placement& p) {
          const Seconds key = p.end + (with_tail ? tails_[t][p.accelerator] : 0);
          if (next.placement.placed() && !clearly_less(key, next.bound)) return;
          next.placement = p;
          next.bound = key;
        });
      }
      if (!next.placement.placed()) break;  // nothing leads there
      schedule_.place(next.task, next.placement);
    }
    keep_if_better();
    schedule_.undo_all();
  }

  /// What a rule planned: everything where it put it, in the order in which it would start, as early as that allows;
  /// or as it is, if that is no shorter.
  void replay(const Plan& plan) {
    std::vector<PlanTaskId> order;
    Seconds last = schedule_.last_finish();
    for (const PlanTaskId t : schedule_.tasks()) {
      if (!plan.tasks[t].placed()) return;
      last = std::max(last, plan.tasks[t].end);
      order.push_back(t);
    }
    sort_by_scores(
        order.begin(), order.end(), [&](PlanTaskId t) { return plan.tasks[t].start; },
        [&](PlanTaskId t) { return plan.tasks[t].end; }, std::less<>());
    for (const PlanTaskId t : order) {
      if (!schedule_.is_ready(t)) break;
      schedule_.place(t, schedule_.earliest(t, plan.tasks[t].slot));
    }
    keep_if_better();
    schedule_.undo_all();
    if (!clearly_less(last, best_)) return;
    best_ = last;
    plan_ = plan;
  }

  void keep_if_better() {
    const bool first = plan_.tasks.empty();
    if (!first && (!schedule_.complete() || !clearly_less(schedule_.last_finish(), best_))) return;
    best_ = schedule_.complete() ? schedule_.last_finish() : kNever;
    plan_ = schedule_.plan();
  }

  /// Could something end before the best one? Sums in another order may differ in their last bits.
  [[nodiscard]] bool promising(Seconds bound) const { return clearly_less(bound, best_); }

  /// Placements of ready tasks that may lead to something better, most promising first.
  [[nodiscard]] std::vector<Branch> branches() const {
    std::vector<Branch> list;
    for (const PlanTaskId t : schedule_.tasks()) {
      if (!schedule_.is_ready(t)) continue;
      Seconds least = kNever;
      schedule_.each_place(t, [&](const Placement& p) {
        const Seconds bound = std::max(schedule_.last_finish(), p.end + tails_[t][p.accelerator]);
        least = std::min(least, bound);
        if (promising(bound)) list.push_back({t, p, bound});
      });
      if (!promising(least)) return {};  // this task will end too late wherever it goes
    }
    sort_by_scores(
        list.begin(), list.end(), [](const Branch& branch) { return branch.bound; },
        [](const Branch& branch) { return branch.placement.end; },
        [](const Branch& x, const Branch& y) {
          return std::tie(x.task, x.placement.slot) < std::tie(y.task, y.placement.slot);
        });
    return list;
  }

  [[nodiscard]] bool too_much_work() const {
    Seconds all = work_left_;
    for (const SlotId slot : problem_.slots.ids()) all += schedule_.busy_until(slot);
    return !promising(all / static_cast<double>(problem_.slots.size()));
  }

  /// What tells partial schedules apart that can be compared: the tasks that are placed, where those are whose outputs
  /// are still needed, and what started last where switches count.
  using State = std::pair<std::uint64_t, std::vector<std::uint32_t>>;

  /// Has another schedule of the same state been at least as early everywhere? If not, this one is remembered.
  bool dominated() {
    State state{0, {}};
    std::vector<Seconds> times{schedule_.last_finish()};
    for (const AcceleratorId a : problem_.accelerators.ids()) {
      const auto first = static_cast<std::ptrdiff_t>(times.size());
      bool alike = true;
      for (const SlotId slot : problem_.slots_of(a)) {
        times.push_back(schedule_.busy_until(slot));
        alike &= Schedule::is_alike(problem_.slots[slot]);
      }
      if (alike) std::sort(times.begin() + first, times.end());
      if (problem_.switches && problem_.accelerators[a].switch_time > 0) add_last_start(a, state, times);
    }
    for (std::size_t i = 0; i < schedule_.tasks().size(); ++i) {
      const PlanTaskId t = schedule_.tasks()[i];
      if (!schedule_.placed(t)) continue;
      state.first |= std::uint64_t{1} << i;
      const auto& outputs = problem_.tasks[t].outputs;
      if (std::all_of(outputs.begin(), outputs.end(), [&](const PlanEdge& e) { return schedule_.placed(e.task); }))
        continue;
      state.second.push_back(static_cast<std::uint32_t>(schedule_.at(t).accelerator));
      times.push_back(schedule_.at(t).end);
    }
    std::vector<std::vector<Seconds>>& seen = seen_[state];
    const auto no_later = [&](const std::vector<Seconds>& a, const std::vector<Seconds>& b) {
      return std::equal(a.begin(), a.end(), b.begin(), [](Seconds x, Seconds y) { return !clearly_less(y, x); });
    };
    for (const std::vector<Seconds>& other : seen)
      if (no_later(other, times)) return true;
    std::erase_if(seen, [&](const std::vector<Seconds>& other) { return no_later(times, other); });
    seen.push_back(std::move(times));
    return false;
  }
  void add_last_start(AcceleratorId accelerator, State& state, std::vector<Seconds>& times) const {
    Seconds last = -1;
    ModelId model = ModelId::none;
    for (const PlanTaskId t : schedule_.tasks())
      if (schedule_.at(t).accelerator == accelerator && schedule_.at(t).start >= last) {
        last = schedule_.at(t).start;
        model = problem_.tasks[t].model;
      }
    state.second.push_back(static_cast<std::uint32_t>(model));
    if (problem_.slots_of(accelerator).size() > 1) times.push_back(last);
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
    for (const Branch& branch : branches()) {
      if (!promising(branch.bound)) break;
      const Seconds least = problem_.least_time(branch.task);
      schedule_.place(branch.task, branch.placement);
      work_left_ -= least;
      const bool all = descend();
      work_left_ += least;
      schedule_.undo();
      if (!all) return false;
    }
    return true;
  }

  Problem problem_;
  std::uint64_t nodes_left_;
  Schedule schedule_;
  IdVector<PlanTaskId, IdVector<AcceleratorId, Seconds>> tails_;
  Seconds work_left_ = 0, best_ = kNever;
  std::map<State, std::vector<std::vector<Seconds>>> seen_;
  Plan plan_;
};

}  // namespace

Plan branch_and_bound(const Problem& problem, std::uint64_t max_nodes) {
  return BranchAndBound(problem, max_nodes).run();
}

}  // namespace hetsched::planning
