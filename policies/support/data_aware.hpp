/// \file
/// StarPU's family of policies that push each task to the worker of the best fitness: dm, dmda, dmdar, dmdas.
#pragma once

#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/completion_queues.hpp"
#include "support/free_slots.hpp"

namespace hetsched {

/// A task that becomes ready joins the queue of the accelerator of the least
///   alpha (end - least end) + beta transfer + gamma (energy + idle_power max(0, end - last end)),
/// where end = max(free + queued, now + transfer) + overhead + time alone; free is when a slot is, queued the
/// predicted time of what waits there per slot, `last end` the latest time at which any accelerator is done
/// with what it has. Ties: lowest index. With several memories its inputs start moving there at once. When an
/// accelerator is turned off or on, all that waits chooses anew.
class DataAware : public Policy {
 public:
  struct Rules {
    bool transfers;       ///< they count at all, and so does energy
    bool sorted;          ///< queues by priority of the request, largest first; else as tasks come
    bool fewest_missing;  ///< of a queue (if sorted: of its first priority) run what has most of its inputs
                          ///< there
  };

  DataAware(Params& p, const Rules& rules);
  void decide(const SystemView& view, Decisions& out) override;

 private:
  struct Candidate {
    AcceleratorId accelerator;
    Seconds end, transfer, time;
  };

  void push(const SystemView& view, TaskRef task, Decisions& out);
  [[nodiscard]] std::size_t best_of(const SystemView& view, TaskRef task) const;
  [[nodiscard]] std::size_t next_of(const SystemView& view, AcceleratorId accelerator) const;

  Rules rules_;
  double alpha_ = 1, beta_ = 0, gamma_ = 0;
  Watts idle_power_ = 0;
  CompletionQueues queues_;
  std::vector<Candidate> candidates_;  ///< for the task that is being pushed
  Seconds last_end_ = 0;
  FreeSlots free_;
};

}  // namespace hetsched
