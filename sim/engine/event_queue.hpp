/// \file
/// What is to happen at a known date: a priority queue by (date, order of entry).
#pragma once

#include <cstdint>
#include <limits>
#include <queue>
#include <variant>
#include <vector>

#include "base/errors.hpp"
#include "engine/ids.hpp"
#include "engine/instant.hpp"

namespace hetsched {

/// Refuses dates (s) near the end of all numbers, where sums and rates of no use begin.
inline void check_date(double date) {
  if (!(date <= 1e300))
    throw InputError(
        "the run reaches times beyond all numbers; check the largest times, and the smallest "
        "frequencies and bandwidths, of platform, models and workload");
}

/// What can be due. A stamp goes with those that may have become void meanwhile.
namespace due {
struct StageEnd {  ///< of the task in a slot; void if the stamp is not the slot's any more
  SlotId slot;
};
struct LatencyEnd {  ///< of a transfer: its bytes begin to flow; void if the stamp is not the transfer's any more
  TransferId transfer;
};
struct Arrival {  ///< the next request of a stream
  StreamId stream;
};
struct Triggered {  ///< a request of a stream, caused by another request
  StreamId stream;
};
struct Poll {};    ///< a tick of polled release
struct Deadline {  ///< of a request that is dropped then; void if the stamp is not the request's id
  RequestRef request;
};
struct TurnOff {
  AcceleratorId accelerator;
};
struct TurnOn {
  AcceleratorId accelerator;
};
struct Wake {};     ///< the policy asked to be called
struct Instant {};  ///< an instant is needed: the policy is called if something has happened until then
struct Apply {};    ///< the policy's latency is over
struct RunEnd {};
}  // namespace due

/// In the order in which those of one instant are handled.
using EventKind = std::variant<due::StageEnd, due::LatencyEnd, due::Arrival, due::Triggered, due::Poll, due::Deadline,
                               due::TurnOff, due::TurnOn, due::Wake, due::Instant, due::Apply, due::RunEnd>;

/// Does it go on with work that had begun? Such events come before all others of their instant.
inline bool ends_work(const EventKind& what) {
  return std::holds_alternative<due::StageEnd>(what) || std::holds_alternative<due::LatencyEnd>(what);
}

class EventQueue {
 public:
  struct Entry {
    double date = 0;    ///< s
    double since = -1;  ///< s; the start of what ends at the date, if it is later: another instant, however close
    std::uint64_t order = 0;
    std::uint64_t stamp = 0;
    EventKind what;
  };

  void add(double date, EventKind what, std::uint64_t stamp = 0) { push({date, -1, 0, stamp, what}); }
  /// The end of something that takes from `since` on.
  void add_end(double since, double date, EventKind what, std::uint64_t stamp) {
    push({date, date > since ? since : -1, 0, stamp, what});
  }
  [[nodiscard]] bool empty() const { return queue_.empty(); }
  /// Date of the first entry, s; infinite if there is none.
  [[nodiscard]] double next() const {
    return queue_.empty() ? std::numeric_limits<double>::infinity() : queue_.top().date;
  }
  /// Is the first entry due at the instant of that date? What has a length does not end at the instant that it began
  /// at.
  [[nodiscard]] bool due(double now) const {
    return !queue_.empty() && queue_.top().date <= now + instant_width(now) && queue_.top().since != now;
  }
  Entry pop() {
    const Entry entry = queue_.top();
    queue_.pop();
    return entry;
  }

 private:
  void push(Entry entry) {
    check_date(entry.date);
    entry.order = next_order_++;
    queue_.push(entry);
  }

  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.date != b.date ? a.date > b.date : a.order > b.order;
    }
  };
  std::priority_queue<Entry, std::vector<Entry>, Later> queue_;
  std::uint64_t next_order_ = 0;
};

}  // namespace hetsched
