/// \file
/// How keys are compared: what is equal on paper must tie although sums in another order differ in their last
/// bits.
#pragma once

#include <algorithm>
#include <cmath>

namespace hetsched::planning {

/// Relative to the larger of two keys.
inline constexpr double kTolerance = 1e-9;

/// Is a really less than b? `scale`: the size of the terms, for keys that are differences.
inline bool less(double a, double b, double scale = 0) {
  if (std::isinf(a) || std::isinf(b)) return a < b;
  return a < b - kTolerance * std::max({std::abs(a), std::abs(b), scale});
}

inline bool equal(double a, double b, double scale = 0) { return !less(a, b, scale) && !less(b, a, scale); }

}  // namespace hetsched::planning
