#include "model/graph.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/topological_sort.hpp>
#include <iterator>

namespace hetsched {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

Graph graph_of(const Dependencies& needs) {
  Graph graph(needs.size());
  for (std::size_t i = 0; i < needs.size(); ++i)
    for (const std::uint32_t need : needs[i]) boost::add_edge(i, need, graph);
  return graph;
}

/// Keeps the first cycle that a depth-first search meets.
class CycleVisitor : public boost::default_dfs_visitor {
 public:
  CycleVisitor(std::vector<std::uint32_t>& parent, std::vector<std::uint32_t>& cycle)
      : parent_(&parent), cycle_(&cycle) {}

  void tree_edge(const Graph::edge_descriptor& edge, const Graph& graph) {
    (*parent_)[boost::target(edge, graph)] = static_cast<std::uint32_t>(boost::source(edge, graph));
  }

  void back_edge(const Graph::edge_descriptor& edge, const Graph& graph) {
    if (!cycle_->empty()) return;
    const auto first = static_cast<std::uint32_t>(boost::target(edge, graph));
    auto vertex = static_cast<std::uint32_t>(boost::source(edge, graph));
    for (; vertex != first; vertex = (*parent_)[vertex]) cycle_->push_back(vertex);
    cycle_->push_back(first);
    std::reverse(cycle_->begin(), cycle_->end());
  }

 private:
  std::vector<std::uint32_t>* parent_;
  std::vector<std::uint32_t>* cycle_;
};

}  // namespace

std::vector<std::uint32_t> find_cycle(const Dependencies& needs) {
  std::vector<std::uint32_t> parent(needs.size()), cycle;
  boost::depth_first_search(graph_of(needs), boost::visitor(CycleVisitor(parent, cycle)));
  return cycle;
}

std::vector<std::uint32_t> dependency_order(const Dependencies& needs) {
  Graph graph = graph_of(needs);
  std::vector<std::uint32_t> order;
  order.reserve(needs.size());
  // Edges point from what depends to what is needed, so the sort's reversed order is the one wanted; as it
  // starts from vertex 0, it changes nothing where nothing needs to be changed.
  boost::topological_sort(graph, std::back_inserter(order));
  return order;
}

std::string cycle_text(const std::vector<std::uint32_t>& cycle, const Strings& names) {
  Strings path;
  for (const std::uint32_t vertex : cycle) path.push_back(names[vertex]);
  if (!path.empty()) path.push_back(path.front());
  return join(path, " -> ");
}

}  // namespace hetsched
