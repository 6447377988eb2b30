// Arrivals, deadlines, gates, cascades, closed loops, drops, outages, latency and jitter, each with its arithmetic.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

constexpr const char* kOne = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}],
  "accelerators": [{"name": "a", "kind": "k"}]})";
constexpr const char* kTwo = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "operating_points": [
  {"name": "x", "frequency": 1e9, "idle_power": 1, "active_power": 3}]}], "accelerators": [{"name": "a", "kind": "k", "count": 2}]})";

std::string second(const std::string& name, int tasks = 1) {
  return chain_model(name, tasks, R"("kind": "k", "time": 1)");
}

Inputs with_streams(const std::string& platform, const std::string& streams, const std::string& extra = "") {
  return {platform,
          R"({"format": 1, "name": "w", )" + extra + R"("streams": [)" + streams + "]}",
          {{"m", second("m")}, {"n", second("n", 3)}}};
}

const RequestRecord& request(const Log& log, const std::string& stream, std::uint64_t index) {
  const auto at = std::find_if(log.requests.begin(), log.requests.end(),
                               [&](const RequestRecord& r) { return r.stream == stream && r.index == index; });
  REQUIRE(at != log.requests.end());
  return *at;
}

}  // namespace

TEST_CASE("periodic arrivals: phase, rounding to whole milliseconds, duration, exact multiples") {
  const Log log = simulate_log(make_scenario(with_streams(kTwo, R"(
    {"name": "x", "model": "m", "arrival": {"type": "periodic", "rate": "60 Hz", "integer_ms": true}, "deadline": "period"},
    {"name": "y", "model": "m", "arrival": {"type": "periodic", "rate": "3 Hz", "phase": "0.5 s"}, "deadline": "period"})",
                                                          R"("duration": "1 s", "end": "at_duration", )")),
                               "fcfs");
  CHECK(request(log, "x", 7).arrival == 0.112);
  CHECK(*request(log, "x", 7).deadline == 0.128);
  CHECK(request(log, "y", 1).arrival == 0.5 + 1.0 / 3);
  // 0, 16, .., 992 ms; 0.5, 0.833
  CHECK(std::count_if(log.requests.begin(), log.requests.end(),
                      [](const RequestRecord& r) { return r.stream == "x"; }) == 63);
  CHECK(std::count_if(log.requests.begin(), log.requests.end(),
                      [](const RequestRecord& r) { return r.stream == "y"; }) == 2);
}

TEST_CASE("what arrives at one instant reaches the policy in one call, by stream") {
  std::vector<std::size_t> arrivals;
  Scripted policy([&](const SystemView& view, Decisions& out) {
    std::size_t n = 0;
    for (const Event& e : view.events) n += e.type == Event::Type::request_arrived ? 1 : 0;
    if (n > 0) arrivals.push_back(n);
    for (const TaskRef t : view.ready) {
      if (view.accelerators[0_accelerator].free_slots == 0) break;
      out.start(t, 0_accelerator);
      break;
    }
  });
  const Log log = simulate_log(make_scenario(with_streams(kOne, R"(
    {"name": "x", "model": "m", "arrival": {"type": "burst", "count": 3, "at": 1}},
    {"name": "y", "model": "m", "arrival": {"type": "trace", "times": [1, 1, 2]}})")),
                               policy);
  CHECK(arrivals == std::vector<std::size_t>{5, 1});
  CHECK(log.requests.at(2).stream == "x");
}

TEST_CASE("polled: releases come at ticks and when something finishes, not whenever the policy wakes itself") {
  std::vector<double> releases;
  Scripted policy([&](const SystemView& view, Decisions& out) {
    if (view.now == 0) out.wake_at(3);
    for (const Event& e : view.events)
      if (e.type == Event::Type::request_arrived) releases.push_back(view.now);
    if (view.now > 3 && !view.ready.empty() && view.accelerators[0_accelerator].free_slots > 0)
      out.start(view.ready.front(), 0_accelerator);
  });
  // Ticks at 0, 4, 8; the burst is there at 2.
  simulate_log(make_scenario(with_streams(kOne, R"(
    {"name": "x", "model": "m", "arrival": {"type": "periodic", "period": 4, "count": 2}},
    {"name": "y", "model": "m", "arrival": {"type": "burst", "count": 2, "at": 2}})",
                                          R"("release": "polled", )")),
               policy);
  CHECK(releases == std::vector<double>{0, 4, 4, 5});
}

TEST_CASE("a closed loop keeps n requests in the system") {
  const Log log = simulate_log(make_scenario(with_streams(kTwo, R"(
    {"name": "x", "model": "m", "arrival": {"type": "closed_loop", "outstanding": 2, "think_time": 0.5, "count": 7}})")),
                               "fcfs");
  // both accelerators: 0-1, 1.5-2.5, 3-4 and one more 4.5-5.5
  CHECK(log.requests.size() == 7);
  CHECK(log.totals.end == 5.5);
}

TEST_CASE("a cascade: every finished request triggers another, with a probability and a delay") {
  const Log log = simulate_log(make_scenario(with_streams(kTwo, R"(
    {"name": "x", "model": "m", "arrival": {"type": "periodic", "period": 2, "count": 400}},
    {"name": "y", "model": "m", "arrival": {"type": "triggered", "by": "x", "delay": 0.25}, "probability": 0.25, "deadline": 3})")),
                               "fcfs");
  const auto n =
      std::count_if(log.requests.begin(), log.requests.end(), [](const RequestRecord& r) { return r.stream == "y"; });
  CHECK(n > 70);  // binomial(400, 1/4): 100 +- 8.7
  CHECK(n < 130);
  for (const RequestRecord& r : log.requests)
    if (r.stream == "y") CHECK(*r.deadline == doctest::Approx(2 * r.index + 1.25 + 3).epsilon(1e-12));
}

TEST_CASE("a gate: request k waits until the other stream has finished more than k") {
  // x takes 3 s on one accelerator: ends 3, 6. y's requests arrive at 0 and 1.
  const Log log = simulate_log(make_scenario(with_streams(kTwo, R"(
    {"name": "x", "model": "n", "arrival": {"type": "trace", "times": [0, 3]}},
    {"name": "y", "model": "m", "arrival": {"type": "trace", "times": [0, 1]}, "after": "x"})")),
                               "fcfs");
  CHECK(*request(log, "y", 0).start == 3);
  CHECK(*request(log, "y", 1).start == 6);
}

TEST_CASE("a gate that never opens leaves its requests unfinished, without a deadlock") {
  const Log log = simulate_log(make_scenario(with_streams(kTwo, R"(
    {"name": "x", "model": "m", "arrival": {"type": "trace", "times": [0]}},
    {"name": "y", "model": "m", "arrival": {"type": "trace", "times": [0, 0.5]}, "after": "x"})")),
                               "fcfs");
  CHECK(request(log, "y", 0).status == RequestStatus::finished);
  CHECK(request(log, "y", 1).status == RequestStatus::unfinished);
  CHECK(log.totals.end == 2);
}

TEST_CASE("drop rules") {
  const std::string streams =
      R"({"name": "x", "model": "n", "arrival": {"type": "trace", "times": [0, 0, 0]}, "deadline": 4, "drop": ")";
  SUBCASE("never: late requests run to their end") {
    const Log log = simulate_log(make_scenario(with_streams(kOne, streams + "never\"}")), "fcfs");
    CHECK(request(log, "x", 0).status == RequestStatus::finished);
    CHECK(request(log, "x", 1).status == RequestStatus::late);
    CHECK(*request(log, "x", 2).tardiness == 5);
    CHECK(log.totals.end == 9);
  }
  SUBCASE("unstarted: only who has not started, just after the deadline") {
    const Log log = simulate_log(make_scenario(with_streams(kOne, streams + "unstarted\"}")), "fcfs");
    CHECK(request(log, "x", 1).status == RequestStatus::late);
    CHECK(request(log, "x", 2).status == RequestStatus::dropped);
    CHECK(request(log, "x", 2).end == doctest::Approx(4).epsilon(1e-9));
    CHECK(log.totals.end == 6);
  }
  SUBCASE("late: dropped at the deadline, in the middle of a task; its energy counts") {
    const std::string power = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "operating_points": [
        {"name": "x", "idle_power": 1, "active_power": 3}]}], "accelerators": [{"name": "a", "kind": "k"}]})";
    std::string half = streams + "late\"}";
    half.replace(half.find("\"deadline\": 4"), 13, "\"deadline\": 4.5");
    const Log log = simulate_log(make_scenario(with_streams(power, half)), "fcfs");
    CHECK(request(log, "x", 0).status == RequestStatus::finished);
    CHECK(request(log, "x", 1).status == RequestStatus::dropped);
    CHECK(request(log, "x", 1).end == 4.5);
    CHECK(request(log, "x", 1).energy == 4.5);  // 1.5 s of 3 W
    CHECK(request(log, "x", 2).energy == 0);
    CHECK(log.totals.end == 4.5);
  }
}

TEST_CASE("a request that starts exactly at its deadline is not dropped") {
  const Log log = simulate_log(make_scenario(with_streams(kOne, R"(
    {"name": "x", "model": "m", "arrival": {"type": "trace", "times": [0, 0]}, "deadline": 1, "drop": "unstarted"})")),
                               "fcfs");
  CHECK(request(log, "x", 1).status == RequestStatus::late);
}

TEST_CASE("an accelerator turned off fails its task, which runs again elsewhere") {
  auto scenario = make_scenario(
      with_streams(kTwo, R"({"name": "x", "model": "m", "arrival": {"type": "trace", "times": [0, 0]}})"));
  scenario->options.outages = {{"a0", 0.25, 4.0}};
  for (const char* policy : {"fcfs", "edf", "mct", "met", "rr", "heft", "latency_greedy"}) {
    INFO(policy);
    const Log log = simulate_log(scenario, policy);
    // a0's task is lost after 0.25 s and runs on a1 from 1 to 2
    CHECK(log.totals.end == 2);
    CHECK(log.accelerators.at(0).failures == 1);
    CHECK(log.accelerators.at(0).off == doctest::Approx(1.75 / 2));
    CHECK(log.tasks.size() == 3);
    CHECK(log.tasks.at(0).status == TaskStatus::failed);
    CHECK(log.totals.energy_active == doctest::Approx(0.25 * 3 + 2 * 3));
    CHECK(log.totals.energy_idle == 0);
  }
}

TEST_CASE("the policy's latency delays what it decides") {
  auto scenario = make_scenario(
      with_streams(kOne, R"({"name": "x", "model": "m", "arrival": {"type": "trace", "times": [0, 0.1]}})"));
  scenario->options.decision_latency = {0.25, 0.5};
  const Log log = simulate_log(scenario, "fcfs");
  // 0.75 .. 1.75; decided at 1.75, started 2.5 .. 3.5
  CHECK(log.totals.end == 3.5);
}

TEST_CASE("what has become void while the policy thought is not carried out, and counted") {
  auto scenario =
      make_scenario(with_streams(kTwo, R"({"name": "x", "model": "m", "arrival": {"type": "trace", "times": [0]}})"));
  scenario->options.decision_latency = {0.5, 0};
  scenario->options.outages = {{"a0", 0.25, 3.0}};
  const Log log = simulate_log(scenario, "fcfs");
  CHECK(log.totals.decisions_stale == 1);
  CHECK(log.requests.at(0).status == RequestStatus::finished);
}

TEST_CASE("jitter: same truth under every policy, predictions unchanged") {
  auto scenario = make_scenario(
      with_streams(kTwo, R"({"name": "x", "model": "n", "arrival": {"type": "poisson", "rate": 0.3, "count": 200}})"));
  scenario->options.execution_jitter = {JitterDistribution::lognormal, 0.3};
  const Log a = simulate_log(scenario, "fcfs");
  const Log b = simulate_log(scenario, "rr");
  double sum = 0, square = 0;
  for (const TaskRecord& t : a.tasks) {
    const double time = t.end - t.compute;
    CHECK(t.predicted == doctest::Approx(1));
    CHECK(b.task(std::string(t.task), t.request).end - b.task(std::string(t.task), t.request).compute ==
          doctest::Approx(time).epsilon(1e-9));
    sum += time;
    square += time * time;
  }
  const double n = static_cast<double>(a.tasks.size()), mean = sum / n;
  CHECK(mean == doctest::Approx(1).epsilon(0.05));  // standard error 0.3 / sqrt(600) = 0.012
  CHECK(std::sqrt(square / n - mean * mean) == doctest::Approx(0.3).epsilon(0.15));
}

TEST_CASE("a task that counts as finished before its end lies within the run all the same") {
  const auto run = [](const std::string& end) {
    auto scenario =
        make_scenario({R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}],
        "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "k"}]})",
                       R"({"format": 1, "name": "w", "duration": 0.9, "completion_tolerance": 0.25, "end": ")" + end +
                           R"(", "streams": [{"name": "x", "model": "m",
        "arrival": {"type": "trace", "times": [0]}}]})",
                       {{"m", second("m")}}});
    scenario->options.outages = {{"b", 0.9, 5}};  // an instant at which nothing else happens
    return simulate_log(scenario, "fcfs");        // checks that the shares of time add up
  };
  const Log drained = run("drain");
  CHECK(drained.task("l0").end == 1);
  CHECK(drained.totals.end == 1);
  const Log cut = run("at_duration");
  CHECK(cut.task("l0").status == TaskStatus::finished);
  CHECK(cut.task("l0").end == 0.9);
  CHECK(cut.totals.end == 0.9);
}
