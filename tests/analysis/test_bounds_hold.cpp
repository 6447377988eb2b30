// Is no simulated response time above its bound, and do they meet where theory says so? 1,000 random sets;
// HETSCHED_SETS is another number of them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "analysis/stream_bounds.hpp"
#include "analysis/task_set_files.hpp"
#include "base/json_document.hpp"
#include "contract/log.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using namespace hetsched::analysis;

namespace {

std::uint64_t sets() {
  const char* given = std::getenv("HETSCHED_SETS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 1000;
}

/// What a set is run as; phases (s) by stream.
Inputs inputs_of(const std::vector<DrawnStream>& streams, const std::vector<double>& phases, double overhead) {
  const TaskSetFiles files = task_set_files(streams, "w", "", 1);
  Json workload = Json::parse(files.workload), platform = Json::parse(task_set_platform());
  for (std::size_t s = 0; s < streams.size(); ++s) {
    workload["streams"][s]["arrival"]["phase"] = phases[s];
    if (s % 2 == 1) workload["streams"][s]["deadline_from"] = "nominal";
  }
  platform["kinds"][0]["dispatch_time"] = overhead;
  platform["kinds"][0]["switch_time"] = 3 * overhead;
  return {platform.dump(), workload.dump(), files.models};
}

Analysis bounds_of_run(const Scenario& scenario, Order order) {
  Problems problems;
  const Tables tables = Tables::build(scenario, problems);
  problems.throw_if_any();
  return analyse(scenario, tables, order);
}

/// The longest response of each stream.
std::map<std::string, double> longest(const std::shared_ptr<Scenario>& scenario, const std::string& policy, int* late) {
  const Made made = make_policy(policy, 1);
  scenario->policy = chosen(policy);
  const Log log = contract::logged_run(scenario, *made.policy, executor_of(Backend::fluid));
  std::map<std::string, double> worst;
  for (const RequestRecord& r : log.requests) {
    worst[std::string(r.stream)] = std::max(worst[std::string(r.stream)], r.latency.value_or(0));
    if (late != nullptr) late[r.stream.back() - '0'] += r.status == RequestStatus::late;
  }
  return worst;
}

constexpr std::pair<const char*, Order> kPolicies[] = {
    {R"("fp")", Order::stream},
    {R"({"name": "fp", "parameters": {"assignment": "rm"}})", Order::rm},
    {R"({"name": "fp", "parameters": {"assignment": "dm"}})", Order::dm},
    {R"("edf")", Order::edf},
};

}  // namespace

TEST_CASE("over random sets no response is above its bound, and no deadline is missed that is said to be met") {
  const RandomStream random(11, "test", "sets");
  std::uint64_t bounded = 0, reached = 0, none = 0;
  for (std::uint64_t number = 0; number < sets(); ++number) {
    Draws draws(random, number);
    TaskSetSpec spec;
    spec.n = draws.whole(2, 6);
    spec.utilisation = 0.3 + 0.75 * draws.next();
    spec.method = spec.utilisation > 1 ? Method::uunifast_discard : Method::uunifast;
    spec.least_period = 0.01;
    spec.most_period = 0.1;
    spec.most_layers = draws.whole(1, 5);
    spec.shape = draws.next() < 0.5 ? Shape::chain : Shape::layered;
    spec.least_deadline = draws.next() < 0.5 ? 1 : 0.3;
    spec.jitter = draws.next() < 0.5 ? 0 : 0.4 * draws.next();
    const double overhead = draws.next() < 0.5 ? 0 : 1e-4 * draws.next();
    const bool together = draws.next() < 0.3;
    std::vector<DrawnStream> streams = draw_task_set(spec, number);
    std::vector<double> phases;
    for (DrawnStream& stream : streams) {
      phases.push_back(together ? 0 : draws.next() * stream.period);
      if (draws.next() < 0.2) stream.priority = 1;  // ties
    }
    const auto scenario = make_scenario(inputs_of(streams, phases, overhead));
    const auto& [policy, order] = kPolicies[number % std::size(kPolicies)];
    const Analysis analysis = bounds_of_run(*scenario, order);
    int late[10] = {};
    std::map<std::string, double> worst;
    const bool any = std::any_of(analysis.streams.begin(), analysis.streams.end(),
                                 [](const StreamBound& row) { return row.bound.has_value(); });
    if (any) worst = longest(scenario, policy, late);
    for (const StreamBound& row : analysis.streams) {
      if (!row.bound) {
        CHECK(row.why.find("more time than there is") != std::string::npos);
        ++none;
        continue;
      }
      ++bounded;
      const double seen = worst[row.stream];
      if (seen > *row.bound * (1 + 1e-9))
        FAIL_CHECK("set ", number, ", ", std::string(policy), ", stream ", row.stream, ": ", seen, " s, bound ",
                   *row.bound, " s");
      reached += seen > *row.bound * (1 - 1e-9);
      if (row.verdict == Verdict::met && late[row.stream.back() - '0'] > 0)
        FAIL_CHECK("set ", number, ", ", std::string(policy), ", stream ", row.stream, ": late requests");
    }
  }
  MESSAGE(sets(), " sets: ", bounded, " bounds, ", reached, " reached; ", none, " streams without");
  CHECK(bounded > 10 * none);
  CHECK(reached > bounded / 50);
}

TEST_CASE("released together, the least urgent stream takes as long as its bound, in layers of any length") {
  for (std::uint64_t number = 0; number < 200; ++number) {
    TaskSetSpec spec;
    spec.n = 4;
    spec.utilisation = 0.5 + static_cast<double>(number % 45) / 100;
    spec.least_period = 0.01;
    spec.most_period = 0.1;
    spec.most_layers = 4;
    const auto streams = draw_task_set(spec, number);
    const auto scenario = make_scenario(inputs_of(streams, {0, 0, 0, 0}, 0));
    const Analysis analysis = bounds_of_run(*scenario, Order::stream);
    const auto worst = longest(scenario, R"("fp")", nullptr);
    for (std::size_t s = 0; s < streams.size(); ++s)
      if (streams[s].priority == 0)
        CHECK(worst.at(analysis.streams[s].stream) == doctest::Approx(*analysis.streams[s].bound).epsilon(1e-9));
  }
}

TEST_CASE("just after the longest less urgent task has started, every stream takes as long as its bound") {
  constexpr double kJustAfter = 1e-9;
  for (std::uint64_t number = 0; number < 60; ++number) {
    TaskSetSpec spec;
    spec.n = 4;
    spec.utilisation = 0.5 + static_cast<double>(number % 40) / 100;
    spec.least_period = 0.01;
    spec.most_period = 0.1;
    spec.most_layers = 1;
    const auto streams = draw_task_set(spec, number);
    for (std::size_t s = 0; s < streams.size(); ++s) {
      std::size_t blocker = s;
      for (std::size_t j = 0; j < streams.size(); ++j)
        if (streams[j].priority < streams[s].priority &&
            (blocker == s || streams[j].layers.front() > streams[blocker].layers.front()))
          blocker = j;
      std::vector<double> phases(4, kJustAfter);
      phases[blocker] = 0;
      if (blocker == s) phases.assign(4, 0);
      const auto scenario = make_scenario(inputs_of(streams, phases, 0));
      const StreamBound row = bounds_of_run(*scenario, Order::stream).streams[s];
      CHECK(longest(scenario, R"("fp")", nullptr).at(row.stream) == doctest::Approx(*row.bound).epsilon(1e-6));
    }
  }
}

TEST_CASE("under EDF a request that another one's deadline just precedes takes as long as its bound") {
  // (1, 4) waits for a task of 3 that started just before; (3, 8) is overtaken once.
  const std::vector<DrawnStream> streams = {{4, 4, 0, 0, {1}, {{}}}, {8, 8, 0, 0, {3}, {{}}}};
  TaskSetFiles files = task_set_files(streams, "w", "", 16);
  Json workload = Json::parse(files.workload);
  workload["streams"][0]["arrival"]["phase"] = 1e-9;
  const auto scenario = make_scenario({task_set_platform(), workload.dump(), files.models});
  const Analysis analysis = bounds_of_run(*scenario, Order::edf);
  const auto worst = longest(scenario, R"("edf")", nullptr);
  CHECK(worst.at("t0") == doctest::Approx(*analysis.streams[0].bound).epsilon(1e-8));
  CHECK(*analysis.streams[0].bound == 4);
  CHECK(*analysis.streams[1].bound == 4);
}
