/// \file
/// What another process is shown before each of its decisions, as numbers in a row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/score.hpp"
#include "hetsched/policy.hpp"

namespace hetsched::agent {

/// The parts of an observation that are tables, each with the names of its columns, in order.
struct Part {
  const char* name;
  std::vector<std::string> columns;
};
std::vector<Part> parts();

/// The tasks that may be decided on at one instant: what has been started in this call is gone from them.
class Choices {
 public:
  explicit Choices(std::uint32_t window) : window_(window) {}

  void begin(const SystemView& view);
  /// Puts the tasks first that some accelerator can start, else by (request id, task). False if there are
  /// none.
  bool arrange(const SystemView& view);
  void take(const SystemView& view, std::size_t row, AcceleratorId accelerator);

  [[nodiscard]] const std::vector<TaskRef>& tasks() const { return tasks_; }
  [[nodiscard]] std::uint32_t free_slots(AcceleratorId accelerator) const { return free_[accelerator]; }
  [[nodiscard]] bool can_start(const SystemView& view, TaskRef task, AcceleratorId accelerator) const {
    return free_[accelerator] > 0 && view.can_start(task, accelerator) &&
           (taken_.empty() || view.needed(task, accelerator) + taken_[view.accelerators[accelerator].memory] <=
                                  view.memory_states[view.accelerators[accelerator].memory].free());
  }
  /// Is something running, or has been started in this call?
  [[nodiscard]] bool busy(const SystemView& view) const;
  /// Rows that are always shown.
  [[nodiscard]] std::uint32_t window() const { return window_; }

 private:
  std::uint32_t window_;
  std::vector<TaskRef> tasks_;
  IdVector<AcceleratorId, std::uint32_t> free_;  ///< slots
  IdVector<MemoryId, Bytes> taken_;              ///< by what was started in this call; empty where there is no limit
};

/// Appends doubles: a row of "head"; one of "accelerators" for each; of "tasks" for each ready one, with zeros up to
/// the window; rows x accelerators: predicted run time, -1 where it cannot run; "ids" of ready tasks; "live" requests.
/// Then one byte per action in the window: row x accelerators + accelerator, and last to wait: may it be taken?
void append_observation(std::string& bytes, const SystemView& view, const Choices& choices, const Score& score,
                        bool may_wait);

/// Time in the system of all requests so far, s.
double time_in_system(const SystemView& view, const Score& score);

}  // namespace hetsched::agent
