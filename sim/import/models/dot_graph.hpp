/// \file
/// A directed graph in the DOT language, with the attributes of its nodes and edges. The whole grammar is
/// read: subgraphs, default attributes, ports, quoted and HTML names, comments. Positions are kept, and
/// nesting is bounded, which is why this is not Boost.Graph's read_graphviz().
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "import/models/source_text.hpp"

namespace hetsched {

struct DotAttribute {
  std::string value;
  std::string_view at;  ///< where it stands in the text
};
using DotAttributes = std::map<std::string, DotAttribute>;

struct DotNode {
  std::string name;
  std::string_view at;
  DotAttributes attributes;
};

struct DotEdge {
  std::size_t from, to;  ///< indices of nodes
  std::string_view at;
  DotAttributes attributes;
};

struct DotGraph {
  std::string name;
  std::vector<DotNode> nodes;  ///< in the order in which they are first named
  std::vector<DotEdge> edges;
};

/// Throws InputError. The views are into the text of `source`.
DotGraph read_dot(const SourceText& source);

}  // namespace hetsched
