// Do policies keep their rules where a small instance, worked by hand, tells one reading of them from another?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

double energy_of(const Inputs& inputs, const std::string& policy) {
  return simulate_choice(make_scenario(inputs), policy).energy();
}

}  // namespace

TEST_CASE("energy beyond idle power: the fast accelerator of much idle power, not the slow one of little") {
  // On the GPU: 15 J and 1 W x 1 s of the DLA. On the DLA: 2 s x 4 W and 2 s x 10 W of the GPU.
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [
          {"name": "dla", "type": "dla", "operating_points": [{"name": "p", "idle_power": 1, "active_power": 4}]},
          {"name": "gpu", "type": "gpu", "operating_points": [{"name": "p", "idle_power": 10, "active_power": 15}]}],
          "accelerators": [{"name": "dla", "kind": "dla"}, {"name": "gpu", "kind": "gpu"}]})",
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", R"({"format": 1, "name": "m", "layers": [{"name": "l"}], "costs": [
          {"layer": "l", "kind": "gpu", "time": 1}, {"layer": "l", "kind": "dla", "time": 2}]})"}}};
  CHECK(energy_of(inputs, "\"min_energy\"") == Approx(16));
  CHECK(energy_of(inputs, "\"pace\"") == Approx(16));
}

TEST_CASE("energy beyond idle power: what is drawn in any case moves no critical speed") {
  // P = 0.2 + s^3, 0.2 W idle, unit work within 4 s: 0.8 J, and s^2 J for the work.
  const auto point = [](const std::string& name, double s) {
    return R"({"name": ")" + name + R"(", "frequency": )" + shortest(s * 1e9) + R"(, "idle_power": 0.2, "active_power": )" +
           shortest(0.2 + s * s * s) + "}";
  };
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "operating_points": [)" + point("fast", 1) + "," +
          point("middle", std::cbrt(0.1)) + "," + point("slow", 0.25) + R"(]}], "accelerators": [{"name": "a", "kind": "k"}]})",
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
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}], "accelerators": [{"name": "a", "kind": "k"}]})",
      R"({"format": 1, "name": "w", "streams": [
          {"name": "a", "model": "one", "arrival": {"type": "trace", "times": [0, 2, 4]}},
          {"name": "b", "model": "four", "arrival": {"type": "burst", "count": 1, "at": 0.5}},
          {"name": "c", "model": "four", "arrival": {"type": "burst", "count": 1, "at": 0.5}}]})",
      {{"one", chain_model("one", 1, R"("kind": "k", "time": 1)")},
       {"four", chain_model("four", 4, R"("kind": "k", "time": 1)")}}};
  std::string order;
  for (const TaskRecord& t : simulate_choice(make_scenario(inputs), R"({"name": "rr", "parameters": {"quantum": 4}})").tasks)
    order += t.stream;
  CHECK(order == "abbbbccccaa");
}
