/// \file
/// What a decorator shows to the policy inside: the view without some requests and ready tasks, and with tasks that
/// were held back announced when they no longer are.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

class FilteredView {
 public:
  /// Begins a call with everything shown.
  void reset(const SystemView& view) {
    shown_ = view;
    sorted_ = true;
    copied_ = false;
    states_.clear();
  }

  /// Hides requests: their tasks, and all that is said of them; they are not live. O(requests + ready + events).
  template <class Hidden>
  void hide_requests(const Hidden& hidden) {
    copy_requests();
    for (const RequestRef r : shown_.live)
      if (hidden(r)) requests_[r].live = false;
    keep(live_, shown_.live, [&](RequestRef r) { return !hidden(r); });
    shown_.live = live_;
    keep(ready_, shown_.ready, [&](TaskRef t) { return !hidden(t.request); });
    shown_.ready = ready_;
    keep(events_, shown_.events,
         [&](const Event& e) { return e.task.request == RequestRef::none || !hidden(e.task.request); });
    shown_.events = events_;
  }
  /// Hides ready tasks, and that they have become so: they are waiting. O(ready + events + tasks of their requests).
  template <class Hidden>
  void hide_tasks(const Hidden& hidden) {
    for (const TaskRef t : shown_.ready)
      if (hidden(t)) state_of(t).progress = Progress::waiting;
    keep(ready_, shown_.ready, [&](TaskRef t) { return !hidden(t); });
    shown_.ready = ready_;
    keep(events_, shown_.events, [&](const Event& e) { return e.type != Event::Type::task_ready || !hidden(e.task); });
    shown_.events = events_;
  }
  /// Says of a ready task that was hidden in earlier calls that it has become ready now.
  void announce(TaskRef task) {
    for (const Event& e : shown_.events)
      if (e.type == Event::Type::task_ready && e.task == task) return;
    add_event({Event::Type::task_ready, task});
  }
  /// Says of a request that was hidden in earlier calls that it arrives now, and of its ready tasks that they are.
  void arrive(RequestRef request) {
    add_event({Event::Type::request_arrived, {request}});
    for (const TaskRef t : shown_.ready)
      if (t.request == request) announce(t);
  }
  /// Says of a request, hidden by hide_requests(), that it is dropped: the policy inside hears of it at once.
  void end(RequestRef request) { add_event({Event::Type::request_dropped, {request}}); }
  /// Shows accelerators other than they are; to be changed until the inner policy is called.
  IdVector<AcceleratorId, Accelerator>& accelerators() {
    if (shown_.accelerators.all().data() != accelerators_.all().data() || accelerators_.empty())
      accelerators_.all().assign(shown_.accelerators.begin(), shown_.accelerators.end());
    shown_.accelerators = accelerators_;
    return accelerators_;
  }

  /// The view to hand on, valid until the next reset(). May be changed further by its owner.
  SystemView& shown() {
    if (!sorted_) {
      const auto key = [this](const Event& e) {
        return std::tuple{e.type, e.task.request == RequestRef::none ? 0 : shown_.requests[e.task.request].id,
                          e.task.task, e.accelerator};
      };
      std::stable_sort(events_.begin(), events_.end(), [&](const Event& a, const Event& b) { return key(a) < key(b); });
      sorted_ = true;
    }
    return shown_;
  }

 private:
  void add_event(const Event& event) {
    if (events_.data() != shown_.events.data() || events_.size() != shown_.events.size())
      events_.assign(shown_.events.begin(), shown_.events.end());
    events_.push_back(event);
    shown_.events = events_;
    sorted_ = false;
  }
  void copy_requests() {
    if (copied_) return;
    requests_.all().assign(shown_.requests.begin(), shown_.requests.end());
    shown_.requests = requests_;
    copied_ = true;
  }
  TaskState& state_of(TaskRef t) {
    copy_requests();
    IdVector<TaskId, TaskState>& states = states_[t.request];
    if (states.empty()) {
      states.all().assign(requests_[t.request].tasks.begin(), requests_[t.request].tasks.end());
      requests_[t.request].tasks = states;
    }
    return states[t.task];
  }

  template <class T, class Kept>
  static void keep(std::vector<T>& into, std::span<const T> from, const Kept& kept) {
    std::vector<T> left;
    std::copy_if(from.begin(), from.end(), std::back_inserter(left), kept);
    into = std::move(left);
  }

  SystemView shown_;
  bool sorted_ = true, copied_ = false;
  std::map<RequestRef, IdVector<TaskId, TaskState>> states_;  ///< of requests with hidden tasks
  std::vector<Event> events_;
  IdVector<RequestRef, Request> requests_;
  std::vector<RequestRef> live_;
  std::vector<TaskRef> ready_;
  IdVector<AcceleratorId, Accelerator> accelerators_;
};

/// Requests that the policy inside was never shown, or was told the end of: it must not hear of that (again).
class Unknown {
 public:
  void add(std::uint64_t request_id) { ids_.insert(request_id); }
  void erase(std::uint64_t request_id) { ids_.erase(request_id); }
  [[nodiscard]] bool empty() const { return ids_.empty(); }
  [[nodiscard]] bool contains(std::uint64_t request_id) const { return ids_.contains(request_id); }
  /// To be called after hiding: forgets those that have left.
  void forget_gone(const SystemView& view) {
    for (const Event& e : view.events)
      if (e.type == Event::Type::request_dropped || e.type == Event::Type::request_finished)
        ids_.erase(view.request(e.task).id);
  }

 private:
  std::set<std::uint64_t> ids_;
};

}  // namespace hetsched
