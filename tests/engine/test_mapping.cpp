// Do Herald, Heteroprio and work stealing put tasks where their rules say?
#include <doctest/doctest.h>

#include <algorithm>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

using Text = std::string;

struct Cell {
  double time, energy;
};

/// Kinds x and y, an accelerator of each name given: its first letter is its kind.
std::string platform(const std::vector<std::string>& accelerators) {
  std::string list;
  for (const std::string& a : accelerators)
    list += (list.empty() ? "" : ",") + (R"({"name": ")" + a + R"(", "kind": ")" + a.substr(0, 1) + R"("})");
  return R"({"format": 1, "name": "p",
    "kinds": [{"name": "x", "type": "npu"}, {"name": "y", "type": "npu"}], "accelerators": [)" +
         list + "]}";
}

/// A model of layers l0, l1, ... with costs on x and y; a chain, or a root with all others after it.
std::string model(const std::string& name, const std::vector<std::pair<Cell, Cell>>& cells, bool fork = false) {
  std::string layers, costs;
  for (std::size_t l = 0; l < cells.size(); ++l) {
    const std::string layer = "\"l" + std::to_string(l) + "\"", comma = l > 0 ? "," : "";
    layers += comma + R"({"name": )" + layer + (fork && l > 0 ? R"(, "inputs": [{"from": "l0"}])" : "") + "}";
    const auto row = [&](const char* kind, const Cell& cell) {
      return R"({"layer": )" + layer + R"(, "kind": ")" + kind + R"(", "time": )" + std::to_string(cell.time) +
             R"(, "energy": )" + std::to_string(cell.energy) + "}";
    };
    costs += comma + row("x", cells[l].first) + "," + row("y", cells[l].second);
  }
  return R"({"format": 1, "name": ")" + name + R"(", "layers": [)" + layers + R"(], "costs": [)" + costs + "]}";
}

std::string burst(const std::string& name, const std::string& model, int count) {
  return R"({"name": ")" + name + R"(", "model": ")" + model + R"(", "arrival": {"type": "burst", "count": )" +
         std::to_string(count) + "}}";
}

Log run(const std::vector<std::string>& accelerators, const std::string& streams,
        std::map<std::string, std::string> models, const std::string& policy, Params::Values parameters = {}) {
  const Inputs in{platform(accelerators), R"({"format": 1, "name": "w", "streams": [)" + streams + "]}",
                  std::move(models)};
  return simulate_log(make_scenario(in), policy, std::move(parameters));
}

/// Each task that ended, by time and name: stream, layer, accelerator, time.
std::string story(const Log& log) {
  std::vector<std::pair<double, std::string>> ends;
  for (const TaskRecord& t : log.tasks)
    ends.emplace_back(t.end, Text(t.stream) + Text(t.task).substr(1) + Text(t.accelerator) +
                                 std::to_string(static_cast<int>(t.end)) + " ");
  std::sort(ends.begin(), ends.end());
  std::string text;
  for (const auto& [end, task] : ends) text += task;
  return text;
}

std::string herald(const std::string& metric, bool balance, double factor = 2, double second_on_y = 1.5) {
  const std::string m = model("m", {{{1, 10}, {3, 1.2}}, {{1, 3}, {second_on_y, 2}}, {{2, 1}, {3, 1}}});
  std::string where;
  for (const TaskRecord& t : run({"x", "y"}, burst("s", "m", 1), {{"m", m}}, "herald",
                                 {{"metric", metric}, {"balance", balance}, {"factor", factor}})
                                 .tasks)
    where += t.accelerator;
  return where;
}

}  // namespace

TEST_CASE("Herald, greedy: each layer where its metric is least") {
  CHECK(herald("latency", false) == "xxx");
  CHECK(herald("energy", false) == "yyx");
  CHECK(herald("edp", false) == "yxx");   // 10 3.6, 3 3, 2 3
  CHECK(herald("ed2p", false) == "xxx");  // 10 10.8, 3 4.5, 4 9
}

TEST_CASE("Herald, balanced: the least loaded accelerator, within the factor") {
  CHECK(herald("latency", true) == "xyx");        // 1.5 < 2 x 1; then 1 against 1.5
  CHECK(herald("latency", true, 2, 2) == "xxy");  // 2 is not; then 2 against none, and 3 < 2 x 2
  CHECK(herald("latency", true, 1.5) == "xxx");   // 1.5 is not, nor 3 < 1.5 x 2
  CHECK(herald("edp", true) == "yxx");
}

TEST_CASE("Heteroprio: a slow kind helps when enough tasks wait for the fast one") {
  const auto ends = [](int count, double slow, Params::Values parameters = {}) {
    return story(run({"x", "y"}, burst("s", "m", count), {{"m", model("m", {{{slow, 0}, {1, 0}}})}}, "heteroprio",
                     std::move(parameters)));
  };
  CHECK(ends(1, 2) == "s0y1 ");
  CHECK(ends(2, 2) == "s0y1 s0x2 ");
  CHECK(ends(2, 3) == "s0y1 s0y2 ");
  CHECK(ends(3, 3) == "s0y1 s0y2 s0x3 ");
  CHECK(ends(3, 3, {{"slow_factor", 2.0}}) == "s0y1 s0y2 s0y3 ");
}

TEST_CASE("Heteroprio: each kind takes first what suits it") {
  const std::map<std::string, std::string> models = {{"m", model("m", {{{4, 0}, {1, 0}}})},
                                                     {"n", model("n", {{{1, 0}, {2, 0}}})}};
  CHECK(story(run({"x", "y"}, burst("s", "m", 1) + "," + burst("t", "n", 1), models, "heteroprio")) == "s0y1 t0x1 ");
}

TEST_CASE("work stealing: owners take the newest, thieves the oldest") {
  const Cell one{1, 0};
  const std::pair<Cell, Cell> both{one, one};
  const std::map<std::string, std::string> models = {{"five", model("five", {both, both, both, both, both}, true)}};
  for (const char* policy : {"ws", "lws"})
    CHECK(story(run({"x0", "x1"}, burst("s", "five", 1), models, policy)) == "s0x01 s1x12 s4x02 s2x13 s3x03 ");
}

TEST_CASE("work stealing: from the longest queue, or from the neighbour") {
  const std::pair<Cell, Cell> both{{1, 0}, {1, 0}};
  const std::map<std::string, std::string> models = {{"m", model("m", {both, both, both}, true)},
                                                     {"n", model("n", {both, both, both, both}, true)}};
  const std::string streams = burst("s", "m", 1) + "," + burst("t", "n", 1);
  // At 1, x0 has two tasks of s and starts one, x1 three of t and starts one; x2 has none.
  CHECK(story(run({"x0", "x1", "x2"}, streams, models, "ws")).substr(0, 30) == "s0x01 t0x11 s2x02 t1x22 t3x12 ");
  CHECK(story(run({"x0", "x1", "x2"}, streams, models, "lws")).substr(0, 30) == "s0x01 t0x11 s1x22 s2x02 t3x12 ");
}

TEST_CASE("work stealing: no longer than all work shared by all, and the longest chain") {
  const std::pair<Cell, Cell> both{{1, 0}, {1, 0}};
  const std::map<std::string, std::string> models = {{"m", model("m", std::vector(11, both), true)}};
  for (const auto& [policy, parameters] : std::vector<std::pair<std::string, Params::Values>>{
           {"ws", {}}, {"ws", {{"victim", Text("random")}}}, {"lws", {}}})
    CHECK(run({"x0", "x1", "x2"}, burst("s", "m", 1), models, policy, parameters).totals.end <= 11.0 / 3 + 2);
}
