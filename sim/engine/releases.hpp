/// \file
/// Which requests exist when: arrivals, polled release, closed loops, cascades, the streams that feed others,
/// and the requests whose deadline passes before they start.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "engine/arrivals.hpp"
#include "engine/event_queue.hpp"
#include "engine/indexed_heap.hpp"
#include "engine/state.hpp"
#include "model/instance.hpp"

namespace hetsched {

class Releases {
 public:
  Releases(const WorkloadSpec& workload, std::uint64_t seed, State& state, EventQueue& events);

  /// Queues the first arrivals (or the first tick). Times in all of this: s.
  void begin();
  /// due::Arrival of a stream: releases all its requests that have arrived.
  void arrival_due(StreamId stream, double now);
  /// due::Triggered of a stream.
  void triggered_due(StreamId stream, double now);
  /// due::Poll: the next one is queued.
  void tick();
  [[nodiscard]] bool polled() const { return polled_; }
  /// Each stream releases at most its next request, if that has arrived.
  void poll(double now);

  /// A request has finished or was dropped: opens gates, triggers cascades, closes loops.
  void request_ended(RequestRef request, bool finished, double now);

  /// Adds the requests to `expired` whose stream drops them unstarted and whose deadline has passed.
  void find_expired(double now, std::vector<RequestRef>& expired);

  /// All requests of streams whose arrivals do not depend on the run, by (arrival, stream). Where release is polled
  /// they come at the first tick after their arrival.
  [[nodiscard]] std::vector<FutureRequest> foreseen() const;

  /// No request will be released any more, whatever happens.
  [[nodiscard]] bool exhausted() const { return coming_ == 0; }
  [[nodiscard]] std::uint64_t released() const { return released_; }

 private:
  struct Waiting {
    RequestRef request = {};
    std::uint64_t id = 0;
  };
  struct StreamState {
    ArrivalSource source;
    std::optional<ArrivalTime> next;   ///< already drawn, not yet released
    StreamId after = StreamId::none;   ///< the stream that feeds it
    std::vector<StreamId> triggers;    ///< streams it triggers
    double trigger_delay = 0;          ///< s, before it is triggered
    const ClosedLoop* loop = nullptr;  ///< its requests are replaced when they end
    std::uint64_t finished = 0;
    std::uint64_t caused = 0;       ///< releases of a closed loop or cascade entered so far
    std::deque<Waiting> gated;      ///< requests of streams it feeds
    std::deque<Waiting> unstarted;  ///< candidates for its drop rule
  };

  [[nodiscard]] const StreamSpec& spec(StreamId stream) const { return workload_.streams[index_of(stream)]; }
  void draw_next(StreamId stream);
  void release_next(StreamId stream, double now);
  void enter_next(StreamId stream);
  [[nodiscard]] bool arrived(StreamId stream, double now) const;
  void release(StreamId stream, const ArrivalTime& arrival, double now);
  /// Queues what the stream's drop rule does at a request's deadline.
  void watch_deadline(StreamId stream, const Waiting& waiting, double now, double deadline);
  /// Forgets the unstarted requests of a stream that have started or gone, up to the first that has not.
  void await_expiry(StreamId stream);
  [[nodiscard]] bool is_unstarted(const Waiting& waiting) const;
  void check_resolution(StreamId stream, double now) const;
  void cause(StreamId stream, double date);

  const WorkloadSpec& workload_;
  std::uint64_t seed_;
  State& state_;
  EventQueue& events_;
  bool polled_;
  IdVector<StreamId, StreamState> streams_;
  IndexedHeap expiries_;         ///< streams by the deadline of their first unstarted request
  IndexedHeap arrivals_;         ///< if polled: streams by their next arrival
  std::vector<StreamId> found_;  ///< streams that something is due for
  std::optional<Cadence> ticks_;
  std::uint64_t next_tick_ = 0;
  std::uint64_t idle_ticks_ = 0;  ///< since the last release
  std::uint64_t coming_ = 0;      ///< releases drawn or caused that have not happened
  std::uint64_t released_ = 0;
};

/// Later than this after a deadline a request is late, s: it absorbs the rounding of sums of durations.
inline double late_tolerance(double deadline) { return 1e-10 + 1e-13 * deadline; }

}  // namespace hetsched
