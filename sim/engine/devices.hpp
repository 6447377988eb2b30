/// \file
/// The accelerators at work: each of their slots takes one task (or batch) through its stages (overhead, waiting for
/// inputs, computing), measures time and energy on the way, and survives changes of the operating point and being
/// turned off. A task may be computed in parts (parts.hpp), some of them by another accelerator, as a guest in one of
/// its slots, while its own slot waits. Knows nothing of policies.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/random.hpp"
#include "engine/event_queue.hpp"
#include "engine/executor.hpp"
#include "engine/parts.hpp"
#include "engine/reporter.hpp"
#include "engine/shares.hpp"
#include "engine/state.hpp"
#include "engine/tables.hpp"
#include "model/instance.hpp"

namespace hetsched {

enum class Stage : std::uint8_t { idle, overhead, waiting, computing, off };

struct Slot {
  AcceleratorId accelerator = {};
  std::uint32_t number = 0;  ///< among the slots of the accelerator
  Stage stage = Stage::idle;
  bool flowing = false;        ///< its compute stage is a flow of the executor
  TaskRef task;                ///< that it runs; meaningless when idle or off
  std::vector<TaskRef> also;   ///< computed with it as one batch
  std::uint32_t batch = 1;     ///< size of the batch as it was started; requests may have left it since
  std::uint32_t fetching = 0;  ///< transfers it waits for
  std::uint64_t stamp = 0;     ///< changes with every stage: queued events of earlier stages are void
  double since = 0;            ///< time up to which it has been measured, s
  double power = 0;            ///< drawn in this stage, W
  double rest = 0;             ///< its part of what a device that slots share draws while it is not busy, W
  // Of the task it runs:
  double start = 0, inputs = 0, compute = 0;  ///< when it got the slot, when its overhead was over, its inputs there, s
  double predicted = 0;                       ///< from start to end, s
  double expected = 0;                        ///< likewise, by the policy, s
  double finish = 0;                          ///< when it is predicted to leave, s
  double overhead = 0;                        ///< dispatch and switch, s
  double switch_time = 0;                     ///< s
  double factor = 1;                          ///< true over predicted time
  double end = 0;                             ///< when computing ends, unless it flows, s
  Cost piece = {};                            ///< of the whole task, or part, at this operating point
  double piece_start = 0;                     ///< when it began to compute at this operating point, s
  double piece_time = 0;                      ///< true time alone of the whole task at this point, s
  double whole = 0;                           ///< of it, in which its bytes come, too, unless it flows, s
  double speed = 1;                           ///< that it may have at most beside others, over that alone
  double flow = 0;                            ///< bytes that flow for the whole task at this point
  double done = 0;                            ///< share of the task computed before this piece
  double lump = 0;                            ///< dynamic and switch energy so far, J
  double share = 0;                           ///< of active power so far, J
  double transfer = 0;                        ///< energy of moving bytes, J
  // Of a task in parts; start, predicted and expected are then of the part:
  std::vector<Part> parts;      ///< empty: it is in one piece
  std::size_t part = 0;         ///< that is computed now, or waited for
  double asked = 0;             ///< when that began to wait for an accelerator, s
  SlotId guest = SlotId::none;  ///< where another accelerator computes that part; none: not handed over, or not begun
  double task_start = 0, task_predicted = 0, task_expected = 0, task_compute = 0;  ///< of the whole task, s
  // Of a guest:
  SlotId host = SlotId::none;  ///< the slot whose task it computes a part of, and which waits for it
};

/// Calls `visit` with every task in a slot.
template <class Visit>
void for_each_task(const Slot& slot, const Visit& visit) {
  visit(slot.task);
  for (const TaskRef task : slot.also) visit(task);
}

class Devices {
 public:
  Devices(const Tables& tables, const ExecutionJitter& jitter, std::uint64_t seed, State& state, Executor& executor,
          EventQueue& events, Reporter& reporter);

  /// Puts a ready task, or a batch, in a free slot of an accelerator; its overhead begins, and an event will tell its
  /// end unless it takes no time. Returns the slot. Times in all of this: s.
  SlotId start(const Start& start, double now);
  /// One task leaves a batch of several, and with it `fetching` of the transfers that the slot waits for; the others go
  /// on, at the cost of the whole batch. The caller tells the state.
  void leave(SlotId slot, TaskRef task, std::uint32_t fetching, double now);
  /// Overheads are over: the slot waits for `fetching` transfers, or computes at once if there are none.
  void begin_waiting(SlotId slot, std::uint32_t fetching, double now);
  /// One of the transfers it waits for has arrived.
  void fetched(SlotId slot, double now);
  /// The slot whose task a slot works for: of a guest its host, else itself.
  [[nodiscard]] SlotId host_of(SlotId slot) const { return is_guest(slot) ? slots_[slot].host : slot; }
  [[nodiscard]] bool is_guest(SlotId slot) const { return slots_[slot].host != SlotId::none; }
  /// Does the slot's task go on after the part that it, or its guest, computes?
  [[nodiscard]] bool has_more_parts(SlotId slot) const { return slots_[slot].part + 1 < slots_[slot].parts.size(); }
  /// That part is done; the next begins, or waits for an accelerator that computes it.
  void next_part(SlotId slot, double now);
  /// Parts that wait for an accelerator get a free slot, first come, first served; what is still waiting is foreseen.
  void seat_guests(double now) {
    if (!queue_.empty()) seat_queue(now);
  }
  /// How many tasks wait for that.
  [[nodiscard]] std::size_t waiting_guests() const { return queue_.size(); }
  /// The accelerator of a guest is turned off: it will begin again, before those that came later.
  void send_back(SlotId guest, double now);
  /// The task in the slot is done at `at` (the instant, unless completions are tolerated early); the slot is
  /// free. The caller tells the state.
  void finish(SlotId slot, double at);
  /// Gives the slot's task up, for a failure or a dropped request. The caller tells the state.
  void interrupt(SlotId slot, TaskStatus why, double now);

  void set_operating_point(AcceleratorId accelerator, PointId point, double now);
  /// Turns an idle accelerator off or on.
  void set_available(AcceleratorId accelerator, bool on, double now);

  /// Before time passes, where the platform's rates change: gives all who compute what they get from now on.
  /// `transfers_at`: B/s that transfers want of a memory.
  void share(const std::function<double(MemoryId)>& transfers_at, double now);

  /// At the end of the run: measures up to now, reports unfinished tasks and accelerators.
  void close(double now);

  [[nodiscard]] const Slot& slot(SlotId id) const { return slots_[id]; }
  [[nodiscard]] IdRange<SlotId> slots() const { return slots_.ids(); }
  [[nodiscard]] IdRange<SlotId> slots_of(AcceleratorId accelerator) const { return slots_of_[accelerator]; }
  [[nodiscard]] bool in_use(SlotId slot) const {
    return slots_[slot].stage != Stage::idle && slots_[slot].stage != Stage::off;
  }

 private:
  struct Meter {
    double time[5] = {};          ///< by Stage, over all slots, s
    double idle = 0, active = 0;  ///< energy, J
    std::uint64_t tasks = 0, switches = 0, failures = 0;
  };

  void enter(Slot& slot, Stage stage, double now);
  void settle(Slot& slot, double now);
  void compute(SlotId id, double now);
  void begin_computing(SlotId id, double now);
  void begin_parts(SlotId id, double now);
  /// The slot's present part begins: here, or as a guest of another accelerator as soon as one is free.
  void begin_part(SlotId id, double now);
  void take_seat(SlotId host, AcceleratorId helper, double now);
  /// The guest of a slot, if it has one, leaves; its row ends with the status. False if there is none.
  bool end_guest(SlotId host, TaskStatus status, double at);
  void seat_queue(double now);
  void foresee_guests(double now);
  [[nodiscard]] double time_on(const Part& part, AcceleratorId by) const;
  /// Predicted time of a part: that of its dispatch, if it is handed over, is in.
  [[nodiscard]] double part_time(const Slot& host, const Part& part) const;
  /// The same of the parts after the present one.
  [[nodiscard]] double time_after(const Slot& host) const;
  /// The work in a slot is now predicted to end then.
  void expect_end(Slot& slot, double end);
  /// Starts the rest of the task at the accelerator's present point.
  void run_piece(SlotId id, double now);
  /// Ends the piece: stops its flow, accounts for what has been done. Returns the share of the task done in all.
  double end_piece(SlotId id, double now, bool complete);
  void end_row(Slot& slot, TaskStatus status, double at);
  void vacate(Slot& slot, double at);
  void take_out(Slot& slot, TaskRef task, bool told, double now);
  [[nodiscard]] std::vector<AcceleratorId> helpers_of(const Slot& host) const;
  void report(const Slot& slot, TaskRef task, TaskStatus status, double at);
  /// What is left of a task becomes a flow of the executor, as large and as fast as its demand says.
  void start_flow(SlotId id, const Cost& cost);
  /// Its end, in the calendar: it does not flow.
  void set_end(SlotId id, double now);
  /// Accounts for a part of the task that has been done since the piece began.
  void book(Slot& slot, double share, double now);
  /// It may have another speed from now on, over that alone: by a share of its device, or by a cap.
  void reshare(SlotId id, double speed, double now);
  void share_power(AcceleratorId accelerator, double now);
  void refresh_free_at(AcceleratorId accelerator);
  [[nodiscard]] Cost cost(const Slot& slot) const;
  [[nodiscard]] ResourceUse use(const Slot& slot) const;
  [[nodiscard]] double stage_power(const Slot& slot, Stage stage) const;
  [[nodiscard]] double true_factor(TaskRef task) const;
  [[nodiscard]] double true_factor(const Start& start) const;
  [[nodiscard]] bool limited(const Slot& slot) const;

  const Tables& tables_;
  const ExecutionJitter& jitter_;
  IdVector<StreamId, RandomStream> jitter_random_;
  State& state_;
  Executor& executor_;
  EventQueue& events_;
  Reporter& reporter_;
  SystemView fixed_;  ///< for costs; its changing parts are not used
  IdVector<SlotId, Slot> slots_;
  IdVector<AcceleratorId, IdRange<SlotId>> slots_of_;
  IdVector<AcceleratorId, Meter> meters_;
  Shares shares_;                                ///< kept where the platform's rates change
  IdVector<AcceleratorId, bool> power_changed_;  ///< of devices that slots share
  std::vector<SlotId> queue_;  ///< slots whose present part waits for an accelerator, first come first
};

}  // namespace hetsched
