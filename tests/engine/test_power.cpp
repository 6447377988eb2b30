// Operating points, slots and energy against hand-computed integrals.
#include <doctest/doctest.h>

#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

std::string platform(const std::string& kind_extra, const std::string& extra = "") {
  return R"({"format": 1, "name": "p", "base_power": 3, "kinds": [{"name": "k", "type": "gpu", "operating_points": [
    {"name": "fast", "frequency": "1 GHz", "idle_power": 2, "active_power": 10},
    {"name": "slow", "frequency": "500 MHz", "idle_power": 1, "active_power": 4}])" +
         kind_extra + R"(}], "accelerators": [{"name": "a", "kind": "k"}])" + extra + "}";
}

constexpr const char* kAtTwo = R"({"format": 1, "name": "w", "streams": [
  {"name": "s", "model": "m", "arrival": {"type": "trace", "times": [2]}}]})";

std::string model(const std::string& row) {
  return R"({"format": 1, "name": "m", "layers": [{"name": "l"}], "costs": [{"layer": "l", "kind": "k", )" + row +
         "}]}";
}

/// Starts everything on accelerator 0; sets point 1 at `change` if that is not negative.
Log run_with_change(const Inputs& in, double change) {
  Scripted policy([=](const SystemView& view, Decisions& out) {
    for (const TaskRef t : view.ready)
      if (view.accelerators[0_accelerator].free_slots > 0) out.start(t, 0_accelerator);
    for (const Event& e : view.events) {
      if (e.type == Event::Type::run_started && change >= 0) out.wake_at(change);
      if (e.type == Event::Type::woken) out.set_operating_point(0_accelerator, 1_point);
    }
  });
  return simulate_log(make_scenario(in), policy);
}

}  // namespace

TEST_CASE("energy = base + idle + active + dynamic") {
  // 2 s idle at 2 W, 4e9 cycles at 1 GHz = 4 s at 10 W, 5 J dynamic, base 3 W for 6 s
  const Log log = run_with_change({platform(""), kAtTwo, {{"m", model(R"("cycles": 4e9, "energy": 5)")}}}, -1);
  CHECK(log.totals.end == doctest::Approx(6).epsilon(1e-12));
  CHECK(log.totals.energy_base == doctest::Approx(18).epsilon(1e-12));
  CHECK(log.totals.energy_idle == doctest::Approx(4).epsilon(1e-12));
  CHECK(log.totals.energy_active == doctest::Approx(45).epsilon(1e-12));
  CHECK(log.task("l").energy == doctest::Approx(45).epsilon(1e-12));
  CHECK(log.requests.at(0).energy == doctest::Approx(45).epsilon(1e-12));
}

TEST_CASE("task_energy total: the profile's power replaces the active power") {
  // 4 s at 6 W (24 J profiled), whatever the point's active power
  for (const char* row : {R"("cycles": 4e9, "energy": 24)", R"("cycles": 4e9, "power": 6)"}) {
    const Log log = run_with_change({platform(R"(, "task_energy": "total")"), kAtTwo, {{"m", model(row)}}}, -1);
    CHECK(log.totals.energy_idle == doctest::Approx(4).epsilon(1e-12));
    CHECK(log.totals.energy_active == doctest::Approx(24).epsilon(1e-12));
  }
}

TEST_CASE("a change of operating point in the middle of a task") {
  SUBCASE("pure computing") {
    // from 2: 1 s at 1 GHz does 1e9 of 4e9 cycles; 3e9 at 0.5 GHz take 6 s: end at 9
    const Log log = run_with_change({platform(""), kAtTwo, {{"m", model(R"("cycles": 4e9, "energy": 8)")}}}, 3);
    CHECK(log.task("l").end == doctest::Approx(9).epsilon(1e-12));
    CHECK(log.totals.energy_idle == doctest::Approx(4).epsilon(1e-12));
    CHECK(log.totals.energy_active == doctest::Approx(1 * 10 + 6 * 4 + 8).epsilon(1e-12));
    CHECK(log.task("l").operating_point == "slow");
  }
  SUBCASE("bound by a shared memory") {
    const std::string memory =
        R"(, "memories": [{"name": "d", "bandwidth": "10 GB/s", "energy_per_byte": "100 pJ/B"}])";
    // 16 GB in 4e9 cycles: 4 GB/s at 1 GHz; at 0.5 GHz 2 GB/s. After 1 s 12 GB are left: 6 s more.
    const Log log =
        run_with_change({platform("", memory), kAtTwo, {{"m", model(R"("cycles": 4e9, "bytes": "16 GB")")}}}, 3);
    CHECK(log.task("l").end == doctest::Approx(9).epsilon(1e-9));
    CHECK(log.totals.energy_transfer == doctest::Approx(1.6).epsilon(1e-9));
  }
  SUBCASE("in a fabric with links") {
    const std::string fabric = R"(, "memories": [{"name": "d", "bandwidth": "10 GB/s"}, {"name": "e"}],
        "links": [{"name": "l", "bandwidth": 1}], "routes": [{"from": "d", "to": "e", "links": ["l"]}])";
    const Log log =
        run_with_change({platform("", fabric), kAtTwo, {{"m", model(R"("cycles": 4e9, "bytes": "16 GB")")}}}, 3);
    CHECK(log.task("l").end == doctest::Approx(9).epsilon(1e-9));
  }
}

TEST_CASE("slots run tasks side by side, each with its share of the power") {
  // three tasks of 4 s on 2 slots: 2..6, 2..6, 6..10. Each slot: idle 1 W, active 5 W.
  const std::string three = R"({"format": 1, "name": "w", "streams": [
    {"name": "s", "model": "m", "arrival": {"type": "trace", "times": [2, 2, 2]}}]})";
  const Log log =
      simulate_log(make_scenario({platform(R"(, "slots": 2)"), three, {{"m", model(R"("cycles": 4e9)")}}}), "fcfs");
  CHECK(log.totals.end == doctest::Approx(10).epsilon(1e-12));
  CHECK(log.totals.energy_active == doctest::Approx(3 * 4 * 5).epsilon(1e-12));
  CHECK(log.totals.energy_idle == doctest::Approx(2 * 2 * 1 + 4 * 1).epsilon(1e-12));
  CHECK(log.accelerators.at(0).busy == doctest::Approx(12.0 / 20).epsilon(1e-12));
}

TEST_CASE("dispatch and model switches take time and energy") {
  Inputs in;
  in.platform = platform(R"(, "dispatch_time": 0.25, "switch_time": 0.5, "switch_energy": 7)");
  in.models["m"] = model(R"("cycles": 1e9)");
  in.models["n"] =
      R"({"format": 1, "name": "n", "layers": [{"name": "l"}], "costs": [{"layer": "l", "kind": "k", "cycles": 1e9}]})";
  in.workload = R"({"format": 1, "name": "w", "streams": [
    {"name": "x", "model": "m", "arrival": {"type": "burst", "count": 2}},
    {"name": "y", "model": "n", "arrival": {"type": "burst", "count": 1}}]})";
  const Log log = simulate_log(make_scenario(in), "fcfs");
  // m 0..1.25, m ..2.5 (same model, no switch), n ..4.25 with a switch
  CHECK(log.totals.end == doctest::Approx(4.25).epsilon(1e-12));
  CHECK(log.accelerators.at(0).switches == 1);
  CHECK(log.totals.energy_active == doctest::Approx(42.5 + 7).epsilon(1e-12));
  CHECK(log.accelerators.at(0).overhead == doctest::Approx(1.25 / 4.25).epsilon(1e-12));
}
