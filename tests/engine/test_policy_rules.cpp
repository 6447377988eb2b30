// Do policies keep their rules where a small instance, worked by hand, tells one reading of them from another?
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>

#include "online/map_score_tuner.hpp"
#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

TEST_CASE("energy beyond idle power: the fast accelerator of much idle power, not the slow one of little") {
  // On the GPU: 15 J and 1 W x 1 s of the DLA. On the DLA: 2 s x 4 W and 2 s x 10 W of the GPU.
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [
          {"name": "dla", "type": "dla", "operating_points": [{"name": "p", "idle_power": 1, "active_power": 4}]},
          {"name": "gpu", "type": "gpu", "operating_points": [{"name": "p", "idle_power": 10, "active_power": 15}]}],
          "accelerators": [{"name": "dla", "kind": "dla"}, {"name": "gpu", "kind": "gpu"}]})",
      R"({"format": 1, "name": "w", "streams": [
          {"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", R"({"format": 1, "name": "m", "layers": [{"name": "l"}], "costs": [
          {"layer": "l", "kind": "gpu", "time": 1}, {"layer": "l", "kind": "dla", "time": 2}]})"}}};
  CHECK(energy_of(inputs, "\"min_energy\"") == Approx(16));
  CHECK(energy_of(inputs, "\"pace\"") == Approx(16));
}

TEST_CASE("energy beyond idle power: what is drawn in any case moves no critical speed") {
  // P = 0.2 + s^3, 0.2 W idle, unit work within 4 s: 0.8 J, and s^2 J for the work.
  const auto point = [](const std::string& name, double s) {
    return R"({"name": ")" + name + R"(", "frequency": )" + format_number(s * 1e9) +
           R"(, "idle_power": 0.2, "active_power": )" + format_number(0.2 + s * s * s) + "}";
  };
  const Inputs inputs{R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "operating_points": [)" +
                          point("fast", 1) + "," + point("middle", std::cbrt(0.1)) + "," + point("slow", 0.25) +
                          R"(]}], "accelerators": [{"name": "a", "kind": "k"}]})",
                      R"({"format": 1, "name": "w", "end": "at_duration", "duration": 4, "streams": [
          {"name": "s", "model": "m", "deadline": 4, "arrival": {"type": "burst", "count": 1}}]})",
                      {{"m", chain_model("m", 1, R"("kind": "k", "time": 1)")}}};
  CHECK(energy_of(inputs, "\"min_energy\"") == Approx(0.8625));
  CHECK(energy_of(inputs, "\"pace\"") == Approx(0.8625));
}

TEST_CASE("energy beyond idle power: a point of less idle power pays after the task") {
  // Within 2 s, fast: 15 J and 1 s idle at 10 W; slow: 2 s at 4 W.
  const auto energy = [](const std::string& policy) {
    return energy_of({R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "operating_points": [
          {"name": "fast", "frequency": 1e9, "idle_power": 10, "active_power": 15},
          {"name": "slow", "frequency": 0.5e9, "idle_power": 1, "active_power": 4}]}],
          "accelerators": [{"name": "a", "kind": "k"}]})",
                      R"({"format": 1, "name": "w", "end": "at_duration", "duration": 2, "streams": [
          {"name": "s", "model": "m", "deadline": 2, "arrival": {"type": "burst", "count": 1}}]})",
                      {{"m", chain_model("m", 1, R"("kind": "k", "time": 1)")}}},
                     policy);
  };
  CHECK(energy("\"min_energy\"") == Approx(8));
  CHECK(energy("\"race_to_idle\"") == Approx(16));
  CHECK(energy("\"pace\"") == Approx(8));  // beyond the 1 W of sleep: 14 J against 6 J
}

TEST_CASE("round robin: who has nothing left to run ends its turn, and queues behind those who wait") {
  // A is one task at 0, 2 and 4; B and C are four tasks each from 0.5 on. Turns of four tasks.
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}],
          "accelerators": [{"name": "a", "kind": "k"}]})",
      R"({"format": 1, "name": "w", "streams": [
          {"name": "a", "model": "one", "arrival": {"type": "trace", "times": [0, 2, 4]}},
          {"name": "b", "model": "four", "arrival": {"type": "burst", "count": 1, "at": 0.5}},
          {"name": "c", "model": "four", "arrival": {"type": "burst", "count": 1, "at": 0.5}}]})",
      {{"one", chain_model("one", 1, R"("kind": "k", "time": 1)")},
       {"four", chain_model("four", 4, R"("kind": "k", "time": 1)")}}};
  std::string order;
  for (const TaskRecord& t : simulate_log(make_scenario(inputs), "rr", {{"quantum", 4.0}}).tasks) order += t.stream;
  CHECK(order == "abbbbccccaa");
}

TEST_CASE("max-min shares hold for streams that pause between requests") {
  // Throughputs and shares of the program as in test_gavel.cpp; here each stream thinks 10 ms after each request.
  constexpr double kThroughput[3][3] = {{4, 2, 1}, {3, 2.5, 1}, {2, 1.5, 1.2}}, kDuration = 2000;
  const double expected[3][3] = {{0.4873, 0, 0.5127}, {0, 0.8573, 0.1427}, {0.5127, 0.1427, 0.3446}};
  Inputs in;
  std::string streams;
  for (int m = 0; m < 3; ++m) {
    const std::string name = std::to_string(m);
    std::string costs;
    for (int k = 0; k < 3; ++k)
      costs += (k > 0 ? "," : "") + (R"({"layer": "l", "kind": ")" + std::to_string(k) + R"(", "time": )" +
                                     format_number(1 / kThroughput[m][k]) + "}");
    in.models[name] =
        R"({"format": 1, "name": ")" + name + R"(", "layers": [{"name": "l"}], "costs": [)" + costs + "]}";
    streams += (m > 0 ? "," : "") + (R"({"name": ")" + name + R"(", "model": ")" + name +
                                     R"(", "arrival": {"type": "closed_loop", "outstanding": 1, "think_time": 0.01}})");
  }
  in.platform = R"({"format": 1, "name": "p",
      "kinds": [{"name": "0", "type": "gpu"}, {"name": "1", "type": "gpu"}, {"name": "2", "type": "gpu"}],
      "accelerators": [{"name": "0", "kind": "0"}, {"name": "1", "kind": "1"}, {"name": "2", "kind": "2"}]})";
  in.workload = R"({"format": 1, "name": "w", "end": "at_duration", "duration": 2000, "streams": [)" + streams + "]}";
  for (const double round : {20.0, 5.0}) {
    std::array<std::array<double, 3>, 3> found{};
    for (const TaskRecord& t : simulate_log(make_scenario(in), "gavel", {{"round", round}}).tasks)
      found[std::stoul(std::string(t.stream))][std::stoul(std::string(t.accelerator))] += (t.end - t.start) / kDuration;
    for (int m = 0; m < 3; ++m)
      for (int k = 0; k < 3; ++k) {
        INFO("round " << round << ", job " << m << ", type " << k << ": " << found[m][k]);
        CHECK(std::abs(found[m][k] - expected[m][k]) < 0.045);  // pauses are up to 4 % of a stream's time
      }
  }
}

namespace {

/// Two streams of the same model of 0.5 s on one accelerator: x always has a request, y has what its arrival says.
Inputs two_alike(int duration, const std::string& arrival) {
  return {R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu"}],
              "accelerators": [{"name": "a", "kind": "k"}]})",
          R"({"format": 1, "name": "w", "end": "at_duration", "duration": )" + std::to_string(duration) +
              R"(, "streams": [
              {"name": "x", "model": "m", "arrival": {"type": "closed_loop", "outstanding": 1}},
              {"name": "y", "model": "m", "arrival": )" +
              arrival + "}]}",
          {{"m", chain_model("m", 1, R"("kind": "k", "time": 0.5)")}}};
}

/// What each stream is served from a time on, under gavel.
std::map<std::string, double> service(const Inputs& inputs, double round, double from) {
  std::map<std::string, double> time;
  for (const TaskRecord& t : simulate_log(make_scenario(inputs), "gavel", {{"round", round}}).tasks)
    if (t.start >= from) time[std::string(t.stream)] += t.end - t.start;
  return time;
}

}  // namespace

TEST_CASE("max-min shares: two streams that are alike take turns on one accelerator") {
  auto time = service(two_alike(100, R"({"type": "closed_loop", "outstanding": 1})"), 5, 0);
  CHECK(std::abs(time["x"] - 50) <= 5);
  CHECK(std::abs(time["y"] - 50) <= 5);
}

TEST_CASE("max-min shares: a stream that was away for long has no debt to be paid first") {
  // x runs alone for 100 s, then y comes with as much: of the next 40 s each gets half, within a round of 2 s.
  std::string times = "0";
  for (int i = 0; i < 80; ++i) times += ", 100";
  auto time = service(two_alike(140, R"({"type": "trace", "times": [)" + times + "]}"), 2, 100);
  CHECK(std::abs(time["x"] - 20) <= 2.5);
  CHECK(std::abs(time["y"] - 20) <= 2.5);
}

TEST_CASE("smart frame drop: what can run side by side is not hopeless") {
  // Two requests of two layers of 10 s, all on accelerators of their own: done at 10, due at 15, 20 s of work each.
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}],
          "accelerators": [{"name": "a", "kind": "k", "count": 4}]})",
      R"({"format": 1, "name": "w", "streams": [
          {"name": "x", "model": "m", "deadline": 15, "arrival": {"type": "burst", "count": 1}},
          {"name": "y", "model": "m", "deadline": 15, "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", R"({"format": 1, "name": "m",
          "layers": [{"name": "u", "inputs": []}, {"name": "v", "inputs": []}], "costs": [
          {"layer": "u", "kind": "k", "time": 10}, {"layer": "v", "kind": "k", "time": 10}]})"}}};
  const Log log = simulate_log(make_scenario(inputs), "dream", {{"drop", true}, {"drop_cap", 1.0}});
  for (const RequestRecord& r : log.requests) {
    REQUIRE(r.status == RequestStatus::finished);
    CHECK(*r.finish == 10);
  }
}

TEST_CASE("DREAM's tuner searches again when other streams become active") {
  Params params({{"tune_window", 64.0}});
  MapScoreTuner tuner(params);
  const Stream streams[2];
  Request request;
  const Event ended{Event::Type::request_finished, {0_request, 0_task}};
  SystemView view;
  view.streams = IdSpan<StreamId, const Stream>(streams);
  view.requests = IdSpan<RequestRef, const Request>({&request, 1});
  view.events = {&ended, 1};
  double alpha = 0, beta = 0;
  // The further alpha is from the best one, the more requests of a window miss.
  const auto search = [&](StreamId stream, double best) {
    request.stream = stream;
    for (int window = 0; window < 60; ++window)
      for (int n = 0; n < 64; ++n) {
        request.deadline = n < 32 * std::abs(alpha - best) ? -1 : kNever;
        tuner.observe(view, alpha, beta);
      }
    return alpha;
  };
  CHECK(search(0_stream, 1.5) == 1.5);
  CHECK(search(0_stream, 0.5) == 1.5);  // the search is over
  CHECK(search(1_stream, 0.5) == 0.5);
}

namespace {

/// A request x of a root of 1 s and eight layers of 4 s behind it, due at `deadline`, and y, a chain of 10 s, due at
/// 100, on four slots. Ends of x and y.
std::array<double, 2> spatial_ends(double deadline, double dispatch = 0, int y_layers = 1) {
  std::string layers = R"({"name": "root", "inputs": []})", costs = R"({"layer": "root", "kind": "k", "time": 1})";
  for (int i = 0; i < 8; ++i) {
    const std::string name = "\"l" + std::to_string(i) + "\"";
    layers += R"(, {"name": )" + name + R"(, "inputs": ["root"]})";
    costs += R"(, {"layer": )" + name + R"(, "kind": "k", "time": 4})";
  }
  const Inputs inputs{R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu", "dispatch_time": )" +
                          format_number(dispatch) + R"(}], "accelerators": [{"name": "a", "kind": "k", "count": 4}]})",
                      R"({"format": 1, "name": "w", "streams": [
          {"name": "x", "model": "x", "deadline": )" +
                          format_number(deadline) +
                          R"(, "arrival": {"type": "burst", "count": 1}},
          {"name": "y", "model": "y", "deadline": 100, "arrival": {"type": "burst", "count": 1}}]})",
                      {{"x", R"({"format": 1, "name": "x", "layers": [)" + layers + R"(], "costs": [)" + costs + "]}"},
                       {"y", chain_model("y", y_layers, R"("kind": "k", "time": )" + format_number(10.0 / y_layers))}}};
  std::array<double, 2> ends{};
  for (const RequestRecord& r : simulate_log(make_scenario(inputs), "planaria", {{"backfill", false}}).requests)
    ends[r.stream == "x" ? 0 : 1] = *r.finish;
  return ends;
}

}  // namespace

TEST_CASE("spatial sharing: as many slots as the deadline needs") {
  // On 3 slots x takes 1 + 3 x 4 s, on 4 slots 1 + 2 x 4 s.
  CHECK(spatial_ends(13) == std::array<double, 2>{13, 10});  // both fit: 3 and 1
  CHECK(spatial_ends(12) == std::array<double, 2>{9, 19});   // 4 and 1 do not: x is more urgent, 1/48 to 1/100
  CHECK(spatial_ends(9) == std::array<double, 2>{9, 19});
}

TEST_CASE("spatial sharing: who falls behind gets more slots when one of its tasks ends") {
  // Each task takes 0.5 s more than estimated. x gets three slots; at 1.5, after its root, they would need 12 s of the
  // 11.7 s left. With all four it ends at 1.5 + 2 x 4.5, with three at 1.5 + 3 x 4.5. y has 9 tasks of 1.5 s then.
  CHECK(spatial_ends(13.2, 0.5, 10) == std::array<double, 2>{10.5, 24});
  CHECK(spatial_ends(15, 0.5, 10) == std::array<double, 2>{15, 15});  // three stay enough
}

namespace {

/// Pillai and Shin's processor (full speed, 3/4, 1/2 at 5, 4, 3 V) and periods 8, 10 and 14. Models are chains of
/// `layers` tasks that take `parts` of the worst cases 3, 3 and 1.
std::shared_ptr<Scenario> three_periodic_tasks(int layers, double parts, double duration) {
  const auto model = [&](const std::string& name, double worst) {
    return chain_model(name, layers, R"("kind": "k", "time": )" + format_number(worst * parts / layers));
  };
  return make_scenario({R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "operating_points": [
          {"name": "1", "frequency": 1e9, "active_power": 25},
          {"name": "0.75", "frequency": 0.75e9, "active_power": 12},
          {"name": "0.5", "frequency": 0.5e9, "active_power": 4.5}]}], "accelerators": [{"name": "a", "kind": "k"}]})",
                        R"({"format": 1, "name": "w", "duration": )" + format_number(duration) + R"(, "streams": [
          {"name": "x", "model": "x", "arrival": {"type": "periodic", "period": 8}, "deadline": "period"},
          {"name": "y", "model": "y", "arrival": {"type": "periodic", "period": 10}, "deadline": "period"},
          {"name": "z", "model": "z", "arrival": {"type": "periodic", "period": 14}, "deadline": "period"}]})",
                        {{"x", model("x", 3)}, {"y", model("y", 3)}, {"z", model("z", 1)}}});
}

std::string dvs(const std::string& rule, double worst_case) {
  return R"({"name": "rt_dvs", "parameters": {"rule": ")" + rule + R"(", "worst_case": )" + format_number(worst_case) +
         "}}";
}

std::ptrdiff_t late(const Log& log) {
  return std::count_if(log.requests.begin(), log.requests.end(),
                       [](const RequestRecord& r) { return r.status != RequestStatus::finished; });
}

}  // namespace

TEST_CASE("real-time DVS: Pillai and Shin's tasks that take half of their worst case") {
  // Work at 25, 16 and 9 J per second of full speed, 7 s in all within 16 s:
  // - static: U = 0.746, all at 3/4.
  // - cycle-conserving: U is 0.746, 0.559, then 0.409 for z at 4; 0.561 and 0.523 at 8 and 10; 0.409 for z at 14.
  // - look-ahead: until 8 needs 5.083 s of work, of which x leaves 2.083 at 2; from then on 1/2 is enough.
  const std::map<std::string, double> joules = {
      {"full", 7 * 25}, {"static", 7 * 16}, {"cycle_conserving", 6 * 16 + 1 * 9}, {"look_ahead", 1.5 * 16 + 5.5 * 9}};
  for (const auto& [rule, energy] : joules) {
    INFO(rule);
    const Log log = simulate_choice(three_periodic_tasks(1, 0.5, 15.5), dvs(rule, 2));
    CHECK(log.requests.size() == 6);
    CHECK(late(log) == 0);
    CHECK(log.energy() == Approx(energy));
  }
}

TEST_CASE("real-time DVS: deadlines are kept as far as times stay below the worst case") {
  std::map<std::string, double> energy;
  for (const std::string rule : {"static", "cycle_conserving", "look_ahead"}) {
    INFO(rule);
    // Layers take up to half more or less than predicted.
    const auto scenario = three_periodic_tasks(10, 1 / 1.5, 560);
    scenario->options.execution_jitter = {JitterDistribution::uniform, 0.5};
    const Log log = simulate_choice(scenario, dvs(rule, 1.5));
    CHECK(late(log) == 0);
    energy[rule] = log.energy();
    const auto full = three_periodic_tasks(10, 1, 560);
    full->options.execution_jitter = {JitterDistribution::uniform, 0.5};
    CHECK(late(simulate_choice(full, dvs(rule, 1))) > 0);  // who takes predictions for the worst case is late
  }
  CHECK(energy["cycle_conserving"] < energy["static"]);
  CHECK(energy["look_ahead"] < energy["cycle_conserving"]);
}
