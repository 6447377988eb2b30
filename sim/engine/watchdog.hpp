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

}  // namespace hetsched
