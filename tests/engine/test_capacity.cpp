// Capacities whose limit is known, of whole runs: the load of the workload is the one that theory speaks of.
#include <doctest/doctest.h>

#include <cmath>

#include "base/random.hpp"
#include "engine/executors/executors.hpp"
#include "study/capacity_search.hpp"
#include "support/builtin_entries.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// Latencies and misses of a run, without the checks of simulate_log().
struct Requests : Observer {
  double latency = 0, count = 0, late = 0;
  void request_ended(const RequestRecord& r) override {
    latency += *r.finish - r.arrival;
    count += 1;
    late += r.deadline && *r.finish > *r.deadline + 1e-9 ? 1 : 0;
  }
};

Requests run(Scenario& scenario, double load, std::uint64_t seed, const std::string& policy) {
  scenario.workload.load = load;
  scenario.options.seed = seed;
  Problems problems;
  const Tables tables = Tables::build(scenario, problems);
  problems.throw_if_any();
  const auto executor = executor_named("fluid").make(fabric_of(tables));
  Params params;
  const auto chosen = builtin_policy(policy).make(params);
  Requests requests;
  Observer* observers[] = {&requests};
  simulate(scenario, tables, *chosen, *executor, observers);
  return requests;
}

std::string stream(const std::string& name, const std::string& more) {
  return R"({"name": ")" + name + R"(", "model": ")" + name + R"(", )" + more + "}";
}

Inputs inputs(const std::string& streams, const std::string& members = "") {
  Inputs in;
  in.platform =
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}], "accelerators": [{"name": "a", "kind": "k"}]})";
  in.workload = R"({"format": 1, "name": "w", )" + members + R"("streams": [)" + streams + "]}";
  return in;
}

CapacityEstimate capacity(Scenario& scenario, CapacitySearch search, std::uint64_t seeds, const std::string& policy,
                          bool misses) {
  for (auto wanted = search.wanted(); !wanted.empty(); wanted = search.wanted())
    for (const double load : wanted) {
      std::vector<std::optional<double>> values;
      for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const Requests requests = run(scenario, load, seed, policy);
        values.emplace_back((misses ? requests.late : requests.latency) / requests.count);
      }
      search.add(load, values);
    }
  return search.estimate();
}

}  // namespace

TEST_CASE("M/D/1: the mean latency reaches 1.5 services at half the service rate") {
  // Hundred searches of this system, without the engine, are in unit/test_capacity_search.cpp.
  Inputs in = inputs(stream("s", R"("arrival": {"type": "poisson", "rate": 1, "count": 12000})"));
  in.models["s"] = chain_model("s", 1, R"("kind": "k", "time": 1)");
  const auto scenario = make_scenario(in);
  const CapacityEstimate found =
      capacity(*scenario, CapacitySearch({"latency_mean_s", true, 1.5}, {}), 12, "fcfs", false);
  MESSAGE(found.capacity << " [" << *found.low << ", " << *found.high << "]");
  CHECK(*found.low <= 0.5);
  CHECK(0.5 <= *found.high);
  CHECK(*found.half_width() <= 0.02);
}

TEST_CASE("two periodic streams meet their deadlines up to a utilisation of 1") {
  // Equal periods, released together, deadlines the periods: both are met as long as a period holds both.
  const RandomStream random(1, "times", "");
  int inside = 0;
  for (std::uint64_t repetition = 0; repetition < 100; ++repetition) {
    const double a = 0.05 + 0.5 * random.uniform(2 * repetition), b = 0.05 + 0.5 * random.uniform(2 * repetition + 1);
    const std::string arrival = R"("arrival": {"type": "periodic", "period": 1, "count": 300}, "deadline": "period")";
    Inputs in = inputs(stream("a", arrival) + ", " + stream("b", arrival));
    in.models["a"] = chain_model("a", 1, R"("kind": "k", "time": )" + std::to_string(a));
    in.models["b"] = chain_model("b", 1, R"("kind": "k", "time": )" + std::to_string(b));
    const auto scenario = make_scenario(in);
    const CapacityEstimate found = capacity(*scenario, CapacitySearch({"miss_rate", true, 0.01}, {}), 2, "edf", true);
    const double limit = 1 / (a + b);
    inside += *found.low <= limit && limit <= *found.high ? 1 : 0;
    CHECK(*found.half_width() <= 0.02);
  }
  MESSAGE("inside " << inside);
  CHECK(inside >= 90);
}
