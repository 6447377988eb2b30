/// \file
/// Tensors and weights on their way between memories: at most one transfer of each to a destination, shared by everyone
/// who waits for it. Among them the inputs of requests, from where their stream says, and their results, to where it
/// wants them. Knows nothing of policies, and of slots only their ids.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/event_queue.hpp"
#include "engine/executor.hpp"
#include "engine/reporter.hpp"
#include "engine/state.hpp"
#include "engine/tables.hpp"

namespace hetsched {

class Transfers {
 public:
  /// `slots`: number of slots of all accelerators, whose flows come before its own.
  Transfers(const Tables& tables, State& state, Executor& executor, EventQueue& events, Reporter& reporter,
            std::size_t slots);

  /// Moves those inputs of the task (the request's own among them) that exist and neither lie in `memory` nor are on
  /// their way there. Returns how many are still to come; `slot`, unless none, waits for each of them. Times in all of
  /// this: s.
  std::uint32_t bring(TaskRef task, MemoryId memory, SlotId slot, double now);

  /// Moves what a finished task has made of the request's result to the stream's sink, if it lies elsewhere; the
  /// account of the request counts it until it is there.
  void send(TaskRef task, double now);
  /// Begins to load weights whose room in the memory is reserved. Returns whether they are still to come; `slot`,
  /// unless none, then waits for them.
  bool load(WeightsId weights, MemoryId memory, SlotId slot, double now);
  /// Moves an output of a finished task from one memory to another, in order to free its room in the first.
  void offload(TaskRef producer, const Edge& output, MemoryId from, MemoryId to, double now);

  /// The latency of a transfer is over: bytes begin to flow. Void if `stamp` is not its own.
  void begin_flow(TransferId transfer, std::uint64_t stamp);
  /// What a transfer has brought.
  struct Arrival {
    RequestRef request = RequestRef::none;  ///< none: weights
    TaskId producer = TaskId::none;         ///< none: it is the request's own input
    TaskId consumer = TaskId::none;         ///< none: it is a part of the request's result
    TensorId tensor = TensorId::none;
    MemoryId from = {}, to = {};
    bool offloaded = false;

    [[nodiscard]] bool is_result() const { return request != RequestRef::none && consumer == TaskId::none; }
  };
  /// A transfer has finished; adds the slots that waited for it to `waiting`.
  Arrival finish(TransferId transfer, double now, std::vector<SlotId>& waiting);

  [[nodiscard]] bool any() const { return !active_.empty(); }
  /// B/s that transfers under way want of a memory: each what its slowest link, or memory, lets through.
  [[nodiscard]] double demand_at(MemoryId memory) const;

  /// The slot no longer waits for anything.
  void forget_slot(SlotId slot);
  /// A slot no longer waits for transfers of one request; returns for how many it did.
  std::uint32_t forget_slot(SlotId slot, RequestRef request);
  /// Gives up the transfers of a request that ends (none: those of weights); what has been moved still counts.
  void give_up(RequestRef request, double now);

 private:
  /// What is moved.
  struct Cargo : Arrival {
    Bytes bytes = 0;
    WeightsId weights = WeightsId::none;
  };
  struct Transfer : Cargo {
    bool active = false, flowing = false;
    Seconds start = 0;
    std::uint64_t stamp = 0;
    std::vector<SlotId> waiting;
  };

  /// Moves a tensor unless it is there; returns whether it is still to come, which the slot then waits for.
  bool bring(const Cargo& cargo, SlotId slot, double now);
  /// Begins a transfer of a tensor; the view says that it comes.
  TransferId open_copy(const Cargo& cargo, double now);
  TransferId open(const Cargo& cargo, double now);
  [[nodiscard]] MemoryId place_of(TaskRef producer, TensorId tensor) const;
  void record(const Cargo& cargo, double start, double moved, double energy, double now);
  void close(TransferId id, double moved, double now);
  Transfer* on_its_way(RequestRef request, TensorId tensor, MemoryId to);

  const Tables& tables_;
  State& state_;
  Executor& executor_;
  EventQueue& events_;
  Reporter& reporter_;
  SystemView fixed_;
  std::size_t slots_;
  IdVector<TransferId, Transfer> transfers_;
  std::vector<TransferId> active_;
};

}  // namespace hetsched
