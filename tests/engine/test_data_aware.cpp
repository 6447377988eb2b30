// Do StarPU's data-aware policies choose accelerators and order queues by their rules?
#include <doctest/doctest.h>

#include <algorithm>

#include "contract/random_scenario.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// a (kind x) and b (kind y) with a memory each, and a link of 1 MB/s between them.
constexpr const char* kTwo =
    R"({"format": 1, "name": "p",
  "kinds": [{"name": "x", "type": "cpu"}, {"name": "y", "type": "gpu"}],
  "memories": [{"name": "0"}, {"name": "1"}], "links": [{"name": "l", "bandwidth": 1e6, "latency": 0}],
  "routes": [{"from": "*", "to": "*", "links": ["l"]}],
  "accelerators": [{"name": "a", "kind": "x", "memory": "0"}, {"name": "b", "kind": "y", "memory": "1"}]})";

/// Where the second of two layers runs: the first runs on a; moving its output to b takes `transfer` seconds;
/// the second takes 5 on a and 3 on b, and 2 J there.
std::string second_runs_on(const std::string& policy, double transfer, Params::Values parameters = {}) {
  const Inputs in{
      kTwo,
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", R"({"format": 1, "name": "m", "layers": [{"name": "f", "output_bytes": )" +
                 std::to_string(transfer * 1e6) +
                 R"(}, {"name": "g"}], "costs": [{"layer": "f", "kind": "x", "time": 1},
                  {"layer": "g", "kind": "x", "time": 5}, {"layer": "g", "kind": "y", "time": 3, "energy": 2}]})"}}};
  return std::string(simulate_log(make_scenario(in), policy, std::move(parameters)).tasks.back().accelerator);
}

/// The order of streams on b, with `p` ready at 1 after a layer on a whose output takes 5 s to move, `q` at
/// 1, and `low` and `high` at 1.5; b is busy till 1, everything takes 1 there.
std::string order_on_b(const std::string& policy) {
  Inputs in{kTwo,
            R"({"format": 1, "name": "w", "streams": [
    {"name": "0", "model": "one", "arrival": {"type": "burst", "count": 1, "at": 0}},
    {"name": "p", "model": "two", "arrival": {"type": "burst", "count": 1, "at": 0}},
    {"name": "q", "model": "one", "arrival": {"type": "burst", "count": 1, "at": 1}},
    {"name": "l", "model": "one", "arrival": {"type": "burst", "count": 1, "at": 1.5}},
    {"name": "h", "model": "one", "arrival": {"type": "burst", "count": 1, "at": 1.5}, "priority": 1}]})",
            {{"one", chain_model("one", 1, R"("kind": "y", "time": 1)")},
             {"two", R"({"format": 1, "name": "two", "layers": [{"name": "f", "output_bytes": 5e6}, {"name": "g"}],
               "costs": [{"layer": "f", "kind": "x", "time": 1}, {"layer": "g", "kind": "y", "time": 1}]})"}}};
  std::string order;
  for (const TaskRecord& t : simulate_log(make_scenario(in), policy).tasks)
    if (t.accelerator == "b") order += t.stream;
  return order;
}

}  // namespace

TEST_CASE("the fitness: end, transfer and energy in turn") {
  // Ends 5 on a, 1.5 + 3 on b; with the transfer of 1.5 counted again, 0.5 against 1.5.
  CHECK(second_runs_on("dm", 1.5) == "b");
  CHECK(second_runs_on("dmda", 1.5, {{"beta", 0.0}}) == "b");
  CHECK(second_runs_on("dmda", 1.5) == "a");
  // Ends 5 and 3.5: 1.5 against 0.5, against 2.5 with 2 J at 1 s/J.
  CHECK(second_runs_on("dmda", 0.5) == "b");
  CHECK(second_runs_on("dmda", 0.5, {{"gamma", 1.0}}) == "a");
  // dm does not see that 3 + 9 > 5.
  CHECK(second_runs_on("dm", 9) == "b");
  CHECK(second_runs_on("dmda", 9, {{"beta", 0.0}}) == "a");
}

TEST_CASE("queues: as tasks come, what has its inputs first, by priority") {
  CHECK(order_on_b("dmda") == "0pqlh");
  CHECK(order_on_b("dmdar") == "0qlhp");
  CHECK(order_on_b("dmdas") == "0qhlp");
}

TEST_CASE("on one memory, dm and dmda with alpha = 1, beta = gamma = 0 run as mct does") {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const contract::RandomScenario scenario = contract::random_scenario(seed);
    if (scenario.inputs.platform.find("\"routes\"") != std::string::npos) continue;
    if (scenario.inputs.platform.find("\"capacity\"") != std::string::npos) continue;
    INFO("seed " << seed);
    const auto run = [&](const std::string& policy, Params::Values parameters) {
      std::string text;
      for (const TaskRecord& t :
           simulate_log(make_scenario(scenario.inputs), policy, std::move(parameters), Backend::fluid).tasks)
        text += std::to_string(t.request) + "." + std::string(t.task) + "@" + std::string(t.accelerator) + "-" +
                std::to_string(t.end) + " ";
      return text;
    };
    const std::string mct = run("mct", {});
    CHECK(run("dm", {}) == mct);
    CHECK(run("dmda", {{"beta", 0.0}}) == mct);
    ++compared;
  }
  CHECK(compared > 15);
}
