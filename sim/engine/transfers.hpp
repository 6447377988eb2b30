/// \file
/// Tensors on their way between memories: at most one transfer per tensor and destination, shared by everyone who
/// waits for it. Knows nothing of policies, and of slots only their ids.
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

  /// Moves those inputs of the task that exist and neither lie in `memory` nor are on their way there. Returns
  /// how many are still to come; `slot`, unless none, waits for each of them. Times in all of this: s.
  std::uint32_t bring(TaskRef task, MemoryId memory, SlotId slot, double now);

  /// The latency of a transfer is over: bytes begin to flow. Void if `stamp` is not its own.
  void begin_flow(TransferId transfer, std::uint64_t stamp);
  /// A transfer has finished; adds the slots that waited for it to `waiting`.
  void finish(TransferId transfer, double now, std::vector<SlotId>& waiting);

  [[nodiscard]] bool any() const { return !active_.empty(); }
  /// B/s that transfers under way want of a memory: each what its slowest link, or memory, lets through.
  [[nodiscard]] double demand_at(MemoryId memory) const;

  /// The slot no longer waits for anything.
  void forget_slot(SlotId slot);
  /// A slot no longer waits for transfers of one request; returns for how many it did.
  std::uint32_t forget_slot(SlotId slot, RequestRef request);
  /// Gives up the transfers of a request that ends; what has been moved still counts.
  void give_up(RequestRef request, double now);

 private:
  struct Transfer {
    bool active = false, flowing = false;
    TaskRef producer;
    TaskId consumer = {};
    TensorId tensor = {};
    MemoryId from = {}, to = {};
    Bytes bytes = 0;
    Seconds start = 0;
    std::uint64_t stamp = 0;
    std::vector<SlotId> waiting;
  };

  TransferId open(TaskRef task, const Edge& edge, MemoryId to, double now);
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
