/// \file
/// What a stream asks of the one accelerator that its requests run on: what response-time analysis knows of it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hetsched/view.hpp"

namespace hetsched::analysis {

/// Requests are served task by task: one that is more urgent overtakes between two tasks, and not inside one. Times in
/// s.
struct Demand {
  Seconds time = 0;         ///< of one request: all its tasks
  Seconds longest = 0;      ///< its longest task, for which more urgent ones may have to wait
  Seconds last = 0;         ///< its last task, during which nothing overtakes it any more
  bool gives_way = false;   ///< more urgent ones overtake it inside tasks, too: longest and last are 0
  Seconds switch_time = 0;  ///< before a task after one of another stream

  bool bounded = true;        ///< its arrivals keep to what follows; if not, all that is known is how it blocks
  Seconds period = 0;         ///< least time between two nominal arrivals; 0: `most` may come at once
  Seconds jitter = 0;         ///< a release is at most so much later than its nominal arrival
  double most = kNever;       ///< requests in all
  Seconds deadline = kNever;  ///< relative
  bool from_nominal = false;  ///< it has a deadline that counts from the nominal arrival, not from the release
  double rank = 0;            ///< under fixed priorities: the lower goes first, equal ones as they come

  /// Part of the accelerator's time that it needs in the long run; 0 if it ends.
  [[nodiscard]] double utilisation() const { return period > 0 && most >= kNever ? time / period : 0; }
};

/// Most requests that are released within a window of this length (s; below 0: none); `closed`: those at its end count.
double most_releases(const Demand& demand, Seconds window, bool closed);

/// Why there is no bound.
enum class NoBound : std::uint8_t {
  own_arrivals,    ///< nothing bounds how many of its requests come
  other_arrivals,  ///< nothing bounds how many come of `of`, which goes before it
  overload,        ///< it and what goes before it need more than all the time there is
  endless,         ///< the time until the accelerator idles has so many requests that the search was given up
};

/// Of the requests of a stream.
struct Bound {
  Seconds blocking = 0;             ///< longest wait for a task that is less urgent
  std::optional<Seconds> response;  ///< from release to end, at most
  std::optional<Seconds> lateness;  ///< from that which the deadline counts from to the end, at most
  std::optional<NoBound> none;      ///< why there is no response
  std::size_t of = 0;               ///< which demand, of other_arrivals
};

/// Requests and instants looked at for one demand before the search is given up.
inline constexpr double kMostSteps = 2e5;

}  // namespace hetsched::analysis
