// Times and amounts at the ends of what numbers can tell: nothing lasts for ever, is lost or is rounded away.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "planning/bounds.hpp"
#include "study/run.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

constexpr Backend kBoth[] = {Backend::simgrid, Backend::fluid};

/// One kind, whose members follow its name and type, on one accelerator; a stream of the model m.
Inputs one_kind(const std::string& kind, const std::string& arrival, const std::string& model) {
  return {R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu")" + kind +
              R"(}], "accelerators": [{"name": "k", "kind": "k"}]})",
          R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": )" + arrival + "}]}",
          {{"m", model}}};
}

/// The integral of power over the pieces of a component; of all of them if it is empty.
double integral(const Log& log, const std::string& component = "") {
  double energy = 0;
  for (const PowerRecord& piece : log.pieces)
    if (component.empty() || piece.component == component) energy += (piece.to - piece.from) * piece.power;
  return energy;
}

}  // namespace

TEST_CASE("energy of tasks that take no time is in the pieces of power, wherever in the run they are") {
  const std::string kind = R"(, "operating_points": [{"name": "only", "idle_power": 0, "active_power": 3}])";
  const std::string first = R"({"layer": "a", "kind": "k", "time": 0, "energy": 0.004})";
  const std::string second = R"({"layer": "b", "kind": "k", "time": 0.001, "energy": 0.001})";
  for (const auto& [a, b] : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
    const std::string model = R"({"format": 1, "name": "m", "layers": [{"name": ")" + std::string(a) +
                              R"("}, {"name": ")" + b + R"("}], "costs": [)" + first + ", " + second + "]}";
    for (const Backend backend : kBoth) {
      const Log log = simulate_choice(make_scenario(one_kind(kind, R"({"type": "burst", "count": 3})", model)),
                                      "\"fcfs\"", backend);
      CHECK(log.energy() == doctest::Approx(0.024));
      CHECK(integral(log) == doctest::Approx(0.024));
      CHECK(integral(log, "k") == doctest::Approx(0.024));
    }
  }
}

TEST_CASE("so is energy of bytes that a task of no time moves, for which the memory has no piece of its own") {
  Inputs inputs = one_kind("", R"({"type": "trace", "times": [0, 1]})",
                           R"({"format": 1, "name": "m", "layers": [{"name": "l"}],
                               "costs": [{"layer": "l", "kind": "k", "time": 0, "bytes": 1000}]})");
  inputs.platform = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}],
      "memories": [{"name": "dram", "energy_per_byte": 1e-6}], "accelerators": [{"name": "k", "kind": "k"}]})";
  const Log log = simulate_choice(make_scenario(inputs), "\"fcfs\"", Backend::fluid);
  CHECK(log.totals.end == 1);
  CHECK(log.energy() == doctest::Approx(2e-3));
  CHECK(integral(log, "dram") == doctest::Approx(2e-3));
}

TEST_CASE("a transfer of less than a byte takes its bytes by its bandwidth") {
  for (const char* sharing : {"uncontended", "shared"})
    for (const Backend backend : kBoth) {
      INFO(sharing);
      const Inputs inputs{
          R"({"format": 1, "name": "p", "kinds": [{"name": "x", "type": "cpu"}, {"name": "y", "type": "cpu"}],
              "memories": [{"name": "m0"}, {"name": "m1"}],
              "accelerators": [{"name": "a", "kind": "x", "memory": "m0"}, {"name": "b", "kind": "y", "memory": "m1"}],
              "links": [{"name": "l", "bandwidth": 0.5, "sharing": ")" +
              std::string(sharing) + R"("}], "routes": [{"from": "m0", "to": "m1", "links": ["l"]}]})",
          R"({"format": 1, "name": "w", "streams": [
              {"name": "s", "model": "m", "granularity": "layer", "arrival": {"type": "burst", "count": 1}}]})",
          {{"m", R"({"format": 1, "name": "m",
                     "layers": [{"name": "p"}, {"name": "q", "inputs": [{"from": "p", "bytes": 1e-5}]}],
                     "costs": [{"layer": "p", "kind": "x", "time": 1e-5}, {"layer": "q", "kind": "y", "time": 1e-5}]})"}}};
      const Log log = simulate_choice(make_scenario(inputs), "\"fcfs\"", backend);
      REQUIRE(log.transfers.size() == 1);
      CHECK((log.transfers[0].end - log.transfers[0].start) / 2e-5 == doctest::Approx(1).epsilon(1e-9));
    }
}

TEST_CASE("tasks shorter than what counts as one instant keep their length, also behind an overhead") {
  const std::string model = R"({"format": 1, "name": "m", "layers": [{"name": "a"}, {"name": "b"}],
      "costs": [{"layer": "a", "kind": "k", "time": 1e-14}, {"layer": "b", "kind": "k", "time": 0.25}]})";
  for (const char* kind : {"", R"(, "dispatch_time": 0.0625)"})
    for (const Backend backend : kBoth) {
      Inputs inputs = one_kind(kind, R"({"type": "trace", "times": [0.125, 1]})", model);
      inputs.workload.insert(inputs.workload.find("\"model\""), R"("granularity": "layer", )");
      const Log log = simulate_choice(make_scenario(inputs), "\"fcfs\"", backend);
      for (const std::uint64_t request : {0, 1}) {
        const TaskRecord& task = log.task("a", request);
        CHECK((task.end - task.compute) / 1e-14 == doctest::Approx(1).epsilon(0.01));
        CHECK(log.task("b", request).start == task.end);
      }
    }
}

TEST_CASE("a run so late that its tasks are no longer than steps of the clock is refused; a bit earlier it is right") {
  const std::string model = R"({"format": 1, "name": "m", "layers": [{"name": "l"}],
      "costs": [{"layer": "l", "kind": "k", "time": 1e-6}]})";
  const auto run = [&](const std::string& times) {
    return simulate_choice(make_scenario(one_kind("", R"({"type": "trace", "times": )" + times + "}", model)),
                           "\"fcfs\"", Backend::fluid);
  };
  CHECK_THROWS_WITH_AS((void)run("[1, 1e9]"), doctest::Contains("the resolution of the clock is"), InputError);
  const Log log = run("[1, 1e8]");
  CHECK((log.task("l", 1).end - log.task("l", 1).start) / 1e-6 == doctest::Approx(1).epsilon(0.01));
}

TEST_CASE("times of 1e306 s and more end or are refused, on any resource") {
  const auto model = [](const std::string& cost) {
    return R"({"format": 1, "name": "m", "layers": [{"name": "l"}], "costs": [{"layer": "l", "kind": "k", )" + cost +
           R"(}, {"layer": "l", "kind": "g", "time": 0.001}]})";
  };
  for (const char* memory : {R"("bandwidth": 1e10)", R"("bandwidth": 1e-300)", R"("energy_per_byte": 1)"})
    for (const char* cost : {R"("time": 1e306, "bytes": 2e7)", R"("time": 1e308)", R"("time": 0.1, "bytes": 1e10)"})
      for (const Backend backend : kBoth) {
        INFO(memory << ", " << cost);
        const Inputs inputs{
            R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}, {"name": "g", "type": "gpu"}],
                "memories": [{"name": "m", )" +
                std::string(memory) +
                R"(}], "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "g"}]})",
            R"({"format": 1, "name": "w", "streams": [
                {"name": "s", "model": "m", "arrival": {"type": "burst", "count": 4}}]})",
            {{"m", model(cost)}}};
        try {
          const Log log = simulate_choice(make_scenario(inputs), "\"fcfs\"", backend);
          CHECK(std::isfinite(log.totals.end));
        } catch (const InputError& error) {
          CHECK(std::string(error.what()).find("beyond all numbers") != std::string::npos);
        }
      }
}

TEST_CASE("the bound by the load of machines ends, however much slower one of them is") {
  using planning::divisible_load;
  const std::vector<std::vector<Seconds>> rows = {{1e308, 1e-3}, {1e306, 2e-3}, {1e-3, 1e305}};
  const double slots[] = {1, 1};
  CHECK(divisible_load(rows, slots) == doctest::Approx(3e-3).epsilon(1e-6));
}
