/// \file
/// Running the points of a study in other processes, some at a time.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "study/agenda.hpp"
#include "study/stop_signals.hpp"
#include "study/worker.hpp"

namespace hetsched {

struct ExecutionOptions {
  unsigned jobs = 1;              ///< processes at a time
  bool trust_plugins = false;     ///< run points of plugins and scripts in one process with others
  std::optional<double> timeout;  ///< s of wall-clock time that a point may take
};

/// Points on an executor whose runs repeat themselves exactly, and that only this program's own policies decide, share
/// processes; all others have one each.
class Execution {
 public:
  /// What there is to be told. Calls may throw; then all processes are ended.
  struct Events {
    /// A point has been given to a process.
    std::function<void(std::size_t point)> started = {};
    /// It has ended. If `by_itself`, its process has written its record; else, as it has been ended or has crashed,
    /// nobody has.
    std::function<void(std::size_t point, PointReport report, bool by_itself)> ended = {};
    /// Of points whose process has ended without telling: the reports of those that it has recorded before.
    std::function<std::map<std::size_t, PointReport>(const std::deque<std::size_t>& points)> recorded = {};
    /// Called every second at least.
    std::function<void()> tick = {};
    /// A process has given up, for which run() will throw; this may throw something better.
    std::function<void()> gave_up = {};
    /// It has been asked to stop, and waits for what is running.
    std::function<void()> stopping = {};
  };

  /// The agenda is told of what ends. All of it must outlive this.
  Execution(const PointSetting& setting, Agenda& agenda, ExecutionOptions options, Events events);

  /// Runs until the agenda is empty. Asked to stop (SIGINT, SIGTERM, SIGHUP) it lets what is running end; asked again
  /// it ends that at once. True if it was asked. Throws an InputError if the journal cannot be written, or no process
  /// can be started.
  bool run();

  /// Runs a point in a process of its own, without a record, for as long as a point may take. Nothing if it was asked
  /// to stop.
  std::optional<PointReport> run_alone(const PointSetting& setting, std::size_t point);

  /// Points that are being run.
  [[nodiscard]] std::size_t running() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    Worker worker;
    bool shared = false;
    std::size_t ahead = 1;                   ///< points it is given at once
    Clock::time_point since = Clock::now();  ///< when it began with the first of its points
    bool late = false;                       ///< was it ended because a point took too long?
    bool gone = false;                       ///< has its process ended, as far as one has looked?
  };

  [[nodiscard]] bool shares(std::size_t point) const;
  [[nodiscard]] bool nothing_left() const { return !next_ && alone_.empty() && killed_.empty(); }
  bool hand_out();
  bool hand_out(std::size_t point, bool shared);
  Running* worker_for(std::size_t point, bool shared);
  void prepare(std::size_t point) const;
  void look_for_ends();
  void wait();
  void end_late_ones();
  void collect();
  void lost(Running& running);
  void stop_handing_out();

  const PointSetting& setting_;
  Agenda& agenda_;
  ExecutionOptions options_;
  Events events_;
  bool shares_;
  bool stopping_ = false;
  StopSignals signals_;
  std::list<Running> running_;
  std::vector<pollfd> polled_;
  std::optional<std::size_t> next_;          ///< from the agenda, if nobody took it yet
  std::deque<std::size_t> alone_;            ///< points that a worker ended with, to be run again
  std::deque<std::size_t> killed_;           ///< points whose own process somebody killed, to be run once more
  std::set<std::size_t> once_;               ///< all that have been among these
  Clock::time_point looked_ = Clock::now();  ///< for ends of processes that the pipe does not tell
};

}  // namespace hetsched
