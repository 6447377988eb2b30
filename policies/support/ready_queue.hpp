/// \file
/// The ready tasks in an order of the policy's own, kept up event by event: a call costs what is new, not the
/// whole backlog.
#pragma once

#include <cstdint>
#include <set>

#include "hetsched/policy.hpp"
#include "support/queue_keys.hpp"

namespace hetsched {

/// Ready tasks by (key, request id, task), keys that are nearly equal by the others. The key of a task must not change
/// while it is ready.
template <class Key>
class ReadyQueue {
 public:
  struct Entry {
    Key key;
    std::uint64_t request_id = 0;
    TaskRef task;

    bool operator<(const Entry& other) const {
      if (key != other.key) return key < other.key;
      if (request_id != other.request_id) return request_id < other.request_id;
      return task.task < other.task.task;
    }
  };

  /// Takes in what has become ready; to be called once in every decide(). `key_of(task)` is asked once per
  /// task.
  template <class KeyOf>
  void update(const SystemView& view, const KeyOf& key_of) {
    for (const Event& event : view.events)
      if (event.type == Event::Type::task_ready && view.request(event.task).live)
        add(view, event.task, key_of(event.task));
  }

  /// Takes in one ready task.
  void add(const SystemView& view, TaskRef task, const Key& key) {
    const Key tied = tied_key(entries_, Entry{key, 0, {}}, key, [](const Entry& entry) { return entry.key; });
    entries_.insert({tied, view.request(task).id, task});
  }

  /// Offers the tasks in order until `take(task)` returns false. Tasks that are not ready any more (started,
  /// dropped) are forgotten on the way; those that were started stay until the view shows it, so that a start
  /// that came to nothing is offered again. O(offered + forgotten log n).
  template <class Take>
  void offer(const SystemView& view, const Take& take) {
    for (auto at = entries_.begin(); at != entries_.end();) {
      const Request& request = view.request(at->task);
      if (!request.live || request.id != at->request_id || view.state(at->task).progress != Progress::ready) {
        at = entries_.erase(at);
        continue;
      }
      if (!take(at->task)) return;
      ++at;
    }
  }

 private:
  std::set<Entry> entries_;
};

}  // namespace hetsched
