/// \file
/// A plan while it is being made: earliest start and finish times of tasks whose inputs are placed, by
/// appending to what an accelerator does or by insertion into its gaps.
#pragma once

#include <cstdint>
#include <vector>

#include "support/plan_problem.hpp"

namespace hetsched::planning {

class Timetable {
 public:
  Timetable(const Problem& problem, bool insertion);

  [[nodiscard]] const Problem& problem() const { return *problem_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] bool placed(std::uint32_t task) const { return plan_[task].accelerator != kNone; }
  /// Are all tasks it needs placed, and does an accelerator run it?
  [[nodiscard]] bool placeable(std::uint32_t task) const;

  /// DRT(t,p): when all inputs of a task are at an accelerator, as far as the tasks they come from are
  /// placed.
  [[nodiscard]] Seconds inputs_there(std::uint32_t task, std::uint32_t accelerator) const;
  /// EST and EFT of a task whose inputs are there at `from`. O(log n), and with insertion + gaps that are too
  /// small.
  [[nodiscard]] Placement earliest(std::uint32_t task, std::uint32_t accelerator, Seconds from) const;
  [[nodiscard]] Placement earliest(std::uint32_t task, std::uint32_t accelerator) const {
    return earliest(task, accelerator, inputs_there(task, accelerator));
  }
  /// Where the task would finish first (ties: lowest index).
  [[nodiscard]] Placement earliest_finish(std::uint32_t task) const;
  /// The end of the last thing the accelerator does.
  [[nodiscard]] Seconds available(std::uint32_t accelerator) const {
    return rows_[accelerator].empty() ? 0 : rows_[accelerator].back().end;
  }

  void place(std::uint32_t task, const Placement& placement);
  /// Takes a placement back, for those who try.
  void remove(std::uint32_t task);

 private:
  const Problem* problem_;
  bool insertion_;
  Plan plan_;
  std::vector<std::vector<Interval>> rows_;  ///< by accelerator, by (start, end)
};

/// The tasks that could be placed next, by id: all that they need is placed, and an accelerator runs them.
class ReadyTasks {
 public:
  explicit ReadyTasks(const Timetable& table);

  [[nodiscard]] const std::vector<std::uint32_t>& all() const { return ready_; }
  [[nodiscard]] bool empty() const { return ready_.empty(); }
  /// Places a ready task and takes in those that become ready by it.
  void place(Timetable& table, std::uint32_t task, const Placement& placement);

 private:
  void add(const Problem& problem, std::uint32_t task);

  std::vector<std::uint32_t> ready_;
  std::vector<std::uint32_t> missing_;  ///< by task: inputs not placed
};

}  // namespace hetsched::planning
