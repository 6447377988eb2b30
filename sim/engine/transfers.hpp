/// \file
/// Tensors on their way between memories: at most one transfer per tensor and destination, shared by everyone who
/// waits for it. Knows nothing of policies or lanes but their numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/calendar.hpp"
#include "engine/executor.hpp"
#include "engine/reporter.hpp"
#include "engine/state.hpp"
#include "engine/tables.hpp"

namespace hetsched {

class Transfers {
 public:
  /// Flow numbers from `first_flow` on are its own.
  Transfers(const Tables& tables, State& state, Executor& executor, Calendar& calendar, Reporter& reporter,
            std::uint32_t first_flow);

  /// Moves those inputs of the task that exist and neither lie in `memory` nor are on their way there. Returns
  /// how many are still to come; `lane`, unless kNone, waits for each of them.
  std::uint32_t bring(TaskRef task, std::uint32_t memory, std::uint32_t lane, double now);

  /// The latency of a transfer is over: bytes begin to flow. Void if `stamp` is not its own.
  void begin_flow(std::uint32_t transfer, std::uint64_t stamp);
  /// A flow of ours has finished; adds the lanes that waited for it to `waiting`.
  void flow_finished(std::uint32_t flow, double now, std::vector<std::uint32_t>& waiting);

  [[nodiscard]] bool any() const { return !active_.empty(); }

  /// The lane no longer waits for anything.
  void forget_lane(std::uint32_t lane);
  /// A lane no longer waits for transfers of one request; returns for how many it did.
  std::uint32_t forget_lane(std::uint32_t lane, std::uint32_t request);
  /// Gives up the transfers of a request that ends; what has been moved still counts.
  void give_up(std::uint32_t request, double now);

 private:
  struct Transfer {
    bool active = false, flowing = false;
    TaskRef producer;
    std::uint32_t consumer = 0, tensor = 0, from = 0, to = 0;
    double bytes = 0, start = 0;
    std::uint64_t stamp = 0;
    std::vector<std::uint32_t> waiting;
  };

  std::uint32_t open(TaskRef task, const Edge& edge, std::uint32_t to, double now);
  void close(Transfer& transfer, double moved, double now);
  Transfer* on_its_way(std::uint32_t request, std::uint32_t tensor, std::uint32_t to);

  const Tables& tables_;
  State& state_;
  Executor& executor_;
  Calendar& calendar_;
  Reporter& reporter_;
  SystemView fixed_;
  std::uint32_t first_flow_;
  std::vector<Transfer> transfers_;
  std::vector<std::uint32_t> active_;
};

}  // namespace hetsched
