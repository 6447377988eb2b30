/// \file
/// What another process is shown before each of its decisions, as numbers in a row.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/score.hpp"
#include "hetsched/policy.hpp"

namespace hetsched::agent {

// Columns of what follows, in order.
inline constexpr std::array kHeadColumns = {"now", "time_in_system", "misses", "energy", "ready", "live"};
inline constexpr std::array kAcceleratorColumns = {"available",  "free_slots", "slots",       "time_to_free",
                                                   "last_model", "idle_power", "active_power"};
inline constexpr std::array kTaskColumns = {"present",  "request_age", "task_age",       "slack",    "has_deadline",
                                            "priority", "unfinished",  "remaining_best", "best_time"};
inline constexpr std::array kIdColumns = {"request", "stream", "model", "task"};
inline constexpr std::array kLiveColumns = {"request",  "stream",   "model",      "index",         "arrival",
                                            "deadline", "priority", "unfinished", "remaining_best"};

/// The tasks that may be decided on at one instant: what has been started in this call is gone from them.
class Choices {
 public:
  explicit Choices(std::uint32_t window) : window_(window) {}

  void begin(const SystemView& view);
  /// Puts the tasks first that some accelerator can start, else by (request id, task). False if there are
  /// none.
  bool arrange(const SystemView& view);
  void take(std::size_t row, AcceleratorId accelerator);

  [[nodiscard]] const std::vector<TaskRef>& tasks() const { return tasks_; }
  [[nodiscard]] std::uint32_t free_slots(AcceleratorId accelerator) const { return free_[accelerator]; }
  [[nodiscard]] bool can_start(const SystemView& view, TaskRef task, AcceleratorId accelerator) const {
    return free_[accelerator] > 0 && view.can_start(task, accelerator);
  }
  /// Is something running, or has been started in this call?
  [[nodiscard]] bool busy(const SystemView& view) const;
  /// Rows that are always shown.
  [[nodiscard]] std::uint32_t window() const { return window_; }

 private:
  std::uint32_t window_;
  std::vector<TaskRef> tasks_;
  IdVector<AcceleratorId, std::uint32_t> free_;  ///< slots
};

/// Appends doubles: head; accelerators x kAcceleratorColumns; rows x kTaskColumns, of the ready tasks, with
/// zeros up to the window; rows x accelerators: predicted run time, -1 where it cannot run; ready x
/// kIdColumns; live x kLiveColumns. Then one byte per action in the window: row x accelerators + accelerator,
/// and last to wait: may it be taken?
void append_observation(std::string& bytes, const SystemView& view, const Choices& choices, const Score& score,
                        bool may_wait);

/// Time in the system of all requests so far, s.
double time_in_system(const SystemView& view, const Score& score);

}  // namespace hetsched::agent
