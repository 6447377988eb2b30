/// \file
/// The seam between deciding and simulating: the engine knows only this interface. SimGrid is one
/// implementation, another has closed-form sharing: executors/executors.hpp has the list.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/fabric.hpp"

namespace hetsched {

/// Moves bytes and lets time pass. Flows are numbered by the caller: numbers below Fabric::lanes are for the
/// traffic of tasks (one per slot of an accelerator), higher ones for transfers. A number may be used again once
/// its flow has finished or was cancelled. Flows that cross the same memory or link share it max-min fairly.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Simulated time in seconds; starts at 0.
  virtual double now() const = 0;

  /// Traffic of the task that runs in lane `flow` with the lane's memory, which has a limited bandwidth: `bytes`
  /// > 0, at no more than `max_rate` > 0 bytes per second. Ends when all bytes are through.
  virtual void start_traffic(std::uint32_t flow, double bytes, double max_rate) = 0;

  /// A transfer of `bytes` > 0 from one memory to another over the fabric's route, which has at least one link.
  /// The route's latency is the caller's business.
  virtual void start_transfer(std::uint32_t flow, std::uint32_t from, std::uint32_t to, double bytes) = 0;

  /// Gives a flow up and returns the bytes it had left.
  virtual double cancel(std::uint32_t flow) = 0;

  /// Lets time pass until `until` (may be infinite if a flow is active) or until flows finish, whichever comes
  /// first, and puts the flows that finished at that instant (within calendar.hpp's width) into `finished`, in
  /// ascending order. May return before both with nothing finished; the caller looks at now().
  virtual void wait(double until, std::vector<std::uint32_t>& finished) = 0;
};

}  // namespace hetsched
