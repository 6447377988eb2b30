/// \file
/// What bytes flow through: memories, links and routes as plain numbers, for executors.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/ids.hpp"
#include "model/route_table.hpp"

namespace hetsched {

class Tables;

struct Fabric {
  struct Link {
    double bandwidth = 0;  ///< B/s
    bool shared = true;    ///< false: every flow gets all of it
  };
  IdVector<MemoryId, double> memory_bandwidth;  ///< B/s; infinite: unlimited
  IdVector<LinkId, Link> links;
  RouteTable routes;
  IdVector<SlotId, MemoryId> slot_memory;  ///< that the tasks of a slot use
  double most_bytes = 0;                   ///< of any flow; 0: not known, 1e14 at most
  bool rates_change = false;               ///< of tasks and memories, while flows are under way
  /// With links, memories are links as well, and flows share whole routes; without, each memory serves its own flows.
  [[nodiscard]] bool multi_hop() const { return !links.empty(); }
  [[nodiscard]] bool limited(MemoryId memory) const {
    return memory_bandwidth[memory] < std::numeric_limits<double>::infinity();
  }
};

/// The fabric of a scenario's platform: the slots of every accelerator, in order.
Fabric fabric_of(const Tables& tables);

}  // namespace hetsched
