/// \file
/// What the policy sees, kept up to date event by event: requests, their tasks, the ready set. Pure bookkeeping:
/// it knows no time but what it is told, no energy and no SimGrid.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/ordered_list.hpp"
#include "engine/tables.hpp"
#include "hetsched/policy.hpp"
#include "record/records.hpp"

namespace hetsched {

/// What the engine accounts for a live request beyond what policies see.
struct RequestAccount {
  bool gated = false;         ///< waits for the stream it comes after
  std::uint32_t running = 0;  ///< tasks on accelerators
  std::uint32_t leaving = 0;  ///< parts of its result on their way to the stream's sink
  Seconds first_start = kNever;
  Seconds forecast = kNever;
  Joules energy = 0;
  IdVector<TaskId, Joules> fetched;  ///< energy of transfers made for each task; empty on one memory
};

class State {
 public:
  explicit State(const Tables& tables);

  /// A new request; its first tasks become ready unless it is gated. Returns its place. Times in all of this: s.
  RequestRef release(StreamId stream, std::uint64_t index, double now, double deadline, bool gated);
  void open_gate(RequestRef request, double now);

  /// One slot of an accelerator is taken for tasks of a model.
  void take_slot(AcceleratorId accelerator, ModelId model);
  void free_slot(AcceleratorId accelerator, double now);
  /// A ready task gets (a part of) the slot that was taken, where it is expected to end at `finish`.
  void start(TaskRef task, AcceleratorId accelerator, VariantId variant, double now, double finish);
  void begin_compute(TaskRef task, double now, double finish);
  /// A running task is done; its slot is another matter; successors become ready. Returns true if it was the request's
  /// last.
  bool finish(TaskRef task, double finished_at, double now);
  /// A running task gives its accelerator up (not its slot). If `again`, it becomes ready once more.
  void interrupt(TaskRef task, double now, bool again);

  /// A finished task is to run again, as its outputs have gone, and before it `missing` of its predecessors are.
  void redo(TaskRef task, std::uint32_t missing, double now);

  /// What is reported of a request that ends at `end`.
  [[nodiscard]] RequestRecord record(RequestRef request, RequestStatus status, double end) const;
  /// All tasks of a live request are done, but parts of its result are still on their way: policies no longer see it
  /// live.
  void depart(RequestRef request);
  /// Has it departed, and not ended?
  [[nodiscard]] bool departing(RequestRef request) const {
    return std::find(departing_.begin(), departing_.end(), request) != departing_.end();
  }
  /// All that have, by time of departure.
  [[nodiscard]] std::span<const RequestRef> departing() const { return departing_; }
  /// The request leaves: it is no longer live, its tasks are not ready; readable until free_ended().
  void end(RequestRef request);
  /// Makes the places of ended requests free for new ones.
  void free_ended();

  void push_event(const Event& event) { events_.push_back(event); }
  [[nodiscard]] bool has_events() const { return !events_.empty(); }
  /// Puts events in the documented order.
  void sort_events();
  void clear_events() { events_.clear(); }

  [[nodiscard]] std::span<const RequestRef> live() const { return live_.items(); }
  [[nodiscard]] std::span<const TaskRef> ready() const { return ready_.items(); }
  Request& request(RequestRef place) { return requests_[place]; }
  RequestAccount& account(RequestRef place) { return accounts_[place]; }
  std::vector<Replica>& replicas(RequestRef place) { return replicas_[place]; }
  /// To be called after replicas() has been changed.
  void publish_replicas(RequestRef place) { requests_[place].replicas = replicas_[place]; }
  TaskState& task(TaskRef t) { return tasks_[t.request][t.task]; }
  Accelerator& accelerator(AcceleratorId id) { return accelerators_[id]; }
  MemoryState& memory(MemoryId id) { return memory_states_[id]; }
  Residence& residence(WeightsId weights, MemoryId memory) {
    return residences_[index_of(memory) * view_.weights.size() + index_of(weights)];
  }
  [[nodiscard]] const ModelTask& model_task(TaskRef t) const {
    return models_[requests_[t.request].model].tasks[t.task];
  }

  /// What a clairvoyant policy is told, by (arrival, stream).
  void foretell(std::vector<FutureRequest> future);

  /// Whom a policy can ask how tasks slow each other down.
  void tell_co_run(const CoRunModel& model) { view_.co_run = &model; }

  /// The snapshot as of `now`; valid until the next change.
  const SystemView& view(double now);
  /// As of the time that was last asked for.
  const SystemView& view_of_now() { return view(view_.now); }

 private:
  void make_ready(TaskRef task, double now);
  void take_from_live(RequestRef request);
  [[nodiscard]] std::size_t ready_position(TaskRef task) const;

  SystemView view_;
  std::vector<FutureRequest> future_;
  IdSpan<ModelId, const Model> models_;
  IdSpan<StreamId, const Stream> streams_;
  IdVector<AcceleratorId, Accelerator> accelerators_;
  IdVector<MemoryId, MemoryState> memory_states_;
  std::vector<Residence> residences_;
  IdVector<RequestRef, Request> requests_;
  IdVector<RequestRef, RequestAccount> accounts_;
  IdVector<RequestRef, IdVector<TaskId, TaskState>> tasks_;
  IdVector<RequestRef, std::vector<Replica>> replicas_;
  std::vector<RequestRef> free_, ended_, departing_;
  OrderedList<RequestRef> live_;
  OrderedList<TaskRef> ready_;
  std::vector<Event> events_;
  std::uint64_t next_id_ = 0;
};

}  // namespace hetsched
