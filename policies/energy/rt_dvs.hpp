/// \file
/// The speed that periodic tasks need under EDF on one processor, so that none is late: Pillai and Shin, "Real-time
/// dynamic voltage scaling for low-power embedded operating systems", SOSP 2001, figures 2, 4 and 8. Speeds are shares
/// of the largest; work is measured in seconds at the largest.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "hetsched/tolerance.hpp"

namespace hetsched {

class RtDvs {
 public:
  enum class Rule : std::uint8_t { full, fixed, cycle_conserving, look_ahead };

  explicit RtDvs(Rule rule) : rule_(rule) {}

  /// Adds a task of worst-case work C with a period (or smaller relative deadline) P. Returns its index.
  std::size_t add(double worst, double period) {
    tasks_.push_back({worst, period, period > 0 ? worst / period : 1, 0, std::numeric_limits<double>::infinity()});
    return tasks_.size() - 1;
  }
  [[nodiscard]] double utilization() const {
    double sum = 0;
    for (const Task& task : tasks_) sum += task.worst / task.period;
    return sum;
  }

  /// A job of the task is released: all of its worst case is to be done by the deadline.
  void release(std::size_t task, double deadline) {
    tasks_[task].used = tasks_[task].worst / tasks_[task].period;
    tasks_[task].left = tasks_[task].worst;
    tasks_[task].deadline = deadline;
  }
  /// The job is done, after `actual` work. Its deadline stays that of the task until the next release.
  void complete(std::size_t task, double actual) {
    tasks_[task].used = actual / tasks_[task].period;
    tasks_[task].left = 0;
  }
  /// The job has done some work.
  void execute(std::size_t task, double work) { tasks_[task].left = std::max(0.0, tasks_[task].left - work); }

  /// Work that the last job has done so far, as told by execute(): never more than its worst case.
  [[nodiscard]] double done(std::size_t task) const { return tasks_[task].worst - tasks_[task].left; }

  /// The speed needed from now on, until the next release or completion: at most 1 if the utilization is.
  [[nodiscard]] double speed(double now) const {
    if (rule_ == Rule::full) return 1;
    if (rule_ == Rule::fixed) return utilization();
    if (rule_ == Rule::look_ahead) return look_ahead(now);
    double sum = 0;
    for (const Task& task : tasks_) sum += task.used;
    return sum;
  }

 private:
  struct Task {
    double worst = 0, period = 0;
    double used = 0;  ///< U_i: of the worst case, or of what the last job took
    double left = 0;  ///< c_left
    double deadline = 0;
  };

  /// As much work as possible is put off until after the next deadline.
  [[nodiscard]] double look_ahead(double now) const {
    double next = std::numeric_limits<double>::infinity();
    std::vector<const Task*> order;
    for (const Task& task : tasks_) {
      order.push_back(&task);
      next = std::min(next, task.deadline);
    }
    if (!(next < std::numeric_limits<double>::infinity())) return 0;
    std::stable_sort(order.begin(), order.end(),
                     [](const Task* a, const Task* b) { return a->deadline > b->deadline; });
    settle_ties(
        order.begin(), order.end(),
        [](const Task* a, const Task* b) { return clearly_before(b->deadline, a->deadline); }, std::less<>());
    double u = utilization(), sum = 0;
    for (const Task* task : order) {
      u -= task->worst / task->period;
      const double room = time_until(task->deadline, next);
      if (!(room < std::numeric_limits<double>::infinity())) continue;  // nothing of it is released yet
      const double before = room > 0 ? std::max(0.0, task->left - (1 - u) * room) : task->left;
      if (room > 0) u += (task->left - before) / room;
      sum += before;
    }
    if (sum <= 0) return 0;
    return clearly_before(now, next) ? sum / (next - now) : 1;
  }

  Rule rule_;
  std::vector<Task> tasks_;
};

}  // namespace hetsched
