// Are the ways over links that say what they join the shortest, and the widest; and do built fabrics have the ways that
// their shapes say?
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

#include "base/random.hpp"
#include "hetsched/tolerance.hpp"
#include "hetsched/view.hpp"
#include "model/fabrics.hpp"
#include "model/platform.hpp"
#include "model/route_search.hpp"
#include "support/problem_text.hpp"

using namespace hetsched;
using hetsched::test::text_of;

namespace {

PlatformSpec platform(const std::string& members, Problems& problems) {
  const Document document =
      Document::from_text(R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu"}], )" + members + "}",
                          "p.json", "", problems);
  return read_platform(document.root(), problems);
}

std::string messages(const std::string& members) {
  Problems problems;
  platform(members, problems);
  return text_of(problems);
}

/// The names of the links of a route, in order.
std::string route(const PlatformSpec& platform, const std::string& from, const std::string& to) {
  Strings names;
  for (const LinkId link : platform.route_table.links(id_of<MemoryId>(index_of_memory(platform, from)),
                                                      id_of<MemoryId>(index_of_memory(platform, to))))
    names.push_back(platform.links[index_of(link)].name);
  return join(names, " ");
}

/// a, b and c, which accelerators use; from a to c directly (1 B/s, 1 s) or over b (10 B/s, 1 s each).
std::string triangle(const std::string& rest) {
  return R"("memories": [{"name": "a"}, {"name": "b"}, {"name": "c"}],
"accelerators": [{"name": "x", "kind": "k", "memory": "a"}, {"name": "y", "kind": "k", "memory": "b"}, {"name": "z", "kind": "k", "memory": "c"}],
"links": [{"name": "ab", "bandwidth": 10, "latency": 1, "between": ["a", "b"]},
{"name": "bc", "bandwidth": 10, "latency": 1, "between": ["c", "b"]},
{"name": "ac", "bandwidth": 1, "latency": 1, "between": ["a", "c"]}])" +
         rest;
}

FabricSpec fabric(FabricShape shape, std::uint32_t count) {
  FabricSpec spec;
  spec.shape = shape;
  spec.name = "f";
  spec.count = count;
  spec.kinds = {"k"};
  spec.bandwidth = 1e9;
  spec.latency = 1e-6;
  return spec;
}

/// What is read from a fabric's file.
PlatformSpec built(const FabricSpec& spec) {
  Json json = fabric_platform(spec);
  json["kinds"] = {{{"name", "k"}, {"type", "gpu"}}};
  Problems problems;
  const Document document = Document::from_value(json, "f.json", "");
  PlatformSpec made = read_platform(document.root(), problems);
  CHECK(text_of(problems) == "");
  return made;
}

std::size_t hops(const PlatformSpec& platform, std::size_t from, std::size_t to) {
  return platform.route_table.links(id_of<MemoryId>(from), id_of<MemoryId>(to)).size();
}

}  // namespace

TEST_CASE("the way of least latency, or the widest; back over the same links") {
  Problems problems;
  const PlatformSpec quick = platform(triangle(""), problems);
  CHECK(route(quick, "a", "c") == "ac");
  CHECK(route(quick, "c", "a") == "ac");
  const PlatformSpec wide = platform(triangle(R"(, "routing": "by_bandwidth")"), problems);
  CHECK(route(wide, "a", "c") == "ab bc");
  CHECK(route(wide, "c", "a") == "bc ab");
  CHECK(route(wide, "a", "b") == "ab");
  CHECK(problems.empty());
}

TEST_CASE("a route that is given goes before one that is found") {
  Problems problems;
  const PlatformSpec it = platform(
      triangle(R"(, "routes": [{"from": "a", "to": "c", "links": ["ab", "bc"], "symmetric": false}])"), problems);
  CHECK(problems.empty());
  CHECK(route(it, "a", "c") == "ab bc");
  CHECK(route(it, "c", "a") == "ac");
}

TEST_CASE("among ways of one latency fewer links count, then width; rounding decides nothing") {
  const auto ways = [](std::vector<Topology::Join> joins, Routing routing) {
    return Topology(4, std::move(joins)).ways_from(0, routing)[3];
  };
  const auto link = [](std::uint32_t n) { return id_of<LinkId>(n); };
  // 0.1 + 0.2 s by way of 1, 0.3 s directly, twice.
  CHECK(ways({{0, 1, link(0), 9, 0.1}, {1, 3, link(1), 9, 0.2}, {0, 3, link(2), 1, 0.3}, {0, 3, link(3), 2, 0.3}},
             Routing::by_latency) == std::vector{link(3)});
  // Equally wide: the quicker one; equally quick, too: the one of fewer links.
  CHECK(ways({{0, 1, link(0), 9, 0.1}, {1, 3, link(1), 5, 0.1}, {0, 3, link(2), 5, 0.3}}, Routing::by_bandwidth) ==
        std::vector{link(0), link(1)});
  CHECK(ways({{0, 1, link(0), 9, 0.1}, {1, 3, link(1), 5, 0.2}, {0, 3, link(2), 5, 0.3}}, Routing::by_bandwidth) ==
        std::vector{link(2)});
}

TEST_CASE("no way is quicker, or wider, than those found on random topologies") {
  const RandomStream random(1, "test", "routes");
  std::uint64_t draw = 0;
  const auto below = [&](double n) { return static_cast<std::uint32_t>(random.uniform(draw++) * n); };
  for (int round = 0; round < 200; ++round) {
    const std::uint32_t nodes = 2 + below(7);
    std::vector<Topology::Join> joins;
    for (std::uint32_t j = 0; j < 2 * nodes; ++j) {
      const std::uint32_t a = below(nodes), b = below(nodes);
      if (a != b) joins.push_back({a, b, id_of<LinkId>(joins.size()), 1.0 + below(4), below(4) * 0.1});
    }
    // Floyd and Warshall's algorithm, of latencies and of widths.
    std::vector<std::vector<double>> quick(nodes, std::vector<double>(nodes, kNever)),
        wide(nodes, std::vector<double>(nodes));
    for (const Topology::Join& j : joins) {
      quick[j.a][j.b] = quick[j.b][j.a] = std::min(quick[j.a][j.b], j.latency);
      wide[j.a][j.b] = wide[j.b][j.a] = std::max(wide[j.a][j.b], j.bandwidth);
    }
    for (std::uint32_t k = 0; k < nodes; ++k)
      for (std::uint32_t a = 0; a < nodes; ++a)
        for (std::uint32_t b = 0; b < nodes; ++b) {
          quick[a][b] = std::min(quick[a][b], quick[a][k] + quick[k][b]);
          wide[a][b] = std::max(wide[a][b], std::min(wide[a][k], wide[k][b]));
        }
    const Topology topology(nodes, joins);
    for (std::uint32_t a = 0; a < nodes; ++a) {
      const auto by_latency = topology.ways_from(a, Routing::by_latency),
                 by_width = topology.ways_from(a, Routing::by_bandwidth);
      for (std::uint32_t b = 0; b < nodes; ++b) {
        if (a == b) continue;
        double latency = 0, width = kNever;
        for (const LinkId l : by_latency[b]) latency += joins[index_of(l)].latency;
        for (const LinkId l : by_width[b]) width = std::min(width, joins[index_of(l)].bandwidth);
        CHECK(by_latency[b].empty() == (quick[a][b] == kNever));
        CHECK(by_width[b].empty() == (quick[a][b] == kNever));
        if (by_latency[b].empty()) continue;
        CHECK(nearly_equal(latency, quick[a][b]));
        CHECK(width == wide[a][b]);
      }
    }
  }
}

TEST_CASE("what links join is checked") {
  const std::string memories = R"("memories": [{"name": "host"}, {"name": "card"}],
"accelerators": [{"name": "x", "kind": "k", "memory": "host"}, {"name": "y", "kind": "k", "memory": "card"}],
"links": [{"name": "l", "bandwidth": 1, "between": )";
  CHECK(
      messages(memories + R"(["host", "crad"]}])")
          .find(
              R"(/links/0/between/1: "crad" is no memory, and no other link ends there, so that this one leads nowhere; there is no memory "crad"; did you mean "card"? there are: host, card)") !=
      std::string::npos);
  CHECK(messages(memories + R"(["host"]}])").find("/links/0/between: must name the two different things") !=
        std::string::npos);
  CHECK(messages(memories + R"(["host", "host"]}])").find("must name the two different things") != std::string::npos);
  CHECK(messages(memories + R"(["host", "card"]}], "host": "hots")")
            .find(R"(/host: there is no memory "hots"; did you mean "host"?)") != std::string::npos);
  CHECK(messages(memories + R"(["host", "card"]}], "routing": "by_hops")").find("/routing") != std::string::npos);
  CHECK(messages(memories + R"(["host", "card"]}])") == "");
}

TEST_CASE("the host needs ways to all memories that accelerators use") {
  const std::string text = messages(
      R"("memories": [{"name": "host"}, {"name": "card"}], "host": "host", "links": [{"name": "l", "bandwidth": 1}],
"accelerators": [{"name": "y", "kind": "k", "memory": "card"}])");
  CHECK(text.find(
            "there is no route host -> card, card -> host; accelerators use these memories, or they are the host") !=
        std::string::npos);
}

TEST_CASE("nine cards below a tree of switches: 72 routes that nobody has to write") {
  FabricSpec spec = fabric(FabricShape::pcie_tree, 9);
  spec.fanout = 3;
  const PlatformSpec tree = built(spec);
  CHECK(tree.routes.empty());
  CHECK(tree.links.size() == 9 + 3);
  CHECK(tree.host == "host");
  for (std::size_t a = 0; a < 9; ++a) {
    CHECK(hops(tree, a, 9) == 2);  // to the host: its own link, its switch's
    for (std::size_t b = 0; b < 9; ++b)
      if (a != b) CHECK(hops(tree, a, b) == (a / 3 == b / 3 ? 2 : 4));
  }
  spec.count = 3;  // all of them directly below the host
  CHECK(hops(built(spec), 0, 1) == 2);
  CHECK(built(spec).links.size() == 3);
  spec.count = 28;  // 10 switches below 4 below 2
  CHECK(built(spec).links.size() == 28 + 10 + 4 + 2);
  CHECK(hops(built(spec), 0, 28) == 4);
}

TEST_CASE("meshes and rings") {
  const PlatformSpec mesh = built(fabric(FabricShape::full_mesh, 8));
  CHECK(mesh.links.size() == 28);
  CHECK(mesh.host.empty());
  const PlatformSpec ring = built(fabric(FabricShape::ring, 6));
  CHECK(ring.links.size() == 6);
  FabricSpec spec = fabric(FabricShape::chiplet_mesh, 12);
  spec.columns = 4;
  spec.host_bandwidth = 1e9;
  const PlatformSpec grid = built(spec);
  CHECK(grid.links.size() == 3 * 3 + 2 * 4 + 1);
  for (int a = 0; a < 12; ++a)
    for (int b = 0; b < 12; ++b) {
      const auto from = static_cast<std::size_t>(a), to = static_cast<std::size_t>(b);
      if (a < 8 && b < 8) CHECK(hops(mesh, from, to) == (a == b ? 0 : 1));
      if (a < 6 && b < 6)
        CHECK(hops(ring, from, to) == static_cast<std::size_t>(std::min(std::abs(a - b), 6 - std::abs(a - b))));
      CHECK(hops(grid, from, to) == static_cast<std::size_t>(std::abs(a / 4 - b / 4) + std::abs(a % 4 - b % 4)));
    }
  CHECK(hops(grid, 11, 12) == 5 + 1);                                     // to the host
  CHECK(route(grid, "k_0_memory", "k_5_memory") == "link_0_1 link_1_5");  // along the row first
  CHECK(built(fabric(FabricShape::ring, 2)).links.size() == 1);
  CHECK(built(fabric(FabricShape::chiplet_mesh, 1)).links.empty());
}
