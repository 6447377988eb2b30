#include "model/route_search.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <queue>
#include <tuple>
#include <utility>

#include "hetsched/tolerance.hpp"

namespace hetsched {

Topology::Topology(std::size_t nodes, std::vector<Join> joins) : joins_(std::move(joins)), joins_of_(nodes) {
  for (std::uint32_t j = 0; j < joins_.size(); ++j) {
    joins_of_[joins_[j].a].push_back(j);
    if (joins_[j].b != joins_[j].a) joins_of_[joins_[j].b].push_back(j);
  }
}

bool Topology::better(const Label& x, const Label& y) {
  if (clearly_less(x.latency, y.latency)) return true;
  if (clearly_less(y.latency, x.latency)) return false;
  return x.links != y.links ? x.links < y.links : x.narrowest > y.narrowest;
}

Topology::Tree Topology::tree(std::uint32_t from, double least_bandwidth) const {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  Tree found{std::vector<Label>(joins_of_.size(), Label{kFar, 0, 0}),
             std::vector<std::uint32_t>(joins_of_.size(), kNone)};
  std::vector<bool> settled(joins_of_.size());
  found.labels[from] = {0, kFar, 0};
  // By label, then by node; an item is out of date if its node has been settled.
  using Item = std::tuple<double, std::uint32_t, double, std::uint32_t>;
  std::priority_queue<Item, std::vector<Item>, std::greater<>> queue;
  queue.emplace(0, 0, -kFar, from);
  while (!queue.empty()) {
    const std::uint32_t node = std::get<3>(queue.top());
    queue.pop();
    if (settled[node]) continue;
    settled[node] = true;
    const Label here = found.labels[node];
    for (const std::uint32_t j : joins_of_[node]) {
      const Join& join = joins_[j];
      const std::uint32_t next = join.a == node ? join.b : join.a;
      if (settled[next] || join.bandwidth < least_bandwidth) continue;
      const Label there{here.latency + join.latency, std::min(here.narrowest, join.bandwidth), here.links + 1};
      if (found.last[next] != kNone && !better(there, found.labels[next])) continue;
      found.labels[next] = there;
      found.last[next] = j;
      queue.emplace(there.latency, there.links, -there.narrowest, next);
    }
  }
  return found;
}

std::vector<double> Topology::widest(std::uint32_t from) const {
  std::vector<double> best(joins_of_.size(), 0);
  std::vector<bool> settled(joins_of_.size());
  std::priority_queue<std::pair<double, std::uint32_t>> queue;
  best[from] = std::numeric_limits<double>::infinity();
  queue.emplace(best[from], from);
  while (!queue.empty()) {
    const std::uint32_t node = queue.top().second;
    queue.pop();
    if (settled[node]) continue;
    settled[node] = true;
    for (const std::uint32_t j : joins_of_[node]) {
      const Join& join = joins_[j];
      const std::uint32_t next = join.a == node ? join.b : join.a;
      const double there = std::min(best[node], join.bandwidth);
      if (there <= best[next]) continue;
      best[next] = there;
      queue.emplace(there, next);
    }
  }
  return best;
}

Topology::Way Topology::way(const Tree& tree, std::uint32_t from, std::uint32_t to) const {
  Way links;
  for (std::uint32_t node = to; node != from;) {
    if (tree.last[node] == kNone) return {};
    const Join& join = joins_[tree.last[node]];
    links.push_back(join.link);
    node = join.a == node ? join.b : join.a;
  }
  std::reverse(links.begin(), links.end());
  return links;
}

std::vector<Topology::Way> Topology::ways_from(std::uint32_t from, Routing routing) const {
  std::vector<Way> ways(joins_of_.size());
  switch (routing) {
    case Routing::by_latency: {
      const Tree all = tree(from, 0);
      for (std::uint32_t to = 0; to < ways.size(); ++to) ways[to] = way(all, from, to);
      return ways;
    }
    case Routing::by_bandwidth: {
      const std::vector<double> best = widest(from);
      std::map<double, Tree> trees;  // by bandwidth
      for (std::uint32_t to = 0; to < ways.size(); ++to) {
        if (to == from || !(best[to] > 0)) continue;
        const auto [at, is_new] = trees.try_emplace(best[to]);
        if (is_new) at->second = tree(from, best[to]);
        ways[to] = way(at->second, from, to);
      }
      return ways;
    }
  }
  throw InternalError("unknown routing");
}

}  // namespace hetsched
