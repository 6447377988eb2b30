// Do long runs meet the theory of queues? notation: lambda arrivals per second, service of mean 1 s.
#include <doctest/doctest.h>

#include <cmath>

#include "engine/executors/executors.hpp"
#include "support/builtin_entries.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// Mean waiting time of `n` requests with its 95% interval from 40 batch means, first 5% of requests left out.
struct Estimate {
  double mean = 0, half_width = 0;
};

/// Runs without the checks of simulate_log(): only waiting times are kept.
struct Waits : Observer {
  std::vector<double> waits;
  void request_ended(const RequestRecord& r) override {
    if (r.request >= waits.size()) waits.resize(r.request + 1);
    waits[r.request] = *r.start - r.arrival;
  }
};

std::vector<double> waits_of(const Scenario& scenario) {
  Problems problems;
  const Tables tables = Tables::build(scenario, problems);
  problems.throw_if_any();
  const auto executor = executor_named("simgrid").make(fabric_of(tables));
  Params params;
  const auto policy = builtin_policy("fcfs").make(params);
  Waits waits;
  Observer* observers[] = {&waits};
  simulate(scenario, tables, *policy, *executor, observers);
  return waits.waits;
}

Estimate estimate(const std::vector<double>& all) {
  const std::size_t first = all.size() / 20, batches = 40, size = (all.size() - first) / batches;
  std::vector<double> means;
  for (std::size_t b = 0; b < batches; ++b) {
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += all[first + b * size + i];
    means.push_back(sum / static_cast<double>(size));
  }
  double mean = 0, square = 0;
  for (const double m : means) mean += m / batches;
  for (const double m : means) square += (m - mean) * (m - mean) / (batches - 1);
  return {mean, 2.0227 * std::sqrt(square / batches)};  // t(0.975, 39)
}

Estimate waiting(double lambda, int servers, const char* distribution, std::uint64_t n) {
  Inputs in;
  in.platform =
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}], "accelerators": [{"name": "a", "kind": "k", "count": )" +
      std::to_string(servers) + "}]}";
  in.workload =
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "poisson", "rate": )" +
      std::to_string(lambda) + R"(, "count": )" + std::to_string(n) + "}}]}";
  in.models["m"] = chain_model("m", 1, R"("kind": "k", "time": 1)");
  auto scenario = make_scenario(in);
  scenario->options.seed = 7;
  scenario->options.execution_jitter.distribution =
      distribution == std::string("exponential") ? JitterDistribution::exponential : JitterDistribution::none;
  return estimate(waits_of(*scenario));
}

}  // namespace

TEST_CASE("M/M/1, M/M/3 and M/D/1 waiting times") {
  struct Case {
    double lambda;
    int servers;
    const char* distribution;
    double expected;
  };
  // Wq = rho / (mu (1 - rho)) = 4; Erlang C: 0.647191 / (3 - 2.4) = 1.078652; half of M/M/1: 2
  for (const Case& c :
       {Case{0.8, 1, "exponential", 4}, Case{2.4, 3, "exponential", 1.078652}, Case{0.8, 1, "none", 2}}) {
    const Estimate e = waiting(c.lambda, c.servers, c.distribution, 400000);
    INFO("expected " << c.expected << ", measured " << e.mean << " +- " << e.half_width);
    CHECK(std::abs(e.mean - c.expected) < e.half_width);
    CHECK(e.half_width < 0.08 * c.expected);
  }
}
