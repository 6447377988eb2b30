// Do policies that save energy draw what closed forms say, and keep deadlines?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

std::size_t missed(const Log& log) {
  return static_cast<std::size_t>(std::count_if(log.requests.begin(), log.requests.end(), [](const RequestRecord& r) {
    return r.status != RequestStatus::finished;
  }));
}

}  // namespace

TEST_CASE("critical speed: P = 0.2 + s^3 for unit work within 4 s") {
  const double critical = std::cbrt(0.1);
  const auto point = [](const char* name, double s) {
    return R"({"name": ")" + std::string(name) + R"(", "frequency": )" + format_number(s * 1e9) +
           R"(, "active_power": )" + format_number(0.2 + s * s * s) + "}";
  };
  const auto with_points = [&](const std::string& points, double deadline) {
    return Inputs{R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "operating_points": [)" +
                      points + R"(]}], "accelerators": [{"name": "a", "kind": "k"}]})",
                  R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "deadline": )" +
                      format_number(deadline) + R"(, "arrival": {"type": "burst", "count": 1}}]})",
                  {{"m", chain_model("m", 1, R"("kind": "k", "time": 1)")}}};
  };
  const std::string all = point("fast", 1) + "," + point("critical", critical) + "," + point("slow", 0.25);
  CHECK(critical == Approx(0.4642).epsilon(1e-4));
  CHECK(energy_of(with_points(all, 4), "\"pace\"") == Approx(0.6463).epsilon(1e-4));
  CHECK(energy_of(with_points(all, 4), "\"min_energy\"") == Approx(0.6463).epsilon(1e-4));
  CHECK(energy_of(with_points(all, 4), "\"race_to_idle\"") == Approx(1.2));
  CHECK(energy_of(with_points(point("fast", 1) + "," + point("slow", 0.25), 4), "\"pace\"") == Approx(0.8625));
  // At 2 s the critical speed is too slow.
  CHECK(energy_of(with_points(all, 2), "\"pace\"") == Approx(1.2));
}

TEST_CASE("the metric decides: energy, E T, E T^2 and delay each choose another accelerator") {
  // (time, energy): E least on d, E T on c (8 x 2 = 16; d 20, b 17.6, a 20), E T^2 on b, T on a.
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "a", "type": "gpu"}, {"name": "b", "type": "gpu"}, {"name": "c", "type": "npu"},
          {"name": "d", "type": "dla"}], "accelerators": [{"name": "a", "kind": "a"}, {"name": "b", "kind": "b"},
          {"name": "c", "kind": "c"}, {"name": "d", "kind": "d"}]})",
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", R"({"format": 1, "name": "m", "layers": [{"name": "l"}], "costs": [
          {"layer": "l", "kind": "a", "time": 1, "energy": 20}, {"layer": "l", "kind": "b", "time": 1.1, "energy": 16},
          {"layer": "l", "kind": "c", "time": 2, "energy": 8}, {"layer": "l", "kind": "d", "time": 4, "energy": 5}]})"}}};
  const auto chosen_by = [&](const std::string& metric) {
    const Log log =
        simulate_choice(make_scenario(inputs), R"({"name": "edp", "parameters": {"metric": ")" + metric + "\"}}");
    return std::string(log.tasks.front().accelerator);
  };
  CHECK(chosen_by("energy") == "d");
  CHECK(chosen_by("edp") == "c");
  CHECK(chosen_by("ed2p") == "b");
  CHECK(chosen_by("delay") == "a");
}

TEST_CASE("real-time DVS: no deadline is missed at U <= 1, and no rule draws more than full speed") {
  // Ten layers each: preemption between tasks comes close to preemption anywhere.
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "operating_points": [
          {"name": "1", "frequency": 1e9, "active_power": 25}, {"name": "0.75", "frequency": 0.75e9, "active_power": 12},
          {"name": "0.5", "frequency": 0.5e9, "active_power": 4.5}]}], "accelerators": [{"name": "a", "kind": "k"}]})",
      R"({"format": 1, "name": "w", "duration": 560, "streams": [
          {"name": "x", "model": "x", "arrival": {"type": "periodic", "period": 8}, "deadline": "period"},
          {"name": "y", "model": "y", "arrival": {"type": "periodic", "period": 10}, "deadline": "period"},
          {"name": "z", "model": "z", "arrival": {"type": "periodic", "period": 14}, "deadline": "period"}]})",
      {{"x", chain_model("x", 10, R"("kind": "k", "time": 0.3)")},
       {"y", chain_model("y", 10, R"("kind": "k", "time": 0.3)")},
       {"z", chain_model("z", 10, R"("kind": "k", "time": 0.1)")}}};
  std::map<std::string, double> energy;
  for (const std::string rule : {"full", "static", "cycle_conserving", "look_ahead"}) {
    INFO(rule);
    const Log log =
        simulate_choice(make_scenario(inputs), R"({"name": "rt_dvs", "parameters": {"rule": ")" + rule + "\"}}");
    CHECK(missed(log) == 0);
    energy[rule] = log.energy();
    if (rule == "static") {  // U = 0.746: always at 0.75
      double work = 0;
      for (const TaskRecord& t : log.tasks) {
        CHECK(t.operating_point == "0.75");
        work += (t.end - t.start) * 12;
      }
      CHECK(log.energy() == Approx(work));
    }
  }
  // Every job takes its worst case: there is nothing to reclaim.
  CHECK(energy["cycle_conserving"] == Approx(energy["static"]));
  CHECK(energy["look_ahead"] < energy["full"]);
}

TEST_CASE("energy-aware scheduling: light streams go to the efficient accelerators, heavy ones where they fit") {
  const auto with_period = [](double period) {
    return Inputs{
        R"({"format": 1, "name": "p", "kinds": [
            {"name": "little", "type": "cpu", "operating_points": [{"name": "p", "active_power": 1}]},
            {"name": "big", "type": "cpu", "operating_points": [{"name": "p", "active_power": 10}]}],
          "accelerators": [{"name": "big", "kind": "big"}, {"name": "little", "kind": "little"}]})",
        R"({"format": 1, "name": "w", "duration": 100, "streams": [{"name": "s", "model": "m", "deadline": "period",
            "arrival": {"type": "periodic", "period": )" +
            format_number(period) + "}}]}",
        {{"m", R"({"format": 1, "name": "m", "layers": [{"name": "l"}], "costs": [
            {"layer": "l", "kind": "little", "time": 4}, {"layer": "l", "kind": "big", "time": 1}]})"}}};
  };
  for (const auto& [period, where] : {std::pair{10.0, "little"}, std::pair{2.0, "big"}}) {
    const Log log = simulate_choice(make_scenario(with_period(period)), "\"eas\"");
    for (const TaskRecord& t : log.tasks) CHECK(t.accelerator == where);
    CHECK(missed(log) == 0);
  }
}
