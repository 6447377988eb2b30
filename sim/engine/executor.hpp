/// \file
/// The seam between deciding and simulating: the engine knows only this interface. SimGrid is one
/// implementation, another has closed-form sharing: executors/executors.hpp has the list.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/fabric.hpp"

namespace hetsched {

/// Moves bytes and lets time pass. Flows are named by the caller: ids.hpp says how. A name may be used again
/// once its flow has finished or was cancelled. Flows that cross the same memory or link share it max-min fairly.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Simulated time in seconds; starts at 0.
  virtual double now() const = 0;

  /// Traffic of the task that runs in a slot with the slot's memory, which has a limited bandwidth: `bytes` > 0, at no
  /// more than `max_rate` > 0 bytes per second. Ends when all bytes are through.
  virtual void start_traffic(SlotId slot, double bytes, double max_rate) = 0;

  /// A transfer of `bytes` > 0 from one memory to another over the fabric's route, which has at least one link.
  /// The route's latency is the caller's business.
  virtual void start_transfer(FlowId flow, MemoryId from, MemoryId to, double bytes) = 0;

  /// From now on the traffic of the task that runs in a slot gets at most `rate` > 0 bytes per second. Like the next
  /// one, only on a fabric whose rates change.
  virtual void set_max_rate(SlotId slot, double rate) = 0;

  /// From now on a memory of limited bandwidth gives `bandwidth` > 0 bytes per second in all.
  virtual void set_bandwidth(MemoryId memory, double bandwidth) = 0;

  /// Gives a flow up and returns the bytes it had left.
  virtual double cancel(FlowId flow) = 0;

  /// Lets time pass until `until` (s; may be infinite if a flow is active) or until flows finish, whichever comes
  /// first, and puts the flows that finished at that instant (instant.hpp's width) into `finished`, in
  /// ascending order. May return before both with nothing finished; the caller looks at now().
  virtual void wait(double until, std::vector<FlowId>& finished) = 0;
};

}  // namespace hetsched
