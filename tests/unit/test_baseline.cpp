#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "model/baseline.hpp"

using namespace hetsched;

namespace {

PlatformSpec platform_of(const std::string& text) {
  Problems problems;
  const Document document = Document::from_text(text, "p.json", "", problems);
  PlatformSpec platform = read_platform(document.root(), problems);
  for (const Problem& problem : problems.all()) MESSAGE(to_string(problem));
  REQUIRE(problems.empty());
  return platform;
}

/// As it is read after it has been written.
PlatformSpec read_again(const PlatformSpec& platform) { return platform_of(dumped(platform_json(platform))); }

/// Two GPUs of 30 W, a DLA of 5 W that falls back to them: 65 W, 650 USD, 140 mm2, 250 PEs, 21 op/s.
const std::string kSoc = R"({"format": 1, "name": "soc", "base_power": 4,
  "kinds": [{"name": "gpu", "type": "gpu", "budget": {"tdp": 30, "price": 300, "area": 60, "pes": 100, "peak_ops": 10},
             "operating_points": [{"name": "fast", "frequency": 2e9, "idle_power": 3, "active_power": 9}, {"name": "slow"}]},
            {"name": "dla", "type": "dla", "fallback": "gpu", "fallback_time": 1e-4,
             "budget": {"tdp": 5, "price": 50, "area": 20, "pes": 50, "peak_ops": 1},
             "operating_points": [{"name": "only", "idle_power": 1, "active_power": 2}]}],
  "memories": [{"name": "dram", "bandwidth": 1e10, "energy_per_byte": 1e-11}],
  "accelerators": [{"name": "gpu", "kind": "gpu", "count": 2, "operating_point": "slow"}, {"name": "dla", "kind": "dla"}]})";

Baselines made_of(const std::string& text, const BaselineSpec& wanted, const std::vector<KindSpec>& candidates = {}) {
  Problems problems;
  Baselines made = make_baselines(platform_of(text), wanted, candidates, {"here", "", ""}, problems);
  for (const Problem& problem : problems.all()) MESSAGE(to_string(problem));
  REQUIRE(problems.empty());
  return made;
}

Strings errors(const std::string& text, const BaselineSpec& wanted) {
  Problems problems;
  (void)make_baselines(platform_of(text), wanted, {}, {"here", "/baseline", ""}, problems);
  Strings lines;
  for (const Problem& problem : problems.all()) lines.push_back(to_string(problem));
  return lines;
}

}  // namespace

TEST_CASE("as many of each kind as the budget buys, rounded down; the rest is told") {
  struct Case {
    EqualBudget equal;
    double budget;
    std::uint32_t gpus, dlas;
    double rest_of_gpus, rest_of_dlas;
  };
  for (const Case& each : {Case{EqualBudget::power, 65, 2, 13, 5, 0}, Case{EqualBudget::price, 650, 2, 13, 50, 0},
                           Case{EqualBudget::area, 140, 2, 7, 20, 0}, Case{EqualBudget::pes, 250, 2, 5, 50, 0},
                           Case{EqualBudget::peak_ops, 21, 2, 21, 1, 0}}) {
    const Baselines made = made_of(kSoc, {.equal = each.equal, .kind = "", .kinds = "", .same_box = {}});
    REQUIRE(made.platforms.size() == 2);
    CHECK(made.without.empty());
    const BaselinePlatform &gpus = made.platforms[0], &dlas = made.platforms[1];
    CHECK(gpus.platform.name == "soc=" + std::to_string(each.gpus) + "xgpu");
    CHECK(dlas.platform.name == "soc=" + std::to_string(each.dlas) + "xdla");
    CHECK(gpus.count == each.gpus);
    CHECK(dlas.count == each.dlas);
    CHECK(gpus.budget == each.budget);
    CHECK(gpus.unspent() == each.rest_of_gpus);
    CHECK(dlas.unspent() == each.rest_of_dlas);
    CHECK(*part_of(total_budget(read_again(gpus.platform)), each.equal) == each.budget - each.rest_of_gpus);
  }
  const Baselines made = made_of(kSoc, {.equal = EqualBudget::power, .kind = "gpu", .kinds = "", .same_box = {}});
  REQUIRE(made.platforms.size() == 1);
  CHECK(made.platforms[0].platform.description ==
        "As many gpu as the power of soc buys, rounded down: 2 at 30 W each, of 65 W of \"soc\"; 5 W (7.7 %) are not "
        "spent.");
}

TEST_CASE("a budget that decimals spend is spent, though binary fractions leave a rest") {
  const std::string text = R"({"format": 1, "name": "p", "kinds": [{"name": "a", "type": "npu", "budget": {"tdp": 0.1}},
    {"name": "b", "type": "npu", "budget": {"tdp": 0.2}}],
    "accelerators": [{"name": "a", "kind": "a"}, {"name": "b", "kind": "b"}]})";
  const Baselines made = made_of(text, {.equal = EqualBudget::power, .kind = "a", .kinds = "", .same_box = {}});
  CHECK(made.platforms.at(0).count == 3);
  CHECK(made.platforms[0].unspent() == 0);
}

TEST_CASE("memory that all use stays one, nothing falls back, and the point stays") {
  const Baselines made = made_of(kSoc, {.equal = EqualBudget::power, .kind = "", .kinds = "", .same_box = {}});
  const PlatformSpec gpus = read_again(made.platforms[0].platform), dlas = read_again(made.platforms[1].platform);
  CHECK(gpus.base_power == 4);
  REQUIRE(gpus.memories.size() == 1);
  CHECK(gpus.memories[0].name == "dram");
  CHECK(*gpus.memories[0].bandwidth == 1e10);
  CHECK(gpus.memories[0].energy_per_byte == 1e-11);
  REQUIRE(gpus.accelerators.size() == 2);
  CHECK(gpus.accelerators[1].name == "gpu1");
  CHECK(gpus.accelerators[1].operating_point == "slow");
  REQUIRE(dlas.kinds.size() == 1);
  CHECK(dlas.kinds[0].fallback.empty());
  CHECK(dlas.accelerators.size() == 13);
}

TEST_CASE("memory of its own comes with each accelerator, with the links that lead to it alone") {
  const std::string text = R"({"format": 1, "name": "server", "kinds": [
      {"name": "cpu", "type": "cpu", "budget": {"pes": 2}}, {"name": "card", "type": "gpu", "budget": {"pes": 1}},
      {"name": "fpga", "type": "fpga", "budget": {"pes": 1}}],
    "memories": [{"name": "host"}, {"name": "m", "bandwidth": 7, "energy_per_byte": 3}, {"name": "f"}],
    "links": [{"name": "pcie", "bandwidth": 10}, {"name": "bus", "bandwidth": 20}, {"name": "pcie_f", "bandwidth": 5}],
    "routes": [{"from": "host", "to": "m", "links": ["bus", "pcie"]}, {"from": "host", "to": "f", "links": ["bus", "pcie_f"]},
               {"from": "m", "to": "f", "links": ["pcie", "pcie_f"]}],
    "accelerators": [{"name": "cpu", "kind": "cpu", "memory": "host"}, {"name": "card", "kind": "card", "memory": "m"},
                     {"name": "fpga", "kind": "fpga", "memory": "f"}]})";
  const Baselines made = made_of(text, {.equal = EqualBudget::pes, .kind = "card", .kinds = "", .same_box = {}});
  const PlatformSpec cards = read_again(made.platforms.at(0).platform);
  REQUIRE(cards.accelerators.size() == 4);
  REQUIRE(cards.memories.size() == 4);
  CHECK(cards.memories[3].name == "m3");
  CHECK(*cards.memories[3].bandwidth == 7);
  CHECK(cards.accelerators[3].memory == "m3");
  REQUIRE(cards.links.size() == 4);
  const auto way = cards.route_table.links(id_of<MemoryId>(3), id_of<MemoryId>(1));
  REQUIRE(way.size() == 2);
  CHECK(cards.links[index_of(way[0])].name == "pcie3");
  CHECK(cards.links[index_of(way[1])].name == "pcie1");

  // The host is where all links lead: one memory for all that take its place.
  const Baselines hosts = made_of(
      R"({"format": 1, "name": "server", "kinds": [
        {"name": "cpu", "type": "cpu", "budget": {"pes": 1}}, {"name": "card", "type": "gpu", "budget": {"pes": 1}}],
      "memories": [{"name": "host"}, {"name": "m"}, {"name": "f"}],
      "links": [{"name": "pcie", "bandwidth": 10}, {"name": "pcie_f", "bandwidth": 5}],
      "routes": [{"from": "host", "to": "m", "links": ["pcie"]}, {"from": "host", "to": "f", "links": ["pcie_f"]},
                 {"from": "m", "to": "f", "links": ["pcie", "pcie_f"]}],
      "accelerators": [{"name": "c", "kind": "cpu", "memory": "host"}, {"name": "g0", "kind": "card", "memory": "m"},
                       {"name": "g1", "kind": "card", "memory": "f"}]})",
      {.equal = EqualBudget::pes, .kind = "cpu", .kinds = "", .same_box = {}});
  const PlatformSpec cpus = read_again(hosts.platforms.at(0).platform);
  CHECK(cpus.accelerators.size() == 3);
  CHECK(cpus.memories.size() == 1);

  KindSpec other;
  other.name = "other";
  other.type = "gpu";
  other.budget.pes = 2;
  other.profile = "other";
  other.operating_points.push_back({.name = "default", .frequency = 1e9});
  const Baselines foreign =
      made_of(text, {.equal = EqualBudget::pes, .kind = "", .kinds = "k", .same_box = {}}, {other});
  const PlatformSpec others = read_again(foreign.platforms.at(0).platform);
  REQUIRE(others.memories.size() == 2);
  CHECK_FALSE(others.memories[0].bandwidth.has_value());  // it was that of the card
  CHECK(others.memories[0].energy_per_byte == 0);
}

TEST_CASE("several memories that kinds share are taken in turn") {
  const std::string text = R"({"format": 1, "name": "chiplets", "kinds": [
      {"name": "a", "type": "npu", "budget": {"pes": 1}}, {"name": "b", "type": "npu", "budget": {"pes": 1}}],
    "memories": [{"name": "m0", "bandwidth": 5}, {"name": "m1", "bandwidth": 5}], "links": [{"name": "l", "bandwidth": 1}],
    "routes": [{"from": "m0", "to": "m1", "links": ["l"]}],
    "accelerators": [{"name": "a0", "kind": "a", "memory": "m0"}, {"name": "b0", "kind": "b", "memory": "m0"},
                     {"name": "a1", "kind": "a", "memory": "m1"}, {"name": "b1", "kind": "b", "memory": "m1"}]})";
  const Baselines made = made_of(text, {.equal = EqualBudget::pes, .kind = "a", .kinds = "", .same_box = {}});
  const PlatformSpec p = read_again(made.platforms.at(0).platform);
  REQUIRE(p.accelerators.size() == 4);
  CHECK(p.memories.size() == 2);
  CHECK(p.accelerators[2].memory == "m0");
  CHECK(p.accelerators[3].memory == "m1");
  CHECK(p.links.size() == 1);
}

TEST_CASE("in the same box the others are away, without power, or idle; those that are there count") {
  const Baselines made = made_of(
      kSoc, {.equal = {}, .kind = "gpu", .kinds = "", .same_box = {SameBox::removed, SameBox::off, SameBox::idle}});
  REQUIRE(made.platforms.size() == 3);
  CHECK(made.platforms[0].platform.name == "soc=2xgpu-others-removed");
  const PlatformSpec removed = read_again(made.platforms[0].platform), off = read_again(made.platforms[1].platform),
                     idle = read_again(made.platforms[2].platform);
  CHECK(removed.accelerators.size() == 2);
  CHECK(*total_budget(removed).tdp == 60);
  REQUIRE(off.accelerators.size() == 3);
  CHECK(off.accelerators[2].name == "dla");
  CHECK(off.accelerators[2].kind == "dla-off");
  CHECK(off.kinds[1].operating_points[0].idle_power == 0);
  CHECK(*total_budget(off).tdp == 65);
  CHECK(idle.kinds[1].operating_points[0].idle_power == 1);
  CHECK(idle.kinds[1].profile == kNoProfile);
  CHECK(idle.kinds[0].operating_points.size() == 2);
}

TEST_CASE("what no baseline can be made of is told") {
  const BaselineSpec power{.equal = EqualBudget::power, .kind = "", .kinds = "", .same_box = {}};
  std::string silent = kSoc;
  silent.erase(silent.find("\"tdp\": 5, "), 10);
  CHECK(
      errors(silent, power) ==
      Strings{"here: /baseline: the power of platform \"soc\" is not known: no budget.tdp is stated for dla; state it "
              "there, or choose another budget; known: price, area, pes, peak_ops"});
  BaselineSpec slip = power;
  slip.kind = "gpi";
  CHECK(errors(kSoc, slip) ==
        Strings{"here: /baseline: there is no kind \"gpi\"; did you mean \"gpu\"?; kinds: gpu, dla, each"});
  // One that is too dear is passed over, unless it is the one that is wanted.
  std::string dear = kSoc;
  dear.replace(dear.find("\"count\": 2, "), 12, "");
  KindSpec big;
  big.name = "big";
  big.budget.tdp = 100;
  const Baselines made = made_of(dear, power, {big});
  CHECK(made.platforms.empty());
  REQUIRE(made.without.size() == 1);
  CHECK(made.without[0].why == "is more than the power buys: 100 W each, of 35 W of \"soc\"");
}

TEST_CASE("the host stays: every card has its way there, over links of its own and those that all share") {
  // 30 W and 10 W behind a switch below the host; ways are found.
  const std::string box = R"({"format": 1, "name": "box", "host": "host",
    "kinds": [{"name": "gpu", "type": "gpu", "budget": {"tdp": 30}}, {"name": "npu", "type": "npu", "budget": {"tdp": 10}}],
    "memories": [{"name": "host", "bandwidth": 5e9}, {"name": "hbm"}, {"name": "ddr"}],
    "links": [{"name": "up", "bandwidth": 4e9, "between": ["host", "switch"]}, {"name": "x", "bandwidth": 3e9, "between": ["switch", "hbm"]},
              {"name": "y", "bandwidth": 2e9, "between": ["switch", "ddr"]}],
    "accelerators": [{"name": "g", "kind": "gpu", "memory": "hbm"}, {"name": "n", "kind": "npu", "memory": "ddr"}]})";
  const Baselines made =
      made_of(box, {.equal = EqualBudget::power, .kind = "", .kinds = "", .same_box = {SameBox::removed}});
  REQUIRE(made.platforms.size() == 4);
  const auto route = [](const PlatformSpec& p, const std::string& from, const std::string& to) {
    Strings names;
    for (const LinkId link :
         p.route_table.links(id_of<MemoryId>(index_of_memory(p, from)), id_of<MemoryId>(index_of_memory(p, to))))
      names.push_back(p.links[index_of(link)].name);
    return join(names, " ");
  };
  const PlatformSpec one = read_again(made.platforms[0].platform), four = read_again(made.platforms[1].platform);
  CHECK(one.accelerators.size() == 1);
  CHECK(one.host == "host");
  CHECK(route(one, "host", "hbm") == "up x");
  CHECK(four.accelerators.size() == 4);
  CHECK(four.host == "host");
  CHECK(four.memories.back().bandwidth == 5e9);
  CHECK(route(four, "ddr2", "host") == "y2 up");
  CHECK(route(four, "ddr2", "ddr0") != "");
  CHECK(read_again(made.platforms[2].platform).host == "host");
}
