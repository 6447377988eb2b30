/// \file
/// A plan while it is being made: earliest starts and finishes of tasks whose inputs are placed.
#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

#include "planning/plan.hpp"

namespace hetsched::planning {

/// Where a task may go on a slot: behind all that is there; also between what is promised to others, but behind what
/// has been placed; or into any gap that is long enough.
enum class Gaps : std::uint8_t { none, promised, all };

/// What is compared when a place for a task is chosen: the least first key, then the least second. `scale`: of the
/// terms of the first key, if it is a difference.
struct Key {
  double first = kNever, second = kNever, scale = 0;

  [[nodiscard]] bool before(const Key& other) const {
    const double larger = std::max(scale, other.scale);
    if (clearly_less(first, other.first, larger)) return true;
    return nearly_equal(first, other.first, larger) && clearly_less(second, other.second);
  }
};

/// Switches of models are planned for, if the problem says so: before a task lies the switch from the model that
/// starts last before it on its accelerator, and no task goes where what starts after it would need a switch that it
/// has no time for. What shares a memory is slowed down, if the problem says so, in proportion to what all need that
/// is placed already; what was placed before keeps its times.
class Timetable {
 public:
  Timetable(const Problem& problem, Gaps gaps);

  [[nodiscard]] const Problem& problem() const { return *problem_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] bool placed(PlanTaskId task) const { return plan_.tasks[task].placed(); }
  /// Are all tasks it needs placed, and does an accelerator run it?
  [[nodiscard]] bool placeable(PlanTaskId task) const;

  /// When the inputs of a task exist, wherever they are.
  [[nodiscard]] Seconds inputs_exist(PlanTaskId task) const;
  /// DRT(t,p): when all inputs of a task are at an accelerator, as far as the tasks they come from are placed.
  [[nodiscard]] Seconds inputs_there(PlanTaskId task, AcceleratorId accelerator) const;
  /// EST and EFT of a task whose inputs are there at `from`. O(log n), with gaps + those that are too small.
  [[nodiscard]] Placement earliest(PlanTaskId task, SlotId slot, Seconds from) const;
  [[nodiscard]] Placement earliest(PlanTaskId task, SlotId slot) const {
    return earliest(task, slot, inputs_there(task, problem_->accelerator(slot)));
  }
  /// Energy of a task where it is placed, or would be, with that of its switch.
  [[nodiscard]] Joules energy(PlanTaskId task, const Placement& placement) const;
  /// The end of the last thing the slot does.
  [[nodiscard]] Seconds available(SlotId slot) const { return rows_[slot].empty() ? 0 : rows_[slot].back().end; }

  /// Of the earliest places on all slots that `use(slot)` allows, the one whose `key(placement)` is first (ties: the
  /// lowest slot).
  template <class KeyOf, class Use>
  [[nodiscard]] Placement best(PlanTaskId task, const KeyOf& key, const Use& use) const {
    Placement best;
    Key least;
    AcceleratorId accelerator = AcceleratorId::none;
    Seconds from = 0;
    for (const SlotId p : problem_->slots.ids()) {
      if (!problem_->runs_on(task, p) || !use(p)) continue;
      if (problem_->accelerator(p) != accelerator) from = inputs_there(task, accelerator = problem_->accelerator(p));
      const Placement here = earliest(task, p, from);
      if (!(here.end < kNever)) continue;  // no way leads there
      const Key its = key(here);
      if (best.placed() && !its.before(least)) continue;
      best = here;
      least = its;
    }
    return best;
  }
  template <class KeyOf>
  [[nodiscard]] Placement best(PlanTaskId task, const KeyOf& key) const {
    return best(task, key, [](SlotId) { return true; });
  }
  /// Where the task would finish first.
  [[nodiscard]] Placement earliest_finish(PlanTaskId task) const {
    return best(task, [](const Placement& here) { return Key{here.end, 0}; });
  }

  void place(PlanTaskId task, const Placement& placement);
  /// Takes a placement back, for those who try; with Gaps::promised the last one on its slot.
  void remove(PlanTaskId task);

 private:
  /// When something starts on an accelerator, for the switches. At one instant what is promised starts first, then
  /// tasks by id, as they do when the plan is carried out.
  struct Start {
    Seconds at = 0;
    std::uint64_t turn = 0;
    ModelId model = ModelId::none;

    friend bool operator<(const Start& a, const Start& b) { return a.at != b.at ? a.at < b.at : a.turn < b.turn; }
  };

  [[nodiscard]] bool counts_switches(AcceleratorId accelerator) const {
    return problem_->switches && problem_->accelerators[accelerator].switch_time > 0;
  }
  /// A start that ties with another one is at the same time.
  [[nodiscard]] Start start_of(PlanTaskId task, AcceleratorId accelerator, Seconds at) const;
  [[nodiscard]] ModelId model_before(AcceleratorId accelerator, std::vector<Start>::const_iterator start) const {
    return start == starts_[accelerator].begin() ? problem_->accelerators[accelerator].last_model
                                                 : std::prev(start)->model;
  }
  [[nodiscard]] bool switches_at(PlanTaskId task, AcceleratorId accelerator, Seconds start) const;
  [[nodiscard]] Seconds start_disturbed(PlanTaskId task, AcceleratorId accelerator, Seconds start) const;
  [[nodiscard]] Seconds with_contention(PlanTaskId task, AcceleratorId accelerator, Seconds start, Seconds time) const;
  [[nodiscard]] Seconds with_model(PlanTaskId task, AcceleratorId accelerator, Seconds start, Seconds time) const;

  const Problem* problem_;
  Gaps gaps_;
  Plan plan_;
  IdVector<SlotId, std::vector<Interval>> rows_;        ///< by (start, end)
  IdVector<SlotId, std::vector<Seconds>> ends_;         ///< of what has been placed
  IdVector<AcceleratorId, std::vector<Start>> starts_;  ///< by time, where switches count
};

/// The tasks that could be placed next, by id: all that they need is placed, and an accelerator runs them.
class ReadyTasks {
 public:
  explicit ReadyTasks(const Timetable& table);

  [[nodiscard]] const std::vector<PlanTaskId>& all() const { return ready_; }
  [[nodiscard]] bool empty() const { return ready_.empty(); }
  /// Places a ready task and takes in those that become ready by it.
  void place(Timetable& table, PlanTaskId task, const Placement& placement);

 private:
  void add(const Problem& problem, PlanTaskId task);

  std::vector<PlanTaskId> ready_;
  IdVector<PlanTaskId, std::size_t> missing_;  ///< inputs not placed
};

}  // namespace hetsched::planning
