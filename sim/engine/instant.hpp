/// \file
/// When two dates are one instant.
#pragma once

#include <limits>

namespace hetsched {

/// Two dates (s) closer than this are one instant: it absorbs the rounding of sums of durations.
inline double instant_width(double date) { return 1e-12 + 4.0 * std::numeric_limits<double>::epsilon() * date; }

}  // namespace hetsched
