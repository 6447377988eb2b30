/// \file
/// Platforms of many accelerators on a network of links: trees, meshes, rings.
#pragma once

#include <cstdint>
#include <optional>

#include "base/json_document.hpp"
#include "base/text.hpp"
#include "model/platform.hpp"

namespace hetsched {

enum class FabricShape {
  pcie_tree,     ///< switches of `fanout` things each, as many levels as that takes; the host is its root
  full_mesh,     ///< a link between every two (NVLink without switches)
  ring,          ///< a link from each to the next, and from the last to the first
  chiplet_mesh,  ///< a grid, links between neighbours (the network of an interposer)
};
template <>
inline constexpr auto enum_names<FabricShape> = std::array{"pcie_tree", "full_mesh", "ring", "chiplet_mesh"};

struct FabricSpec {
  FabricShape shape = FabricShape::pcie_tree;
  std::string name;
  std::uint32_t count = 1;  ///< accelerators; of a grid rows x columns
  std::uint32_t columns = 1;
  std::uint32_t fanout = 4;  ///< of a tree, at least 2
  Strings kinds;             ///< taken in turn; at least one
  Strings kind_files;        ///< as the platform is to name them
  double bandwidth = 0;      ///< B/s of each link
  double latency = 0;        ///< s
  double energy_per_byte = 0;
  std::optional<double> memory_bandwidth;  ///< B/s, of each accelerator's own memory
  std::optional<double> host_bandwidth;  ///< B/s, where the shape has no host: a link of each accelerator to one; of a
                                         ///< grid one link, of the first chiplet
};

/// The platform file: each accelerator with a memory of its own, links that say what they join, routes to be found.
Json fabric_platform(const FabricSpec& spec);

}  // namespace hetsched
