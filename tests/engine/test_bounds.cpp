// Are the lower bound and the optimum among the metrics of a run, and does no run beat its bound?
#include <doctest/doctest.h>

#include "contract/random_scenario.hpp"
#include "engine/room.hpp"
#include "study/run.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

TEST_CASE("the published graph: bound 41, optimum 73, HEFT 80, the optimal policy 73") {
  const auto scenario = load_scenario("platforms/heft_2002.json", "workloads/heft_2002.json");
  scenario->policy = chosen("\"heft\"");
  CHECK_FALSE(Simulation().run(*scenario, built_in()).summary.optimal_makespan.has_value());  // nobody asks
  scenario->options.optimum = true;
  const RunSummary heft = Simulation().run(*scenario, built_in()).summary;
  CHECK(*heft.latency_lower_bound == doctest::Approx(41));
  CHECK(*heft.makespan_lower_bound == doctest::Approx(41));
  CHECK(*heft.gap_to_lower_bound == doctest::Approx(80 / 41.0 - 1));
  CHECK(*heft.optimal_makespan == doctest::Approx(73));
  CHECK(*heft.gap_to_optimum == doctest::Approx(80 / 73.0 - 1));
  scenario->policy = chosen("\"optimal\"");
  CHECK(*Simulation().run(*scenario, built_in()).summary.gap_to_optimum == doctest::Approx(0));

  scenario->options.execution_jitter = {JitterDistribution::uniform, 0.5};
  CHECK_FALSE(Simulation().run(*scenario, built_in()).summary.makespan_lower_bound.has_value());
}

TEST_CASE("points and variants faster than what a run begins with: the optimum is theirs, no gap is negative") {
  const auto summary_of = [](const std::string& kind, const std::string& layer, const std::string& costs,
                             const std::string& policy) {
    const auto scenario = make_scenario({R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu")" + kind +
                                             R"(}], "accelerators": [{"name": "a", "kind": "k"}]})",
                                         R"({"format": 1, "name": "w", "streams": [
             {"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}, "deadline": 3}]})",
                                         {{"m", R"({"format": 1, "name": "m", "layers": [{"name": "l")" + layer +
                                                    R"(}], "costs": [)" + costs + "]}"}}});
    scenario->policy = chosen(policy);
    scenario->options.optimum = true;
    return Simulation().run(*scenario, built_in()).summary;
  };
  const std::string points = R"(, "operating_points": [{"name": "slow", "frequency": 1e9, "active_power": 6},
                                                       {"name": "fast", "frequency": 2e9, "active_power": 20}])";
  const std::string at_points = R"({"layer": "l", "kind": "k", "time": 1, "point": "slow"},
                                   {"layer": "l", "kind": "k", "time": 0.5, "point": "fast"})";
  const std::string as_variants = R"({"layer": "l", "kind": "k", "time": 4},
                                     {"layer": "l", "variant": "v", "kind": "k", "time": 1.5})";
  const std::string variants = R"(, "variants": [{"name": "v", "accuracy_loss": 0.1}])";
  const std::string dream = R"({"name": "dream", "parameters": {"switch_variants": true}})";
  const RunSummary slow = summary_of(points, "", at_points, "\"edf\"");
  const RunSummary fast = summary_of(points, "", at_points, "\"race_to_idle\"");
  const RunSummary original = summary_of("", variants, as_variants, "\"edf\"");
  const RunSummary variant = summary_of("", variants, as_variants, dream);
  CHECK(*slow.optimal_makespan == doctest::Approx(0.5));
  CHECK(*slow.gap_to_optimum == doctest::Approx(1));
  CHECK(*fast.gap_to_optimum == doctest::Approx(0));
  CHECK(*original.optimal_makespan == doctest::Approx(1.5));
  CHECK(*original.gap_to_optimum == doctest::Approx(4 / 1.5 - 1));
  CHECK(*variant.gap_to_optimum == doctest::Approx(0));
  for (const RunSummary& summary : {slow, fast, original, variant}) {
    CHECK(*summary.gap_to_lower_bound >= -1e-9);
    CHECK(*summary.optimal_makespan >= *summary.makespan_lower_bound * (1 - 1e-9));
  }
}

TEST_CASE("several requests: the load of all of them counts, and there is no optimum") {
  const auto scenario = load_scenario("platforms/heft_2002.json", "workloads/heft_2002.json");
  scenario->workload.streams[0].arrival = TraceArrivals{"", {0, 0, 0, 0}};
  scenario->options.optimum = true;
  scenario->policy = chosen("\"mct\"");
  const RunSummary summary = Simulation().run(*scenario, built_in()).summary;
  CHECK(*summary.latency_lower_bound == doctest::Approx(41));
  CHECK(*summary.makespan_lower_bound >= 4 * 91 / 3.0);
  CHECK(*summary.makespan_lower_bound < summary.makespan);
  CHECK_FALSE(summary.optimal_makespan.has_value());
}

TEST_CASE("random scenarios: nothing ends before its bound, whatever slots, variants, points and batches do") {
  std::size_t bounded = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const contract::RandomScenario random = contract::random_scenario(seed);
    const auto scenario = random.make();
    INFO(random.text());
    for (const char* policy : {"\"edf\"", "\"magma\"", R"({"name": "fcfs", "decorators": ["batch"]})"}) {
      INFO(policy);
      scenario->policy = chosen(policy);
      if (is_limited(scenario->platform))
        scenario->policy.decorators.insert(scenario->policy.decorators.begin(), DecoratorChoice{"cache", {}});
      scenario->options.optimum = true;
      const RunSummary summary = Simulation().run(*scenario, built_in()).summary;
      if (!summary.makespan_lower_bound) continue;
      ++bounded;
      CHECK(*summary.gap_to_lower_bound >= -1e-9);
      if (summary.gap_to_optimum) CHECK(*summary.gap_to_optimum >= -1e-9);
      CHECK(*summary.latency_mean >= *summary.latency_lower_bound * (1 - 1e-9));
    }
  }
  CHECK(bounded > 60);
}
