/// \file
/// The accelerators at work: each slot of each accelerator is a lane that takes one task through its stages
/// (overhead, waiting for inputs, computing), measures time and energy on the way, and survives changes of the
/// operating point and being turned off. Knows nothing of policies.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "engine/calendar.hpp"
#include "engine/executor.hpp"
#include "engine/reporter.hpp"
#include "engine/state.hpp"
#include "engine/tables.hpp"
#include "model/instance.hpp"

namespace hetsched {

enum class Stage : std::uint8_t { idle, overhead, waiting, computing, off };

struct Lane {
  std::uint32_t accelerator = 0, slot = 0;
  Stage stage = Stage::idle;
  bool flowing = false;        ///< its compute stage is a flow of the executor
  TaskRef task;                ///< that it runs; meaningless when idle or off
  std::vector<TaskRef> also;   ///< computed with it as one batch
  std::uint32_t batch = 1;     ///< size of the batch as it was started; requests may have left it since
  std::uint32_t fetching = 0;  ///< transfers it waits for
  std::uint64_t stamp = 0;     ///< changes with every stage: calendar entries of earlier stages are void
  double since = 0;            ///< time up to which it has been measured
  double power = 0;            ///< drawn in this stage, W
  // Of the task it runs:
  double start = 0, inputs = 0, compute = 0;
  double predicted = 0;
  double expected = 0;  ///< by the policy
  double overhead = 0;  ///< dispatch and switch, s
  double switch_time = 0;
  double factor = 1;       ///< true over predicted time
  double end = 0;          ///< when computing ends, unless it flows
  double piece_start = 0;  ///< compute time since the last change of point
  double piece_time = 0;   ///< true time alone of the whole task at this point
  double done = 0;         ///< share of the task computed before this piece
  double lump = 0;         ///< dynamic and switch energy so far, J
  double share = 0;        ///< of active power so far, J
  double transfer = 0;     ///< energy of moving bytes, J
};

/// Calls `visit` with every task in a lane.
template <class Visit>
void for_each_task(const Lane& lane, const Visit& visit) {
  visit(lane.task);
  for (const TaskRef task : lane.also) visit(task);
}

class Devices {
 public:
  Devices(const Tables& tables, const ExecutionJitter& jitter, std::uint64_t seed, State& state, Executor& executor,
          Calendar& calendar, Reporter& reporter);

  /// Puts a ready task, or a batch, on a free lane of an accelerator; its overhead begins, and a calendar entry will
  /// tell its end unless it is zero. Returns the lane.
  std::uint32_t start(const Start& start, double now);
  /// One task leaves a batch of several, and with it `fetching` of the transfers that the lane waits for; the others go
  /// on, at the price of the whole batch. The caller tells the state.
  void leave(std::uint32_t lane, TaskRef task, std::uint32_t fetching, double now);
  /// Overheads are over: the lane waits for `fetching` transfers, or computes at once if there are none.
  void begin_waiting(std::uint32_t lane, std::uint32_t fetching, double now);
  /// One of the transfers it waits for has arrived.
  void fetched(std::uint32_t lane, double now);
  /// The task in the lane is done at `at` (the instant, unless completions are tolerated early); the lane is
  /// free. The caller tells the state.
  void finish(std::uint32_t lane, double at);
  /// Gives the lane's task up, for a failure or a dropped request. The caller tells the state.
  void interrupt(std::uint32_t lane, TaskStatus why, double now);

  void set_operating_point(std::uint32_t accelerator, std::uint32_t point, double now);
  /// Turns an idle accelerator off or on.
  void set_available(std::uint32_t accelerator, bool on, double now);

  /// At the end of the run: measures up to now, reports unfinished tasks and accelerators.
  void close(double now);

  [[nodiscard]] const Lane& lane(std::uint32_t index) const { return lanes_[index]; }
  [[nodiscard]] std::uint32_t lanes() const { return static_cast<std::uint32_t>(lanes_.size()); }
  [[nodiscard]] std::uint32_t first_lane(std::uint32_t accelerator) const { return first_lane_[accelerator]; }
  [[nodiscard]] bool in_use(std::uint32_t lane) const {
    return lanes_[lane].stage != Stage::idle && lanes_[lane].stage != Stage::off;
  }

 private:
  struct Meter {
    double time[5] = {};  ///< by Stage, over all lanes, s
    double idle = 0, active = 0;
    std::uint64_t tasks = 0, switches = 0, failures = 0;
  };

  void enter(Lane& lane, Stage stage, double now);
  void settle(Lane& lane, double now);
  void compute(Lane& lane, double now);
  /// Starts the rest of the task at the accelerator's present point.
  void run_piece(Lane& lane, double now);
  /// Ends the piece: stops its flow, books what has been done. Returns the share of the task done in all.
  double end_piece(Lane& lane, double now, bool complete);
  void release(Lane& lane, TaskStatus status, double at);
  void report(const Lane& lane, TaskRef task, TaskStatus status, double at);
  void refresh_free_at(std::uint32_t accelerator);
  [[nodiscard]] const Cost& cost(const Lane& lane) const;
  [[nodiscard]] double stage_power(const Lane& lane, Stage stage) const;
  [[nodiscard]] double true_factor(TaskRef task) const;
  [[nodiscard]] double true_factor(const Start& start) const;
  [[nodiscard]] bool limited(const Lane& lane) const;

  const Tables& tables_;
  const ExecutionJitter& jitter_;
  std::vector<RandomStream> jitter_random_;  ///< by stream
  State& state_;
  Executor& executor_;
  Calendar& calendar_;
  Reporter& reporter_;
  SystemView fixed_;  ///< for costs; its changing parts are not used
  std::vector<Lane> lanes_;
  std::vector<std::uint32_t> first_lane_;
  std::vector<Meter> meters_;
};

}  // namespace hetsched
