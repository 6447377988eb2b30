/// \file
/// A memory whose flows use nothing else.
#pragma once

#include <cmath>
#include <vector>

#include "engine/indexed_heap.hpp"

namespace hetsched {

/// A sum of many terms that come and go, with their rounding kept (Neumaier, ZAMM 54, 1974).
class Sum {
 public:
  void add(double term) {
    const double sum = sum_ + term;
    lost_ += std::fabs(sum_) >= std::fabs(term) ? (sum_ - sum) + term : (term - sum) + sum_;
    sum_ = sum;
  }
  [[nodiscard]] double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0, lost_ = 0;
};

/// Max-min sharing of one bandwidth among flows with caps, O(log n) for each start, end and change of sides.
///
/// Flows at their cap end at dates that do not change. All others get the same rate, the level; they are kept by the
/// virtual time (bytes that one of them has got since a beginning) at which they end, which does not change when the
/// level does: fair queueing's virtual time (Parekh and Gallager, IEEE/ACM ToN 1(3), 1993). A flow changes sides when
/// the level passes its cap.
class FairMemory {
 public:
  using Flow = IndexedHeap::Item;

  explicit FairMemory(double bandwidth) : bandwidth_(bandwidth) {}

  /// When a flow ends if none is added or given up before; infinity: there is none.
  [[nodiscard]] double next_end() const;
  void start(double now, Flow flow, double bytes, double cap);
  /// The cap of a flow, or the bandwidth, is another one from `now` on. O(log n), O(n log n).
  void set_cap(double now, Flow flow, double cap);
  void set_bandwidth(double now, double bandwidth);
  /// Gives a flow up; returns the bytes it had left.
  double cancel(double now, Flow flow);
  /// Takes out what ends until `now` + `width`, at least what next_end() told of if that is now; `ended` gets them, in
  /// any order.
  void finish(double now, double width, std::vector<Flow>& ended);

 private:
  void advance(double now);
  void put_at_cap(Flow flow, double left);
  void put_at_level(Flow flow, double left);
  double take_from_cap(Flow flow);
  double take_from_level(Flow flow);
  double take(Flow flow) { return ends_.contains(flow) ? take_from_cap(flow) : take_from_level(flow); }
  void balance();
  [[nodiscard]] double share() const;

  double bandwidth_;
  double now_ = 0;
  IndexedHeap ends_, largest_caps_;           ///< flows at their cap: by end, by -cap
  Sum at_cap_;                                ///< of their caps
  IndexedHeap virtual_ends_, smallest_caps_;  ///< the others: by virtual time of their end, by cap
  double virtual_now_ = 0, level_ = 0;
  double most_ = 0;  ///< bytes of the largest flow since virtual time was set back
  struct Caps {
    double own = 0;   ///< as it was asked for
    double most = 0;  ///< with what the memory has
  };
  std::vector<Caps> caps_;  ///< by flow
};

}  // namespace hetsched
