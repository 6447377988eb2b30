/// \file
/// Ways between memories over links that say what they join.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/platform.hpp"
#include "model/route_table.hpp"

namespace hetsched {

/// Memories and junctions, joined by links. Nodes are numbered: memories by their ids, junctions after them.
class Topology {
 public:
  struct Join {
    std::uint32_t a = 0, b = 0;  ///< nodes
    LinkId link = {};
    double bandwidth = 0;  ///< B/s
    double latency = 0;    ///< s
  };
  /// Among joins of the same two nodes, and among ways that are equally good, those of lower links go first.
  Topology(std::size_t nodes, std::vector<Join> joins);

  using Way = std::vector<LinkId>;
  /// The best way from a node to each other one, by node, in the order in which bytes cross its links; none where there
  /// is no way (and to itself). Latencies that differ by rounding are equal. Dijkstra's algorithm: O(L log N) for each
  /// bandwidth that bounds a way.
  [[nodiscard]] std::vector<Way> ways_from(std::uint32_t from, Routing routing) const;

 private:
  /// What a way is judged by; lower is better.
  struct Label {
    double latency = 0, narrowest = 0;
    std::uint32_t links = 0;
  };
  struct Tree {
    std::vector<Label> labels;
    std::vector<std::uint32_t> last;  ///< the join over which a node is reached; kNone: it is not
  };
  static constexpr std::uint32_t kNone = 0xffffffffu;

  static bool better(const Label& x, const Label& y);
  /// Of least latency, over joins that are no narrower.
  [[nodiscard]] Tree tree(std::uint32_t from, double least_bandwidth) const;
  /// The widest bandwidth to each node; 0 where there is no way.
  [[nodiscard]] std::vector<double> widest(std::uint32_t from) const;
  [[nodiscard]] Way way(const Tree& tree, std::uint32_t from, std::uint32_t to) const;

  std::vector<Join> joins_;
  std::vector<std::vector<std::uint32_t>> joins_of_;  ///< by node
};

}  // namespace hetsched
