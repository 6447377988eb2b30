/// \file
/// What bytes flow through: memories, links and routes as plain numbers, for executors.
#pragma once

#include <cstdint>
#include <vector>

namespace hetsched {

class Tables;

struct Fabric {
  struct Link {
    double bandwidth = 0;  ///< B/s
    bool shared = true;    ///< false: every flow gets all of it
  };
  std::vector<double> memory_bandwidth;  ///< B/s; 0: unlimited
  std::vector<Link> links;
  std::vector<std::vector<std::uint32_t>> routes;  ///< memories x memories, from-major: indices of links
  std::vector<std::uint32_t> lane_memory;          ///< memory of each lane
  /// With links, memories are links as well, and flows share whole routes; without, memories are servers.
  [[nodiscard]] bool multi_hop() const { return !links.empty(); }
  [[nodiscard]] std::uint32_t lanes() const { return static_cast<std::uint32_t>(lane_memory.size()); }
};

/// The fabric of a scenario's platform: a lane per slot of every accelerator, in order.
Fabric fabric_of(const Tables& tables);

}  // namespace hetsched
