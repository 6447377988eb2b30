/// \file
/// What is to happen at a known date: a priority queue by (date, order of entry).
#pragma once

#include <cstdint>
#include <limits>
#include <queue>
#include <vector>

#include "base/errors.hpp"

namespace hetsched {

/// Two dates closer than this are one instant: it absorbs the rounding of sums of durations.
inline double instant_width(double date) { return 1e-12 + 4.0 * std::numeric_limits<double>::epsilon() * date; }

class Calendar {
 public:
  enum class What : std::uint8_t {
    lane,       ///< a stage of a lane is over; void if `stamp` is not the lane's any more
    transfer,   ///< the latency of a transfer is over; likewise
    arrival,    ///< the next request of stream `subject`
    triggered,  ///< a cascade: a request of stream `subject`
    poll,       ///< a tick of polled release
    late,       ///< the deadline of request `stamp` at place `subject`
    turn_off,   ///< accelerator `subject`
    turn_on,
    wake,   ///< the policy asked for it
    apply,  ///< the policy's latency is over
    end     ///< of the run
  };
  struct Entry {
    double date = 0;
    std::uint64_t order = 0;
    std::uint64_t stamp = 0;
    std::uint32_t subject = 0;
    What what = What::wake;
  };

  void add(double date, What what, std::uint32_t subject = 0, std::uint64_t stamp = 0) {
    if (!(date < std::numeric_limits<double>::infinity()))
      throw InputError(
          "the run reaches times beyond all numbers; check the largest times, and the smallest "
          "frequencies and bandwidths, of platform, models and workload");
    queue_.push({date, next_order_++, stamp, subject, what});
  }
  [[nodiscard]] bool empty() const { return queue_.empty(); }
  /// Date of the first entry; infinite if there is none.
  [[nodiscard]] double next() const {
    return queue_.empty() ? std::numeric_limits<double>::infinity() : queue_.top().date;
  }
  Entry pop() {
    const Entry entry = queue_.top();
    queue_.pop();
    return entry;
  }
  [[nodiscard]] const Entry& top() const { return queue_.top(); }

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
