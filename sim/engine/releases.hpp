/// \file
/// Which requests exist when: arrivals, polled release, closed loops, cascades, the streams that feed others,
/// and the requests whose deadline passes before they start.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "engine/arrivals.hpp"
#include "engine/calendar.hpp"
#include "engine/state.hpp"
#include "model/instance.hpp"

namespace hetsched {

class Releases {
 public:
  Releases(const WorkloadSpec& workload, std::uint64_t seed, State& state, Calendar& calendar);

  /// Enters the first arrivals (or the first tick) into the calendar.
  void begin();
  /// An entry Calendar::What::arrival of a stream is due: releases all its requests that have arrived.
  void arrival_due(std::uint32_t stream, double now);
  /// An entry Calendar::What::triggered of a stream is due.
  void triggered_due(std::uint32_t stream, double now);
  /// A tick is due: the next one is entered.
  void tick();
  [[nodiscard]] bool polled() const { return polled_; }
  /// Each stream releases at most its next request, if that has arrived.
  void poll(double now);

  /// A request has finished or was dropped: opens gates, triggers cascades, closes loops.
  void request_ended(std::uint32_t request, bool finished, double now);

  /// Adds the requests to `expired` whose stream drops them unstarted and whose deadline has passed.
  void find_expired(double now, std::vector<std::uint32_t>& expired);

  /// All requests of streams whose arrivals do not depend on the run, by (arrival, stream). Where release is polled
  /// they come at the first tick after their arrival.
  [[nodiscard]] std::vector<FutureRequest> foreseen() const;

  /// No request will be released any more, whatever happens.
  [[nodiscard]] bool exhausted() const { return coming_ == 0; }
  [[nodiscard]] std::uint64_t released() const { return released_; }

 private:
  struct Waiting {
    std::uint32_t request = 0;
    std::uint64_t id = 0;
  };
  struct StreamState {
    ArrivalSource source;
    std::optional<ArrivalTime> next;      ///< already drawn, not yet released
    std::uint32_t after = kNone;          ///< the stream that feeds it
    std::vector<std::uint32_t> triggers;  ///< streams it triggers
    double trigger_delay = 0;             ///< s, before it is triggered
    const ClosedLoop* loop = nullptr;     ///< its requests are replaced when they end
    std::uint64_t finished = 0;
    std::uint64_t caused = 0;       ///< releases of a closed loop or cascade entered so far
    std::deque<Waiting> gated;      ///< requests of streams it feeds
    std::deque<Waiting> unstarted;  ///< candidates for its drop rule
  };

  void draw_next(std::uint32_t stream);
  void release_next(std::uint32_t stream, double now);
  void enter_next(std::uint32_t stream);
  [[nodiscard]] bool arrived(std::uint32_t stream, double now) const;
  void release(std::uint32_t stream, const ArrivalTime& arrival, double now);
  /// Enters what the stream's drop rule does at a request's deadline.
  void watch_deadline(std::uint32_t stream, const Waiting& waiting, double now, double deadline);
  void cause(std::uint32_t stream, double date);

  const WorkloadSpec& workload_;
  std::uint64_t seed_;
  State& state_;
  Calendar& calendar_;
  bool polled_;
  std::vector<StreamState> streams_;
  std::optional<Cadence> ticks_;
  std::uint64_t next_tick_ = 0;
  std::uint64_t idle_ticks_ = 0;  ///< since the last release
  std::uint64_t coming_ = 0;      ///< releases drawn or caused that have not happened
  std::uint64_t released_ = 0;
};

/// Later than this after a deadline a request is late, s: it absorbs the rounding of sums of durations.
inline double late_tolerance(double deadline) { return 1e-10 + 1e-13 * deadline; }

}  // namespace hetsched
