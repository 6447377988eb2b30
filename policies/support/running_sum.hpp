/// \file
/// A sum to which numbers are added and from which they are taken again, over and over.
#pragma once

#include <cmath>

namespace hetsched {

/// Neumaier's sum: it keeps what an addition rounds off, so that when all is taken again nothing is left but what two
/// sums of the same numbers in another order differ by in twice the precision. Without it what is left grows with the
/// largest sum that ever was.
class RunningSum {
 public:
  RunningSum& operator+=(double x) {
    const double sum = sum_ + x;
    lost_ += std::abs(sum_) >= std::abs(x) ? (sum_ - sum) + x : (x - sum) + sum_;
    sum_ = sum;
    return *this;
  }
  RunningSum& operator-=(double x) { return *this += -x; }
  [[nodiscard]] double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0, lost_ = 0;
};

}  // namespace hetsched
