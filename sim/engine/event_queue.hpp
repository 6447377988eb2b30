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

namespace hetsched {

/// Two dates (s) closer than this are one instant: it absorbs the rounding of sums of durations.
inline double instant_width(double date) { return 1e-12 + 4.0 * std::numeric_limits<double>::epsilon() * date; }

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
    double date = 0;  ///< s
    std::uint64_t order = 0;
    std::uint64_t stamp = 0;
    EventKind what;
  };

  void add(double date, EventKind what, std::uint64_t stamp = 0) {
    if (!(date < std::numeric_limits<double>::infinity()))
      throw InputError(
          "the run reaches times beyond all numbers; check the largest times, and the smallest "
          "frequencies and bandwidths, of platform, models and workload");
    queue_.push({date, next_order_++, stamp, what});
  }
  [[nodiscard]] bool empty() const { return queue_.empty(); }
  /// Date of the first entry, s; infinite if there is none.
  [[nodiscard]] double next() const {
    return queue_.empty() ? std::numeric_limits<double>::infinity() : queue_.top().date;
  }
  Entry pop() {
    const Entry entry = queue_.top();
    queue_.pop();
    return entry;
  }

 private:
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.date != b.date ? a.date > b.date : a.order > b.order;
    }
  };
  std::priority_queue<Entry, std::vector<Entry>, Later> queue_;
  std::uint64_t next_order_ = 0;
};

}  // namespace hetsched
