/// \file
/// Starts that a decorator holds back until it allows them, in the order in which the policy inside decided. That
/// policy sees them as if they had been carried out: their tasks are not ready, their slots are taken.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "decorators/filtered_view.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {

/// Is the task ready, and its request still the one of that id?
inline bool is_still_ready(const SystemView& view, TaskRef task, std::uint64_t request_id) {
  return view.requests.contains(task.request) && view.request(task).id == request_id && view.request(task).live &&
         view.state(task).progress == Progress::ready;
}

class HeldStarts {
 public:
  [[nodiscard]] bool empty() const { return held_.empty(); }
  /// The one that was held first; there must be one.
  [[nodiscard]] const Start& front() const { return held_.front().start; }
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Held& h : held_) visit(h.start);
  }

  /// Of a start whose tasks are ready.
  void hold(const SystemView& view, const Start& start) {
    Held h{start, view.request(start.task).id, {}};
    for (const TaskRef other : start.also) h.other_ids.push_back(view.request(other).id);
    held_.push_back(std::move(h));
  }

  /// Begins a call: lets go of those that can no longer start where they were to.
  void begin_call(const SystemView& view) {
    started_.clear();
    released_.clear();
    std::erase_if(held_, [&](const Held& h) {
      if (is_still_possible(view, h)) return false;
      release(view, h);
      return true;
    });
  }

  /// Starts those, in their order, for which `start` is true.
  template <class TryStart>
  void start_those(const TryStart& start) {
    std::erase_if(held_, [&](const Held& h) {
      if (!start(h.start)) return false;
      started_.push_back(h.start);
      return true;
    });
  }

  /// What the policy inside sees: what is held, or was until this call, as started; what was let go as ready anew, for
  /// it may have forgotten what it started.
  void show(const SystemView& view, FilteredView& filtered) const {
    std::set<std::pair<RequestRef, TaskId>> tasks;
    const auto note = [&](const Start& start) {
      tasks.emplace(start.task.request, start.task.task);
      for (const TaskRef other : start.also) tasks.emplace(other.request, other.task);
      Accelerator& a = filtered.accelerators()[start.accelerator];
      if (a.free_slots > 0) --a.free_slots;
      if (a.free_slots == 0)
        a.free_at = view.now + view.run_time(start.task, start.also, start.accelerator, start.variant);
    };
    for (const Held& h : held_) note(h.start);
    for (const Start& start : started_) note(start);
    if (!tasks.empty()) filtered.hide_tasks([&](TaskRef t) { return tasks.contains({t.request, t.task}); });
    for (const TaskRef task : released_) filtered.announce(task);
  }

 private:
  struct Held {
    Start start;
    std::uint64_t request_id = 0;
    std::vector<std::uint64_t> other_ids;
  };

  /// Whatever the point is that its accelerator is at meanwhile.
  [[nodiscard]] static bool is_still_possible(const SystemView& view, const Held& h) {
    const Accelerator& a = view.accelerators[h.start.accelerator];
    if (!a.available || a.free_slots == 0 || !is_still_ready(view, h.start.task, h.request_id)) return false;
    for (std::size_t i = 0; i < h.start.also.size(); ++i)
      if (!is_still_ready(view, h.start.also[i], h.other_ids[i])) return false;
    return true;
  }

  void release(const SystemView& view, const Held& h) {
    if (is_still_ready(view, h.start.task, h.request_id)) released_.push_back(h.start.task);
    for (std::size_t i = 0; i < h.start.also.size(); ++i)
      if (is_still_ready(view, h.start.also[i], h.other_ids[i])) released_.push_back(h.start.also[i]);
  }

  std::vector<Held> held_;         ///< in the order in which they were decided
  std::vector<Start> started_;     ///< of those, at this call
  std::vector<TaskRef> released_;  ///< of those that were let go at this call
};

}  // namespace hetsched
