// Are the lower bound and the optimum among the metrics of a run, and does no run beat its bound?
#include <doctest/doctest.h>

#include "contract/random_scenario.hpp"
#include "study/run.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

TEST_CASE("the published graph: bound 41, optimum 73, HEFT 80, the optimal policy 73") {
  const auto scenario = load_scenario("platforms/heft_2002.json", "workloads/heft_2002.json");
  scenario->policy = chosen("\"heft\"");
  const RunSummary heft = run_scenario(*scenario, built_in()).summary;
  CHECK(*heft.latency_lower_bound == doctest::Approx(41));
  CHECK(*heft.makespan_lower_bound == doctest::Approx(41));
  CHECK(*heft.gap_to_lower_bound == doctest::Approx(80 / 41.0 - 1));
  CHECK(*heft.optimal_makespan == doctest::Approx(73));
  CHECK(*heft.gap_to_optimum == doctest::Approx(80 / 73.0 - 1));
  scenario->policy = chosen("\"optimal\"");
  CHECK(*run_scenario(*scenario, built_in()).summary.gap_to_optimum == doctest::Approx(0));

  scenario->options.execution_jitter = {JitterDistribution::uniform, 0.5};
  CHECK_FALSE(run_scenario(*scenario, built_in()).summary.makespan_lower_bound.has_value());
}

TEST_CASE("several requests: the load of all of them counts, and there is no optimum") {
  const auto scenario = load_scenario("platforms/heft_2002.json", "workloads/heft_2002.json");
  scenario->workload.streams[0].arrival = TraceArrivals{"", {0, 0, 0, 0}};
  scenario->policy = chosen("\"mct\"");
  const RunSummary summary = run_scenario(*scenario, built_in()).summary;
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
      const RunSummary summary = run_scenario(*scenario, built_in()).summary;
      if (!summary.makespan_lower_bound) continue;
      ++bounded;
      CHECK(*summary.gap_to_lower_bound >= -1e-9);
      CHECK(*summary.latency_mean >= *summary.latency_lower_bound * (1 - 1e-9));
    }
  }
  CHECK(bounded > 60);
}
