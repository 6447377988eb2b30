/// \file
/// Work stealing: what the policies ws and lws share.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "hetsched/policy.hpp"
#include "planning/dice.hpp"
#include "support/free_slots.hpp"

namespace hetsched {

/// Each accelerator has a double-ended queue. A task that becomes ready joins that of the accelerator which
/// finished its last predecessor (the latest of those that finished at that instant); first tasks of requests
/// go round the accelerators that are on and can run them. An accelerator runs the newest task of its own
/// queue; if it has none that it can run, it steals the oldest that it can from a victim. Moving the inputs
/// is what a theft costs. O(queues) per look, O(1) where all accelerators can run all tasks.
class WorkStealing : public Policy {
 public:
  enum class Victim { random, most_loaded, neighbour };

  WorkStealing(Victim victim, std::uint64_t seed) : victim_(victim), dice_(seed) {}
  void decide(const SystemView& view, Decisions& out) override;

 private:
  struct Queued {
    TaskRef task;
    std::uint64_t request_id = 0;
    bool taken = false;  ///< started in this call
  };

  void push(const SystemView& view, TaskRef task);
  [[nodiscard]] AcceleratorId owner(const SystemView& view, TaskRef task);
  void forget_gone(const SystemView& view);
  bool serve(const SystemView& view, AcceleratorId thief, Decisions& out);
  void order_victims(AcceleratorId thief);

  Victim victim_;
  Dice dice_;
  std::size_t turn_ = 0;  ///< index of the accelerator whose turn it is to get a first task
  IdVector<AcceleratorId, std::deque<Queued>> queues_;
  std::vector<AcceleratorId> victims_;
  FreeSlots free_;
};

}  // namespace hetsched
