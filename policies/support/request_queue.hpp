/// \file
/// Requests in an order of the policy's own, kept up event by event, and their ready tasks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <tuple>

#include "hetsched/policy.hpp"
#include "support/queue_keys.hpp"

namespace hetsched {

/// The ready tasks of a request, by task. O(log ready).
inline std::span<const TaskRef> ready_tasks(const SystemView& view, const Request& request) {
  const auto before = [&](TaskRef task, std::uint64_t id) { return view.request(task).id < id; };
  const auto first = std::lower_bound(view.ready.begin(), view.ready.end(), request.id, before);
  auto last = first;
  while (last != view.ready.end() && view.request(*last).id == request.id) ++last;
  return {first, last};
}

/// Requests by (key, request id), keys that are nearly equal by id. The key of a request may change whenever one of its
/// tasks becomes ready, finishes or fails, and at no other time.
template <class Key>
class RequestQueue {
 public:
  /// To be called once in every decide(). `key_of(request)` is asked for each request that has changed.
  template <class KeyOf>
  void update(const SystemView& view, const KeyOf& key_of) {
    for (const Event& event : view.events) {
      if (event.task.request == RequestRef::none) continue;
      const Request& request = view.request(event.task);
      if (!request.live) {
        forget(request.id);
      } else if (event.type != Event::Type::tensor_arrived) {
        place(request, event.task.request, key_of(request));
      }
    }
  }

  /// Offers the ready tasks of each request in order until `take(task)` returns false. What was started stays
  /// until the view shows it. O(log ready) per request looked at.
  template <class Take>
  void offer(const SystemView& view, const Take& take) const {
    for (const auto& [key, id, where] : entries_)
      for (const TaskRef task : ready_tasks(view, view.requests[where]))
        if (!take(task)) return;
  }

  /// The same, only for requests before the first one of which `is_meant(request)` is false.
  template <class IsMeant, class Take>
  void offer_while(const SystemView& view, const IsMeant& is_meant, const Take& take) const {
    for (const auto& [key, id, where] : entries_) {
      if (!is_meant(view.requests[where])) return;
      for (const TaskRef task : ready_tasks(view, view.requests[where]))
        if (!take(task)) return;
    }
  }

 private:
  using Entry = std::tuple<Key, std::uint64_t, RequestRef>;  ///< key, request id, place

  void place(const Request& request, RequestRef where, const Key& exact) {
    const Key key =
        tied_key(entries_, Entry{exact, 0, {}}, exact, [](const Entry& entry) { return std::get<0>(entry); });
    const auto [at, fresh] = keys_.try_emplace(request.id, Entry{key, request.id, where});
    if (!fresh) {
      if (std::get<0>(at->second) == key) return;
      entries_.erase(at->second);
      at->second = {key, request.id, where};
    }
    entries_.insert(at->second);
  }

  void forget(std::uint64_t id) {
    const auto at = keys_.find(id);
    if (at == keys_.end()) return;
    entries_.erase(at->second);
    keys_.erase(at);
  }

  std::set<Entry> entries_;
  std::map<std::uint64_t, Entry> keys_;  ///< by request id
};

}  // namespace hetsched
