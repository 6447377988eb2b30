// Is a network the same work whether it is scheduled by layers, by groups or whole?
#include <doctest/doctest.h>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

const char* kPlatform = R"({"format": 1, "name": "p", "kinds": [
    {"name": "k", "type": "cpu", "operating_points": [{"name": "x", "idle_power": 1, "active_power": 3}]}],
    "accelerators": [{"name": "a", "kind": "k"}]})";

/// Four layers of 1, 2, 4 and 8 s, the middle two in a group; `rows` are added to the profile.
std::string model(const std::string& rows = "") {
  return R"({"format": 1, "name": "m", "layers": [{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "d"}],
             "groups": [{"name": "bc", "layers": ["b", "c"]}],
             "costs": [{"layer": "a", "kind": "k", "time": 1, "energy": 10}, {"layer": "b", "kind": "k", "time": 2, "energy": 20},
                       {"layer": "c", "kind": "k", "time": 4, "energy": 40}, {"layer": "d", "kind": "k", "time": 8, "energy": 80})" +
         rows + "]}";
}

Log run(const std::string& granularity, const std::string& network) {
  const std::string workload =
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "granularity": ")" + granularity +
      R"(", "arrival": {"type": "burst", "count": 2}}]})";
  return simulate_log(make_scenario({kPlatform, workload, {{"m", network}}}), "fcfs");
}

}  // namespace

TEST_CASE("layers, groups and the whole network take the same time and energy on one accelerator") {
  const Log layers = run("layer", model()), groups = run("group", model()), whole = run("model", model());
  CHECK(layers.tasks.size() == 2 * 4);
  CHECK(groups.tasks.size() == 2 * 3);
  CHECK(whole.tasks.size() == 2);
  CHECK(groups.task("bc").end - groups.task("bc").start == 6);
  CHECK(whole.task("*").energy == 150 + 15 * 3);
  for (const Log* log : {&layers, &groups, &whole}) {
    CHECK(log->totals.end == 30);
    CHECK(log->energy() == 2 * 150 + 30 * 3);
  }
}

TEST_CASE("rows of a group or of the whole network are preferred to the sum of the layers") {
  const std::string network = model(
      R"(, {"layer": "bc", "kind": "k", "time": 5, "energy": 50}, {"layer": "*", "kind": "k", "time": 11, "energy": 7})");
  CHECK(run("layer", network).totals.end == 30);
  CHECK(run("group", network).totals.end == 2 * (1 + 5 + 8));
  CHECK(run("group", network).task("bc").energy == 50 + 5 * 3);
  const Log whole = run("model", network);
  CHECK(whole.totals.end == 22);
  CHECK(whole.task("*").energy == 7 + 11 * 3);
}

TEST_CASE("a coarser task blocks its accelerator for longer") {
  // A short request arrives while the first layer runs: by layers it waits for 1 s of 15, whole for all of
  // them.
  const auto latency = [](const std::string& granularity) {
    const std::string workload = R"({"format": 1, "name": "w", "streams": [
        {"name": "long", "model": "m", "granularity": ")" +
                                 granularity +
                                 R"(", "deadline": 100, "arrival": {"type": "burst", "count": 1}},
        {"name": "short", "model": "n", "deadline": 2, "arrival": {"type": "burst", "count": 1, "at": 0.5}}]})";
    const Log log = simulate_log(
        make_scenario({kPlatform, workload, {{"m", model()}, {"n", chain_model("n", 1, R"("kind": "k", "time": 1)")}}}),
        "edf");
    for (const RequestRecord& r : log.requests)
      if (r.stream == "short") return *r.latency;
    return 0.0;
  };
  CHECK(latency("layer") == 1.5);
  CHECK(latency("model") == 15.5);
}
