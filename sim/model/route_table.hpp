/// \file
/// Which links lead from each memory to each other one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "hetsched/ids.hpp"

namespace hetsched {

enum class LinkId : std::uint32_t { none = 0xffffffffu };  ///< of the platform's links

/// Routes of ordered pairs of memories. There are many pairs and few different routes: those that cross the same links
/// are one.
class RouteTable {
 public:
  RouteTable() = default;
  explicit RouteTable(std::size_t memories) : memories_(memories), route_(memories * memories, kNone) {}

  /// A route over links, in the order in which bytes cross them. Returns its number.
  std::uint32_t add(std::vector<LinkId> links) {
    routes_.push_back(std::move(links));
    return static_cast<std::uint32_t>(routes_.size() - 1);
  }
  /// The pair takes the route of that number.
  void set(MemoryId from, MemoryId to, std::uint32_t route) { route_[place(from, to)] = route; }

  [[nodiscard]] bool has(MemoryId from, MemoryId to) const { return route_[place(from, to)] != kNone; }
  /// Of the pair's route, in the order in which bytes cross them; none if it has no route.
  [[nodiscard]] std::span<const LinkId> links(MemoryId from, MemoryId to) const {
    if (!has(from, to)) return {};
    return routes_[route_[place(from, to)]];
  }
  [[nodiscard]] std::size_t memories() const { return memories_; }

 private:
  static constexpr std::uint32_t kNone = 0xffffffffu;
  [[nodiscard]] std::size_t place(MemoryId from, MemoryId to) const {
    return index_of(from) * memories_ + index_of(to);
  }

  std::size_t memories_ = 0;
  std::vector<std::vector<LinkId>> routes_;
  std::vector<std::uint32_t> route_;  ///< of each pair, from-major
};

}  // namespace hetsched
