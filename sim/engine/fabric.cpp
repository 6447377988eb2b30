#include "engine/fabric.hpp"

#include "engine/tables.hpp"

namespace hetsched {

Fabric fabric_of(const Tables& tables) {
  Fabric fabric;
  for (const MemoryInfo& memory : tables.memories()) fabric.memory_bandwidth.push_back(memory.bandwidth);
  for (const LinkInfo& link : tables.links()) fabric.links.push_back({link.bandwidth, link.shared});
  for (std::uint32_t from = 0; from < tables.memories().size(); ++from)
    for (std::uint32_t to = 0; to < tables.memories().size(); ++to) {
      const auto links = tables.route_links(from, to);
      fabric.routes.emplace_back(links.begin(), links.end());
    }
  for (const AcceleratorInfo& a : tables.accelerators())
    fabric.lane_memory.insert(fabric.lane_memory.end(), a.slots, a.memory);
  return fabric;
}

}  // namespace hetsched
