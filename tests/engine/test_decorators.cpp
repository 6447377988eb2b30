// Do decorators, and batches in the engine, do what worked examples say?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/builtin_entries.hpp"
#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

/// Accelerators of one kind, further members of which are given.
std::string platform(const std::string& kind_members, int count = 1) {
  return R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu", )" + kind_members +
         R"(}], "accelerators": [{"name": "a", "kind": "k", "count": )" + std::to_string(count) + "}]}";
}

/// One stream of a chain of layers of `time` s.
Inputs one_stream(const std::string& platform, const std::string& stream_members, double time, int layers = 1) {
  return {platform,
          R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", )" + stream_members + "}]}",
          {{"m", chain_model("m", layers, R"("kind": "k", "time": )" + format_number(time))}}};
}

std::vector<double> latencies(const Log& log) {
  std::map<std::uint64_t, double> by_id;
  for (const RequestRecord& r : log.requests)
    if (r.latency) by_id[r.request] = *r.latency;
  std::vector<double> list;
  for (const auto& [id, latency] : by_id) list.push_back(latency);
  return list;
}

std::map<std::uint64_t, RequestStatus> fates(const Log& log) {
  std::map<std::uint64_t, RequestStatus> by_id;
  for (const RequestRecord& r : log.requests) by_id[r.request] = r.status;
  return by_id;
}

std::size_t count(const Log& log, RequestStatus status) {
  return static_cast<std::size_t>(std::count_if(log.requests.begin(), log.requests.end(),
                                                [&](const RequestRecord& r) { return r.status == status; }));
}

void check_close(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-12));
}

// One instance whose batch of b takes 6 + 2 b ms.
const std::string kServer = R"("max_batch": 4, "batch_fixed_share": 0.75)";
const std::string kFive = R"("arrival": {"type": "trace", "times": [0, 0.001, 0.002, 0.0035, 0.009]})";

}  // namespace

TEST_CASE("dynamic batching: a worked example of five arrivals, with and without delay") {
  // Latency 6 + 2 b ms, at most 4: with 3 ms of delay batches of 3 at 3 and of 2 at 15; without 1 at 0, 3 at 8, 1
  // at 20.
  const Inputs inputs = one_stream(platform(kServer), kFive, 0.008);
  for (const Backend backend : {Backend::simgrid, Backend::fluid}) {
    const auto with = [&](const std::string& delay) {
      return simulate_choice(
          make_scenario(inputs),
          R"({"name": "fcfs", "decorators": [{"name": "batch", "parameters": {"delay": )" + delay + "}}]}", backend);
    };
    check_close(latencies(with("0.003")), {0.015, 0.014, 0.013, 0.0215, 0.016});
    check_close(latencies(with("0")), {0.008, 0.019, 0.018, 0.0165, 0.019});
  }
}

TEST_CASE("dynamic batching: what waits goes to all that are free, whichever tasks the policy named") {
  // Batches of 4 take 14 ms: of ten, four go to each of two at 0, the last two to the first.
  const Inputs inputs = one_stream(platform(kServer, 2), R"("arrival": {"type": "burst", "count": 10})", 0.008);
  const Log log = simulate_choice(make_scenario(inputs), R"({"name": "fcfs", "decorators": [{"name": "batch"}]})");
  std::vector<double> wanted(8, 0.014);
  wanted.insert(wanted.end(), 2, 0.024);
  check_close(latencies(log), wanted);
}

TEST_CASE("dynamic batching: fixed size and timeout") {
  const Inputs inputs = one_stream(platform(kServer), kFive, 0.008);
  const Log log = simulate_choice(
      make_scenario(inputs),
      R"({"name": "fcfs", "decorators": [{"name": "batch", "parameters": {"rule": "fixed", "size": 2, "delay": 0.004}}]})");
  // {0, 1} at 1 until 11; {2, 3.5} ready at 3.5, run 11 until 21; {9} after its 4 ms, at 21 until 29.
  check_close(latencies(log), {0.011, 0.010, 0.019, 0.0175, 0.020});
}

TEST_CASE("Nexus's rule: the largest batch with twice its latency within the deadline") {
  // 2 (6 + 2 b) <= 50: b = 9, which gives 9 / 24 ms = 375 requests/s.
  const Inputs inputs = one_stream(platform(R"("max_batch": 16, "batch_fixed_share": 0.75)"),
                                   R"("arrival": {"type": "burst", "count": 90}, "deadline": 0.05)", 0.008);
  const Log log = simulate_choice(
      make_scenario(inputs), R"({"name": "fcfs", "decorators": [{"name": "batch", "parameters": {"rule": "nexus"}}]})");
  for (const TaskRecord& t : log.tasks) CHECK(t.batch == 9);
  CHECK(90 / log.totals.end == Approx(375));
}

TEST_CASE("SLO-aware batching: nothing that it serves is late, and what cannot be in time is given up") {
  const Inputs inputs = one_stream(
      platform(kServer), R"("arrival": {"type": "poisson", "rate": 400, "count": 300}, "deadline": 0.03)", 0.008);
  const Log log = simulate_choice(
      make_scenario(inputs), R"({"name": "edf", "decorators": [{"name": "batch", "parameters": {"rule": "slo"}}]})");
  CHECK(count(log, RequestStatus::late) == 0);
  CHECK(count(log, RequestStatus::dropped) > 0);
  CHECK(count(log, RequestStatus::finished) > 100);
}

TEST_CASE("AIMD grows the batch while requests are in time") {
  const Inputs inputs = one_stream(
      platform(kServer), R"("arrival": {"type": "closed_loop", "outstanding": 4, "count": 60}, "deadline": 1)", 0.008);
  const Log log = simulate_choice(
      make_scenario(inputs), R"({"name": "fcfs", "decorators": [{"name": "batch", "parameters": {"rule": "aimd"}}]})");
  CHECK(log.tasks.front().batch == 1);
  CHECK(std::any_of(log.tasks.begin(), log.tasks.end(), [](const TaskRecord& t) { return t.batch == 4; }));
}

TEST_CASE("a batch costs what it should, shares its energy, and survives one that leaves it") {
  const Inputs inputs{
      platform(
          R"("max_batch": 3, "batch_fixed_share": 0.5, "operating_points": [{"name": "x", "frequency": 1e9, "active_power": 10}])"),
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "burst", "count": 3}}]})",
      {{"m", chain_model("m", 1, R"("kind": "k", "time": 1, "energy": 6)")}}};
  Scripted together([](const SystemView& view, Decisions& out) {
    for (const Event& e : view.events) {
      if (e.type == Event::Type::request_arrived && out.all().empty()) {
        out.start_batch(view.ready, 0_accelerator);
        out.wake_at(1);
      }
      if (e.type == Event::Type::woken && view.now == 1) out.drop(view.live.front());
    }
  });
  const Log log = simulate_log(make_scenario(inputs), together);
  // 0.5 + 0.5 x 3 = 2 s and 12 J; 10 W. The first leaves at 1 with a third of what was drawn until then.
  CHECK(log.totals.end == 2);
  CHECK(log.energy() == Approx(10 * 2 + 12));
  REQUIRE(log.requests.size() == 3);
  CHECK(log.requests[0].status == RequestStatus::dropped);
  CHECK(log.requests[0].energy == Approx(10.0 / 3));
  CHECK(log.requests[1].energy == Approx((10 * 2 + 12 - 10.0 / 3) / 2));
}

TEST_CASE("illegal batches are refused with their reason") {
  const auto refused = [](const std::string& kind, const std::function<void(const SystemView&, Decisions&)>& decide) {
    Inputs inputs = one_stream(platform(kind), R"("arrival": {"type": "burst", "count": 3})", 1, 2);
    Scripted policy(decide);
    try {
      (void)simulate_log(make_scenario(inputs), policy);
    } catch (const PolicyError& error) {
      return std::string(error.rule());
    }
    return std::string();
  };
  const auto all = [](const SystemView& view, Decisions& out) { out.start_batch(view.ready, 0_accelerator); };
  CHECK(refused(R"("max_batch": 2)", all) == "a batch of 3 is larger than the kind's max_batch, 2");
  CHECK(refused(R"("max_batch": 3)", [](const SystemView& view, Decisions& out) {
          const std::vector<TaskRef> twice = {view.ready[0], view.ready[1], view.ready[1]};
          out.start_batch(twice, 0_accelerator);
        }) == "in the batch: a task is there twice");
  CHECK(refused(R"("max_batch": 3)", [](const SystemView& view, Decisions& out) {
          const std::vector<TaskRef> other = {view.ready[0], {view.ready[1].request, 1_task}};
          out.start_batch(other, 0_accelerator);
        }) == "in the batch: only the same task of the same model can be computed with it");
}

TEST_CASE("admission: queue limit and token bucket") {
  const Inputs burst = one_stream(platform(R"("slots": 1)"), R"("arrival": {"type": "burst", "count": 5})", 1);
  const Log limited = simulate_choice(
      make_scenario(burst), R"({"name": "fcfs", "decorators": [{"name": "admission", "parameters": {"limit": 3}}]})");
  CHECK(fates(limited) == std::map<std::uint64_t, RequestStatus>{{0, RequestStatus::finished},
                                                                 {1, RequestStatus::finished},
                                                                 {2, RequestStatus::finished},
                                                                 {3, RequestStatus::dropped},
                                                                 {4, RequestStatus::dropped}});
  // 2 at once, then 1 per second: of arrivals every 0.25 s those at 0, 0.25 (burst), 0.75 (0.75 tokens + 0.25 left
  // over), ...
  const Inputs steady =
      one_stream(platform(R"("slots": 1)"), R"("arrival": {"type": "periodic", "period": 0.25, "count": 41})", 0.001);
  const Log bucket = simulate_choice(
      make_scenario(steady),
      R"({"name": "fcfs", "decorators": [{"name": "admission", "parameters": {"rule": "token_bucket", "rate": 1, "burst": 2}}]})");
  CHECK(count(bucket, RequestStatus::finished) == 2 + 10);  // the burst, and one for each of ten seconds
}

TEST_CASE(
    "admission by feasibility: under EDF on one accelerator nothing admitted is late, and what is feasible gets in") {
  const Inputs inputs = one_stream(platform(R"("slots": 1)"),
                                   R"("arrival": {"type": "poisson", "rate": 1.5, "count": 400}, "deadline": 3)", 1);
  const Log log =
      simulate_choice(make_scenario(inputs),
                      R"({"name": "edf", "decorators": [{"name": "admission", "parameters": {"rule": "feasible"}}]})");
  CHECK(count(log, RequestStatus::late) == 0);
  // At this load an M/D/1 queue with room for about three is nearly always busy.
  CHECK(static_cast<double>(count(log, RequestStatus::finished)) > 0.9 * log.totals.end);
}

TEST_CASE("admission by utilization: streams in order of arrival while U <= 1") {
  const Inputs inputs{platform(R"("slots": 1)"),
                      R"({"format": 1, "name": "w", "duration": 40, "streams": [
          {"name": "x", "model": "m", "arrival": {"type": "periodic", "period": 2}, "deadline": "period"},
          {"name": "y", "model": "m", "arrival": {"type": "periodic", "period": 4, "phase": 0.5}, "deadline": "period"},
          {"name": "z", "model": "m", "arrival": {"type": "periodic", "period": 3, "phase": 1}, "deadline": "period"}]})",
                      {{"m", chain_model("m", 1, R"("kind": "k", "time": 1)")}}};
  const Log log = simulate_choice(
      make_scenario(inputs),
      R"({"name": "edf", "decorators": [{"name": "admission", "parameters": {"rule": "utilization"}}]})");
  for (const RequestRecord& r : log.requests)  // 1/2 + 1/4 fit; 1/3 more do not
    CHECK((r.status == RequestStatus::dropped) == (r.stream == "z"));
}

TEST_CASE("drop: late, hopeless, newest") {
  // Three at once, 1 s each, deadline 1.5: the second ends at 2.
  const Inputs inputs =
      one_stream(platform(R"("slots": 1)"), R"("arrival": {"type": "burst", "count": 3}, "deadline": 1.5)", 1);
  const auto with = [&](const std::string& rule) {
    return simulate_choice(
        make_scenario(inputs),
        R"({"name": "fcfs", "decorators": [{"name": "drop", "parameters": {"rule": ")" + rule + "\"}}]}");
  };
  const Log late = with("late");
  CHECK(count(late, RequestStatus::finished) == 1);
  CHECK(count(late, RequestStatus::dropped) == 2);
  CHECK(late.totals.end == Approx(1.5));  // the second ran from 1 to its deadline
  const Log hopeless = with("hopeless");
  CHECK(count(hopeless, RequestStatus::dropped) == 2);
  CHECK(hopeless.totals.end == Approx(1));  // at 1 the second could end at 2 only
  const Inputs frames =
      one_stream(platform(R"("slots": 1)"), R"("arrival": {"type": "periodic", "period": 0.4, "count": 6})", 1);
  const Log newest = simulate_choice(
      make_scenario(frames), R"({"name": "fcfs", "decorators": [{"name": "drop", "parameters": {"rule": "newest"}}]})");
  // 0 runs until 1; of 0.4, 0.8 the latter starts at 1, until 2; of 1.2, 1.6, 2 that of 2 (arrived as 1.6 would start).
  CHECK(fates(newest) == std::map<std::uint64_t, RequestStatus>{{0, RequestStatus::finished},
                                                                {1, RequestStatus::dropped},
                                                                {2, RequestStatus::finished},
                                                                {3, RequestStatus::dropped},
                                                                {4, RequestStatus::dropped},
                                                                {5, RequestStatus::finished}});
}

TEST_CASE("drop (m,k)-firm: of every k at most k - m are given up") {
  const Inputs inputs = one_stream(
      platform(R"("slots": 1)"), R"("arrival": {"type": "periodic", "period": 0.5, "count": 60}, "deadline": 1.2)", 1);
  const Log log = simulate_choice(
      make_scenario(inputs),
      R"({"name": "fcfs", "decorators": [{"name": "drop", "parameters": {"rule": "mk_firm", "m": 1, "k": 2}}]})");
  const Log all = simulate_choice(make_scenario(inputs), R"({"name": "fcfs", "decorators": ["drop"]})");
  std::size_t in_a_row = 0;
  for (const auto& [id, status] : fates(log)) {
    in_a_row = status == RequestStatus::dropped ? in_a_row + 1 : 0;
    CHECK(in_a_row < 2);
  }
  CHECK(count(log, RequestStatus::dropped) > 0);
  CHECK(count(all, RequestStatus::finished) >= count(log, RequestStatus::finished));
}

TEST_CASE("skip-over: at U = 1.5 half of the requests may be skipped, and then the other half is in time") {
  // Two periodic streams of 0.75 each; with s = 2 every second may be skipped (Koren and Shasha's motivating case).
  const Inputs inputs{platform(R"("slots": 1)"),
                      R"({"format": 1, "name": "w", "duration": 80, "streams": [
          {"name": "x", "model": "m", "arrival": {"type": "periodic", "period": 4}, "deadline": "period"},
          {"name": "y", "model": "m", "arrival": {"type": "periodic", "period": 4}, "deadline": "period"}]})",
                      {{"m", chain_model("m", 3, R"("kind": "k", "time": 1)")}}};
  const Log log = simulate_choice(
      make_scenario(inputs),
      R"({"name": "edf", "decorators": [{"name": "drop", "parameters": {"rule": "skip_over", "k": 2}}]})");
  const Log without = simulate_choice(make_scenario(inputs), "\"edf\"");
  CHECK(count(log, RequestStatus::finished) > 3 * count(without, RequestStatus::finished) / 2);
}

TEST_CASE(
    "power cap: recorded power never exceeds it, slower points are used before waiting, and less than idle is "
    "refused") {
  const std::string points =
      R"("operating_points": [{"name": "fast", "frequency": 2e9, "idle_power": 1, "active_power": 20},
                              {"name": "slow", "frequency": 1e9, "idle_power": 1, "active_power": 8}])";
  const Inputs inputs = one_stream(platform(points, 3), R"("arrival": {"type": "burst", "count": 6})", 1);
  const auto with = [&](double cap, const std::string& scale) {
    return simulate_choice(make_scenario(inputs),
                           R"({"name": "mct", "decorators": [{"name": "power_cap", "parameters": {"cap": )" +
                               format_number(cap) + ", \"scale\": " + scale + "}}]}");
  };
  CHECK(peak_power(with(0, "true")) == Approx(60));
  for (const double cap : {10.0, 22.5, 25.0, 30.0, 45.0}) {
    const Log log = with(cap, "true");
    CHECK(peak_power(log) <= cap * (1 + 1e-9));
    CHECK(count(log, RequestStatus::finished) == 6);
  }
  CHECK(with(24, "false").totals.end == Approx(6));  // one at a time, 1 s each
  CHECK(with(30, "true").totals.end < 5);            // a second one at 8 W beside one at 20 W
  CHECK(with(30, "false").totals.end == Approx(6));
  CHECK_THROWS_WITH_AS(with(2, "true"), doctest::Contains("less than the 3.000000 W that the idle platform draws"),
                       PolicyError);
  CHECK_THROWS_WITH_AS(with(9, "true"), doctest::Contains("even alone"), PolicyError);
}

TEST_CASE("learned costs: both rules follow their closed forms, and expectations converge to the hidden factor") {
  // A task alone for 1 s, which memory that is shared by nobody slows down as predicted: true factor by jitter 0 is 1.
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu"}, {"name": "hog", "type": "gpu"}],
          "memories": [{"name": "dram", "bandwidth": 100}],
          "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "hog"}]})",
      R"({"format": 1, "name": "w", "duration": 20, "end": "at_duration", "streams": [
          {"name": "s", "model": "m", "arrival": {"type": "closed_loop", "outstanding": 1}},
          {"name": "h", "model": "h", "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", chain_model("m", 1, R"("kind": "k", "time": 1, "bytes": 100)")},
       {"h", chain_model("h", 1, R"("kind": "hog", "time": 1, "bytes": 100000)")}}};
  // The hog takes half of the bandwidth all the time: every task of s takes 2 s where 1 s is predicted.
  const auto expected = [&](const std::string& parameters) {
    const Log log =
        simulate_choice(make_scenario(inputs),
                        R"({"name": "fcfs", "decorators": [{"name": "learned", "parameters": {)" + parameters + "}}]}");
    std::vector<double> list;
    for (const TaskRecord& t : log.tasks)
      if (t.stream == "s" && t.status == TaskStatus::finished) {
        CHECK(t.end - t.start == Approx(2));
        CHECK(t.predicted == Approx(1));
        list.push_back(t.expected);
      }
    return list;
  };
  // |2 - 1| / 2 each time by prediction; by expectation less and less.
  const Log learning = simulate_choice(make_scenario(inputs), R"({"name": "fcfs", "decorators": ["learned"]})");
  CHECK(learning.totals.prediction_error / static_cast<double>(learning.totals.measured) == Approx(0.5).epsilon(0.01));
  CHECK(learning.totals.expectation_error < 0.5 * learning.totals.prediction_error);
  const std::vector<double> ewma = expected(R"("weight": 0.25)");
  REQUIRE(ewma.size() >= 9);
  for (std::size_t n = 0; n < ewma.size(); ++n) CHECK(ewma[n] == Approx(2 - std::pow(0.75, n)));
  const std::vector<double> bayes = expected(R"("rule": "bayes", "prior_sd": 0.5, "noise_sd": 0.2)");
  REQUIRE(bayes.size() == ewma.size());
  for (std::size_t n = 0; n < bayes.size(); ++n) {
    const double weight = static_cast<double>(n) / 0.04 / (1 / 0.25 + static_cast<double>(n) / 0.04);
    CHECK(bayes[n] == Approx(std::exp(weight * std::log(2))));
  }
}

TEST_CASE("under every decorator a start of what does not exist is the engine's to refuse") {
  const std::string two = R"("max_batch": 2)";
  const Inputs inputs = one_stream(platform(two), R"("arrival": {"type": "burst", "count": 2}, "deadline": 9)", 1);
  const auto refused = [&](const DecoratorEntry& entry, const std::function<Start(const SystemView&)>& start) {
    Params params({{"cap", 1000.0}});
    const std::unique_ptr<Policy> policy =
        entry.wrap(params, std::make_unique<Scripted>([&](const SystemView& view, Decisions& out) {
                     if (!view.ready.empty()) out.add(start(view));
                   }));
    try {
      (void)simulate_log(make_scenario(inputs), *policy);
    } catch (const PolicyError& error) {
      return std::string(error.rule());
    }
    return std::string();
  };
  constexpr std::size_t kFar = 100000000;
  for (const DecoratorEntry& entry : builtin_decorators()) {
    CAPTURE(std::string(entry.name));
    CHECK(refused(entry, [](const SystemView& view) {
            return Start{view.ready[0], id_of<AcceleratorId>(kFar)};
          }) == "there is no accelerator with index 100000000; the platform has 1");
    CHECK(refused(entry, [](const SystemView& view) {
            return Start{view.ready[0], 0_accelerator, id_of<VariantId>(kFar)};
          }) == "the task has no variant 100000000; variants are 0 to 0");
    CHECK(refused(entry, [](const SystemView&) {
            return Start{{id_of<RequestRef>(kFar), 0_task}, 0_accelerator};
          }) == "no live request has index 100000000");
    CHECK(refused(entry, [](const SystemView& view) {
            return Start{{view.ready[0].request, id_of<TaskId>(kFar)}, 0_accelerator};
          }) == "the request has no task with index 100000000, only 1");
    CHECK(refused(entry, [](const SystemView& view) {
            return Start{view.ready[0], 0_accelerator, 0_variant, {{id_of<RequestRef>(kFar), 0_task}}};
          }) == "in the batch: no live request has index 100000000");
    CHECK(refused(entry, [](const SystemView& view) {
            return Start{view.ready[0], 0_accelerator, 0_variant, std::vector<TaskRef>(1000, view.ready[1])};
          }) == "a batch of 1001 is larger than the kind's max_batch, 2");
  }
}

namespace {

// A task of 4 s that moves as much as its memory gives, beside a hog that takes half of that all the time: it takes 8
// s.
Inputs beside_hog(const std::string& kind_members, const std::string& streams) {
  return {R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu")" + kind_members +
              R"(}, {"name": "hog", "type": "gpu"}],
          "memories": [{"name": "dram", "bandwidth": 100}],
          "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "hog"}]})",
          R"({"format": 1, "name": "w", "duration": 60, "end": "at_duration", "streams": [
          {"name": "h", "model": "h", "arrival": {"type": "burst", "count": 1}}, )" +
              streams + "]}",
          {{"a", chain_model("a", 1, R"("kind": "k", "time": 4, "bytes": 400)")},
           {"b", chain_model("b", 1, R"("kind": "k", "time": 5)")},
           {"two", chain_model("two", 2, R"("kind": "k", "time": 4, "bytes": 400)")},
           {"h", chain_model("h", 1, R"("kind": "hog", "time": 1, "bytes": 100000)")}}};
}

Log learning(const Inputs& inputs, std::function<void(const SystemView&, Decisions&)> decide) {
  Params params({{"weight", 1.0}});
  const std::unique_ptr<Policy> policy =
      builtin_decorator("learned").wrap(params, std::make_unique<Scripted>(std::move(decide)));
  return simulate_log(make_scenario(inputs), *policy);
}

}  // namespace

TEST_CASE("learned costs: policies that order requests by their times see the corrected ones") {
  const Inputs inputs = beside_hog("", R"({"name": "a", "model": "a", "arrival": {"type": "trace", "times": [0, 20]}},
                                          {"name": "b", "model": "b", "arrival": {"type": "trace", "times": [20]}})");
  for (const char* policy : {"srpt", "sjf"}) {
    CAPTURE(policy);
    const auto starts = [&](const std::string& decorators) {
      const Log log =
          simulate_choice(make_scenario(inputs), R"({"name": ")" + std::string(policy) + "\"" + decorators + "}");
      std::map<std::string, double> last;
      for (const TaskRecord& t : log.tasks) last[std::string(t.stream)] = t.start;
      return last;
    };
    // Predicted 4 s against 5 s; in truth 8 s against 5 s.
    const auto without = starts("");
    CHECK(without.at("a") == Approx(20));
    CHECK(without.at("b") == Approx(28));
    const auto with = starts(R"(, "decorators": [{"name": "learned", "parameters": {"weight": 1}}])");
    CHECK(with.at("b") == Approx(20));
    CHECK(with.at("a") == Approx(25));
  }
}

TEST_CASE("learned costs: times of tasks and models, and what is left of requests, follow from them") {
  const Inputs inputs =
      beside_hog("", R"({"name": "s", "model": "two", "arrival": {"type": "trace", "times": [0, 1]}})");
  // By time: what the model takes, and what is left of the two requests. The first runs 0 to 8 to 16, then the second.
  std::map<double, std::vector<double>> seen;
  (void)learning(inputs, [&](const SystemView& view, Decisions& out) {
    IdVector<AcceleratorId, bool> taken(view.accelerators.size(), false);
    for (const TaskRef t : view.ready)
      for (const AcceleratorId a : taken.ids())
        if (!taken[a] && view.can_start(t, a)) {
          out.start(t, a);
          taken[a] = true;
          break;
        }
    std::vector<double>& now = seen[std::round(view.now)];
    now.clear();
    for (const Model& m : view.models)
      if (m.name == "two") now = {m.best_time, m.mean_time, m.tasks[0_task].best_time, m.tasks[1_task].mean_time};
    for (const RequestRef r : view.live) {
      if (view.models[view.requests[r].model].name != "two") continue;
      now.push_back(view.requests[r].remaining_best);
      CHECK(view.requests[r].remaining_mean == view.requests[r].remaining_best);
    }
  });
  check_close(seen.at(1), {8, 8, 4, 4, 8, 8});
  check_close(seen.at(8), {12, 12, 8, 4, 4, 12});
  check_close(seen.at(16), {16, 16, 8, 8, 16});
  check_close(seen.at(24), {16, 16, 8, 8, 8});
}

TEST_CASE("learned costs: a batch is learned once") {
  const Inputs inputs = beside_hog(
      R"(, "max_batch": 2)", R"({"name": "a", "model": "a", "arrival": {"type": "closed_loop", "outstanding": 2}})");
  const Log log = simulate_choice(make_scenario(inputs), R"({"name": "fcfs", "decorators": [
      {"name": "learned", "parameters": {"weight": 0.25}}, {"name": "batch", "parameters": {"rule": "fixed", "size": 2}}]})");
  std::vector<double> factors;
  for (const TaskRecord& t : log.tasks)
    if (t.stream == "a" && t.status == TaskStatus::finished) {
      CHECK(t.batch == 2);
      CHECK(t.end - t.start == Approx(2 * t.predicted));
      factors.push_back(t.expected / t.predicted);
    }
  REQUIRE(factors.size() >= 6);
  for (std::size_t n = 0; n < factors.size(); ++n)
    CHECK(factors[n] == Approx(2 - std::pow(0.75, static_cast<double>(n / 2))));
}

TEST_CASE("learned costs: contended transfers are not taken for computing") {
  // Two tensors of 0.5 s each share a bus: both take 1 s. Computing takes 1 s, as predicted.
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "x", "type": "cpu"}, {"name": "y", "type": "gpu"}],
          "memories": [{"name": "f0"}, {"name": "f1"}, {"name": "t0"}, {"name": "t1"}],
          "links": [{"name": "bus", "bandwidth": "1 GB/s"}], "routes": [{"from": "*", "to": "*", "links": ["bus"]}],
          "accelerators": [{"name": "x0", "kind": "x", "memory": "f0"}, {"name": "x1", "kind": "x", "memory": "f1"},
                           {"name": "y0", "kind": "y", "memory": "t0"}, {"name": "y1", "kind": "y", "memory": "t1"}]})",
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "trace", "times": [0, 0, 5, 5]}}]})",
      {{"m",
        R"({"format": 1, "name": "m", "layers": [{"name": "u", "output_bytes": "0.5 GB"}, {"name": "v", "inputs": ["u"]}],
                 "costs": [{"layer": "u", "kind": "x", "time": 1}, {"layer": "v", "kind": "y", "time": 1}]})"}}};
  const Log log = simulate_choice(make_scenario(inputs), R"({"name": "fcfs", "decorators": ["learned"]})");
  std::size_t moved = 0;
  for (const TaskRecord& t : log.tasks) {
    CHECK(t.expected == Approx(t.predicted));
    if (t.task != "v") continue;
    ++moved;
    CHECK(t.predicted == Approx(1.5));
    CHECK(t.end - t.start == Approx(2));
  }
  CHECK(moved == 4);
}

TEST_CASE("learned costs: what is expected of a start follows the operating point set before it") {
  const Inputs inputs = one_stream(
      platform(R"("operating_points": [{"name": "fast", "frequency": 2e9}, {"name": "slow", "frequency": 1e9}])"),
      R"("arrival": {"type": "trace", "times": [0, 5]})", 1);
  const Log log = learning(inputs, [](const SystemView& view, Decisions& out) {
    if (view.ready.empty()) return;
    out.set_operating_point(0_accelerator, view.accelerators[0_accelerator].point == 0_point ? 1_point : 0_point);
    out.start(view.ready.front(), 0_accelerator);
  });
  REQUIRE(log.tasks.size() == 2);
  CHECK(log.tasks[0].expected == Approx(2));
  CHECK(log.tasks[1].expected == Approx(1));
  for (const TaskRecord& t : log.tasks) CHECK(t.end - t.start == Approx(t.expected));
}

TEST_CASE("learned costs: nothing is learned of a task whose operating point changed while it ran") {
  const Inputs inputs = one_stream(
      platform(R"("operating_points": [{"name": "fast", "frequency": 2e9}, {"name": "slow", "frequency": 1e9}])"),
      R"("arrival": {"type": "trace", "times": [0, 5]})", 1);
  const Log log = learning(inputs, [](const SystemView& view, Decisions& out) {
    if (!view.ready.empty()) {
      out.set_operating_point(0_accelerator, 0_point);
      out.start(view.ready.front(), 0_accelerator);
      out.wake_at(view.now + 0.5);
    } else if (view.now == 0.5) {
      out.set_operating_point(0_accelerator, 1_point);
    }
  });
  REQUIRE(log.tasks.size() == 2);
  CHECK(log.tasks[0].end == Approx(1.5));  // half of it in 0.5 s, the rest in 1 s
  CHECK(log.tasks[1].expected == Approx(1));
}
