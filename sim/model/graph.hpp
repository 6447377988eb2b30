/// \file
/// The two questions asked of a graph of dependencies: is there a cycle, and what is an order without one.
#pragma once

#include <cstdint>
#include <vector>

#include "base/text.hpp"

namespace hetsched {

/// needs[i]: the vertices that vertex i depends on.
using Dependencies = std::vector<std::vector<std::uint32_t>>;

/// The vertices of one cycle, each depending on the next and the last on the first; empty if there is no
/// cycle.
std::vector<std::uint32_t> find_cycle(const Dependencies& needs);

/// All vertices, each after those it depends on; 0, 1, 2, ... where that is such an order. There must be no
/// cycle.
std::vector<std::uint32_t> dependency_order(const Dependencies& needs);

/// "a -> b -> a"
std::string cycle_text(const std::vector<std::uint32_t>& cycle, const Strings& names);

}  // namespace hetsched
