/// \file
/// The end of a process whose policy does not return. A call cannot be broken off from outside, so a limit of its
/// wall-clock time, which is an error once the call returns, needs a last resort.
#pragma once

#include <string>

#include "engine/end_of_process.hpp"

namespace hetsched {

/// Calls that begin from now on are watched, if they have a limit. Null, as at the start: none is.
void watch_calls(EndOfProcess end);

/// While it lives, a call is watched: if it outlasts its limit (s) by as much again and a second, the process ends.
/// Does nothing if calls are not watched. One at a time.
class Watchdog {
 public:
  Watchdog(double limit, std::string message);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
};

/// From now on, if still_alive() is not called for `limit` s, the process ends as it would for a call that outlasts its
/// limit: a call hangs that has none. Counts anew.
void watch_standstill(double limit, EndOfProcess end);

namespace detail {
inline volatile unsigned long beats = 0;  ///< read in a signal handler
}

/// A call of the policy begins, or has returned.
inline void still_alive() { detail::beats = detail::beats + 1; }

}  // namespace hetsched
