// Do the static policies plan and execute the schedules that the planning core makes, for one request, for
// several, and for a future that they are told?
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/builtin_entries.hpp"
#include "support/plan_rules.hpp"
#include "support/planning_cases.hpp"
#include "support/published_graphs.hpp"
#include "support/seer.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

struct Named {
  std::string policy;
  Params::Values parameters;
};

/// The policy that follows a rule of static_schedules.csv.
Named policy_of(const std::string& rule) {
  if (rule == "heft_append") return {"heft", {{"insertion", false}}};
  if (rule == "lookahead_children") return {"lookahead", {}};
  if (rule == "lookahead_full") return {"lookahead", {{"scope", std::string("full")}}};
  if (rule == "dls_median") return {"dls", {{"average", std::string("median")}}};
  if (rule == "mct" || rule == "met") return {rule + "_static", {}};
  return {rule, {}};
}

std::shared_ptr<Scenario> published(const std::string& graph) {
  return load_scenario("platforms/heft_2002.json", "workloads/" + graph + ".json");
}

std::unique_ptr<Policy> made(const std::string& name, Params::Values values) {
  Params params(std::move(values), 1);
  for (const PolicyEntry& entry : builtin_policies())
    if (entry.name == name) return entry.make(params);
  return nullptr;
}

Params::Values horizon(const std::string& name) { return {{"horizon", name}}; }

/// Two machines; model "long" is a chain that prefers the first, model "short" can hardly use the second.
std::shared_ptr<Scenario> chain_and_late_task() {
  return make_scenario(
      {R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}, {"name": "l", "type": "cpu"}],
           "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "l"}]})",
       R"({"format": 1, "name": "w", "streams": [
           {"name": "x", "model": "long", "arrival": {"type": "trace", "times": [0]}, "deadline": 99},
           {"name": "y", "model": "short", "arrival": {"type": "trace", "times": [1]}, "deadline": 99}]})",
       {{"long", R"({"format": 1, "name": "long", "layers": [{"name": "l0"}, {"name": "l1"}], "costs": [
           {"layer": "l0", "kind": "k", "time": 2}, {"layer": "l0", "kind": "l", "time": 9},
           {"layer": "l1", "kind": "k", "time": 4}, {"layer": "l1", "kind": "l", "time": 5}]})"},
        {"short", R"({"format": 1, "name": "short", "layers": [{"name": "s"}], "costs": [
           {"layer": "s", "kind": "k", "time": 3}, {"layer": "s", "kind": "l", "time": 20}]})"}}});
}

FutureRequest arrival(std::uint32_t stream, std::uint32_t model, std::uint64_t index, double time) {
  FutureRequest future;
  future.stream = id_of<StreamId>(stream);
  future.model = id_of<ModelId>(model);
  future.index = index;
  future.arrival = time;
  return future;
}

void check_task(const Log& log, const std::string& name, std::uint64_t request, const std::string& accelerator,
                double compute, double end) {
  INFO(name);
  const TaskRecord& task = log.task(name, request);
  CHECK(task.accelerator == accelerator);
  CHECK(task.compute == doctest::Approx(compute).epsilon(1e-9));
  CHECK(task.end == doctest::Approx(end).epsilon(1e-9));
}

}  // namespace

TEST_CASE("the published graphs: every schedule is planned and executed as it is printed") {
  std::set<std::string> policies;
  for (const PublishedSchedule& wanted : published_schedules()) {
    INFO(wanted.graph << " by " << wanted.rule);
    const Named named = policy_of(wanted.rule);
    policies.insert(named.policy);
    const Log log = simulate_log(published(wanted.graph), named.policy, named.parameters);
    CHECK(*log.requests.at(0).forecast == doctest::Approx(wanted.makespan).epsilon(1e-12));
    CHECK(*log.requests.at(0).finish == doctest::Approx(wanted.makespan).epsilon(1e-9));
    for (std::size_t t = 0; t < wanted.starts.size(); ++t) {
      const TaskRecord& task = log.task("t" + std::to_string(t + 1));
      INFO(task.task);
      CHECK(task.accelerator == "p" + std::to_string(wanted.accelerators[t] + 1));
      CHECK(task.compute == doctest::Approx(wanted.starts[t]).epsilon(1e-9));
    }
  }
  CHECK(policies.size() == 16);
}

TEST_CASE("duplex takes the shorter plan: min-min's on both graphs") {
  CHECK(*simulate_log(published("heft_2002"), "duplex").requests.at(0).finish == doctest::Approx(76));
  CHECK(*simulate_log(published("peft_2014"), "duplex").requests.at(0).finish == doctest::Approx(122));
}

TEST_CASE("horizon request: a late task goes behind what is planned") {
  const Log log = simulate_log(chain_and_late_task(), "heft");
  check_task(log, "l0", 0, "a", 0, 2);
  check_task(log, "l1", 0, "a", 2, 6);
  check_task(log, "s", 1, "a", 6, 9);
}

TEST_CASE("horizon live: all that has not started is planned anew when a request arrives") {
  const Log log = simulate_log(chain_and_late_task(), "heft", horizon("live"));
  check_task(log, "l0", 0, "a", 0, 2);
  check_task(log, "s", 1, "a", 2, 5);
  check_task(log, "l1", 0, "b", 2, 7);
}

TEST_CASE("horizon workload: an accelerator is kept for a request that is known to come") {
  Seer seer(made("heft", horizon("workload")), {arrival(0, 0, 0, 0), arrival(1, 1, 0, 1)});
  const Log log = simulate_log(chain_and_late_task(), seer);
  check_task(log, "s", 1, "a", 1, 4);
  check_task(log, "l0", 0, "a", 4, 6);
  check_task(log, "l1", 0, "a", 6, 10);
  for (const RequestRecord& request : log.requests) CHECK(*request.forecast == doctest::Approx(*request.finish));
}

TEST_CASE("horizon workload: two requests are planned and executed as one problem with release times") {
  using planning::Placement, planning::Plan, planning::PlanEdge, planning::PlanTaskId, planning::Problem;
  for (const std::string rule : {"heft", "cpop", "peft", "minmin", "maxmin", "mct", "etf", "dls", "olb"}) {
    INFO(rule);
    Problem problem = topcuoglu_2002();
    const Problem one = topcuoglu_2002();
    const auto second = [](PlanTaskId t) { return id_of<PlanTaskId>(index_of(t) + 10); };
    for (const PlanTaskId t : one.tasks.ids()) {
      std::vector<double> times;
      for (const AcceleratorId a : one.accelerators.ids()) times.push_back(one.time(t, a));
      problem.tasks[add_task(problem, times)].release = 10;
    }
    for (const PlanTaskId t : one.tasks.ids())
      for (const PlanEdge& edge : one.tasks[t].outputs) problem.add_edge(second(t), second(edge.task), edge.bytes);
    const Plan plan = published_rule(rule)(problem);

    const auto scenario = published("heft_2002");
    scenario->workload.streams[0].arrival = TraceArrivals{"", {0, 10}};
    Seer seer(made(policy_of(rule).policy, horizon("workload")), {arrival(0, 0, 0, 0), arrival(0, 0, 1, 10)});
    const Log log = simulate_log(scenario, seer);
    for (std::size_t t = 0; t < problem.size(); ++t) {
      const Placement& placement = plan.tasks[id_of<PlanTaskId>(t)];
      check_task(log, "t" + std::to_string(t % 10 + 1), static_cast<std::uint32_t>(t / 10),
                 "p" + std::to_string(index_of(placement.accelerator) + 1), placement.start, placement.end);
    }
  }
}

TEST_CASE("a future that does not come true keeps nothing waiting for ever") {
  Seer seer(made("heft", horizon("workload")),
            {arrival(0, 0, 0, 0), arrival(1, 1, 7, 0.5), arrival(1, 1, 8, 3), arrival(1, 1, 9, 50)});
  const Log log = simulate_log(chain_and_late_task(), seer);
  REQUIRE(log.requests.size() == 2);
  for (const RequestRecord& request : log.requests) CHECK(request.status == RequestStatus::finished);
}

TEST_CASE("Graham's list by longest processing time: 11, worse than no order at all") {
  std::string layers, costs;
  for (const int length : {3, 5, 3, 4, 5, 4, 3}) {  // in no good order
    const std::string name = "\"l" + std::to_string(layers.size()) + "\"";
    layers += (layers.empty() ? "" : ", ") + ("{\"name\": " + name + ", \"inputs\": []}");
    costs += (costs.empty() ? "" : ", ") +
             ("{\"layer\": " + name + R"(, "kind": "k", "time": )" + std::to_string(length) + "}");
  }
  const contract::Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}],
          "accelerators": [{"name": "a", "kind": "k", "count": 3}]})",
      R"({"format": 1, "name": "w", "streams": [{"name": "x", "model": "m", "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", "{\"format\": 1, \"name\": \"m\", \"layers\": [" + layers + "], \"costs\": [" + costs + "]}"}}};
  CHECK(simulate_log(make_scenario(inputs), "list", {{"order", std::string("lpt")}}).totals.end == 11);
  CHECK(simulate_log(make_scenario(inputs), "list").totals.end == 10);  // 3 + 4 + 3, 5 + 4, 3 + 5 as they stand
}

TEST_CASE("random: the same seed, the same plan; equal accelerators get equal shares") {
  const contract::Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}],
          "accelerators": [{"name": "a", "kind": "k", "count": 4}]})",
      R"({"format": 1, "name": "w", "streams": [{"name": "x", "model": "m", "arrival": {"type": "burst", "count": 400}}]})",
      {{"m", chain_model("m", 3, R"("kind": "k", "time": 1)")}}};
  const auto shares = [&](std::uint64_t seed) {
    const auto scenario = make_scenario(inputs);
    scenario->options.seed = seed;
    std::map<std::string, int> count;
    std::string order;
    for (const TaskRecord& task : simulate_log(scenario, "random").tasks) {
      ++count[std::string(task.accelerator)];
      order += task.accelerator;
    }
    REQUIRE(count.size() == 4);
    for (const auto& [name, tasks] : count) CHECK(std::abs(tasks - 300) < 60);  // 4 standard deviations
    return order;
  };
  CHECK(shares(1) == shares(1));
  CHECK(shares(1) != shares(2));
}

TEST_CASE("slots are planned one by one: four tasks of 2 s on four slots end at 2, and as forecast") {
  std::string layers, costs;
  for (const char* name : {"l0", "l1", "l2", "l3"}) {
    layers += std::string(layers.empty() ? "" : ", ") + R"({"name": ")" + name + R"(", "inputs": []})";
    for (const auto& [kind, time] : {std::pair{"g", "2"}, std::pair{"c", "3.9"}})
      costs += std::string(costs.empty() ? "" : ", ") + R"({"layer": ")" + name + R"(", "kind": ")" + kind +
               R"(", "time": )" + time + "}";
  }
  const auto scenario = make_scenario(
      {R"({"format": 1, "name": "p", "kinds": [{"name": "c", "type": "cpu"}, {"name": "g", "type": "gpu", "slots": 4}],
           "accelerators": [{"name": "c", "kind": "c"}, {"name": "g", "kind": "g"}]})",
       R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "granularity": "layer",
           "arrival": {"type": "trace", "times": [0, 1]}}]})",
       {{"m", R"({"format": 1, "name": "m", "layers": [)" + layers + R"(], "costs": [)" + costs + "]}"}}});
  for (const char* policy : {"heft", "mct_static", "met_static", "minmin", "peft", "lookahead", "optimal"}) {
    INFO(policy);
    const Log log = simulate_log(scenario, policy);
    REQUIRE(log.requests.size() == 2);
    CHECK(*log.requests[0].finish == doctest::Approx(2));
    CHECK(*log.requests[0].forecast == doctest::Approx(2));
    // The second one goes behind: the slots are busy until 2.
    CHECK(*log.requests[1].finish == doctest::Approx(4));
    CHECK(*log.requests[1].forecast == doctest::Approx(4));
  }
}

TEST_CASE("slots that run late: what is planned for them is still to come, however late it is") {
  // Each task of "both" needs the whole memory, which plans do not expect: two take twice as long.
  const std::shared_ptr<Scenario> scenario =
      make_scenario({R"({"format": 1, "name": "p", "kinds": [
            {"name": "two", "type": "gpu", "slots": 2}, {"name": "one", "type": "cpu"}],
           "memories": [{"name": "dram", "bandwidth": 1}, {"name": "own"}],
           "links": [{"name": "bus", "bandwidth": 1e9}],
           "routes": [{"from": "*", "to": "*", "links": ["bus"]}],
           "accelerators": [{"name": "a", "kind": "two", "memory": "dram"},
                            {"name": "b", "kind": "one", "memory": "own"}]})",
                     R"({"format": 1, "name": "w", "streams": [
           {"name": "x", "model": "both", "arrival": {"type": "trace", "times": [0, 0, 1, 1]}, "deadline": 99},
           {"name": "y", "model": "last", "arrival": {"type": "trace", "times": [15]}, "deadline": 99}]})",
                     {{"both", R"({"format": 1, "name": "both", "layers": [{"name": "l"}], "costs": [
           {"layer": "l", "kind": "two", "time": 10, "bytes": 10}]})"},
                      {"last", R"({"format": 1, "name": "last", "layers": [{"name": "s"}], "costs": [
           {"layer": "s", "kind": "two", "time": 10}, {"layer": "s", "kind": "one", "time": 17}]})"}}});
  // At 15 the first two were to be done at 10, the next two from 10 to 20: behind those it would end at 15 + 20.
  const Log log = simulate_log(scenario, "mct_static");
  CHECK(log.task("l", 2).end == doctest::Approx(40));
  check_task(log, "s", 4, "b", 15, 32);
}

TEST_CASE("plans know which model an accelerator has run last: another one goes where no switch is needed") {
  const auto scenario =
      make_scenario({R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "fpga", "switch_time": 5}],
           "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "k"}]})",
                     R"({"format": 1, "name": "w", "streams": [
           {"name": "x", "model": "m", "arrival": {"type": "trace", "times": [0]}},
           {"name": "y", "model": "n", "arrival": {"type": "trace", "times": [20]}}]})",
                     {{"m", chain_model("m", 1, R"("kind": "k", "time": 10)")},
                      {"n", chain_model("n", 1, R"("kind": "k", "time": 10)")}}});
  const Log log = simulate_log(scenario, "heft");
  CHECK(log.requests.at(0).finish == 10);
  CHECK(log.requests.at(1).finish == 30);
}

TEST_CASE("horizon live: a request is forecast to end no earlier than its tasks that run already") {
  const auto scenario = make_scenario(
      {R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}, {"name": "l", "type": "cpu"}],
           "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "l"}]})",
       R"({"format": 1, "name": "w", "streams": [
           {"name": "first", "model": "busy", "arrival": {"type": "trace", "times": [0]}},
           {"name": "x", "model": "wide", "arrival": {"type": "trace", "times": [0]}},
           {"name": "y", "model": "busy", "arrival": {"type": "trace", "times": [5]}}]})",
       {{"busy", chain_model("busy", 1, R"("kind": "l", "time": 10)")},
        {"wide",
         R"({"format": 1, "name": "wide", "layers": [{"name": "long", "inputs": []}, {"name": "short", "inputs": []}],
           "costs": [{"layer": "long", "kind": "k", "time": 100}, {"layer": "short", "kind": "l", "time": 1}]})"}}});
  const Log log = simulate_log(scenario, "heft", horizon("live"));
  REQUIRE(log.requests.size() == 3);
  for (const RequestRecord& request : log.requests)
    if (request.stream == "x") CHECK(*request.forecast == doctest::Approx(100));
}
