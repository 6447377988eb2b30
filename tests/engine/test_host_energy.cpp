// Does our energy agree with SimGrid's own plugin where both can express the case?
#include <doctest/doctest.h>
#include <simgrid/plugins/energy.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "engine/executors/simgrid/compat.hpp"
#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// What the plugin says: that test case in a program of its own, as plugins, and SimGrid's clock, belong to a process.
double plugin_energy() {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  FILE* told = popen(("'" + program + "' --no-skip --test-case='a run of the plugin alone'").c_str(), "r");
  REQUIRE(told != nullptr);
  double energy = -1;
  for (char line[256]; std::fgets(line, sizeof line, told) != nullptr;) std::sscanf(line, "energy %lf", &energy);
  CHECK(pclose(told) == 0);
  return energy;
}

}  // namespace

/// A host of 1 GHz (2 W idle, 10 W busy) and 500 MHz (1 W, 4 W): idle to 2 s, 4e9 operations, lowered at 3 s, until the
/// work is done.
TEST_CASE("a run of the plugin alone" * doctest::skip()) {
  using simgrid::kernel::timer::Timer;
  namespace s4u = simgrid::s4u;
  sg_host_energy_plugin_init();
  std::string name = "test", quiet = "--log=root.thres:critical";
  char* argv[] = {name.data(), quiet.data(), nullptr};
  int argc = 2;
  s4u::Engine engine(&argc, argv);
  s4u::NetZone* zone = simgrid_compat::add_zone(engine, "zone");
#if SIMGRID_VERSION >= 40000
  s4u::Host* host = zone->add_host("a", std::vector<double>{1e9, 5e8});
#else
  s4u::Host* host = zone->create_host("a", std::vector<double>{1e9, 5e8});
#endif
  host->set_property("wattage_per_state", "2:2:10,1:1:4");
  zone->seal();
  s4u::ExecPtr exec = s4u::Exec::init();
  double end = 0;
  simgrid_compat::on_completion([&end](const s4u::Activity&) { end = s4u::Engine::get_clock(); });
  Timer::set(2, [&] {
    exec->set_flops_amount(4e9);
    exec->set_host(host);
    simgrid_compat::launch(*exec);
  });
  Timer::set(3, [&] { host->set_pstate(1); });
  engine.run();
  std::printf("energy %.17g\n", end == 9 ? sg_host_get_consumed_energy(host) : -1);
  std::fflush(stdout);
  _exit(0);
}

TEST_CASE("idle, active, and a change of operating point in the middle of a task") {
  const double plugin = plugin_energy();
  Inputs in;
  in.platform = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu", "operating_points": [
    {"name": "fast", "frequency": "1 GHz", "idle_power": 2, "active_power": 10},
    {"name": "slow", "frequency": "500 MHz", "idle_power": 1, "active_power": 4}]}], "accelerators": [{"name": "a", "kind": "k"}]})";
  in.workload =
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "trace", "times": [2]}}]})";
  in.models["m"] = chain_model("m", 1, R"("kind": "k", "cycles": 4e9)");
  Scripted policy([](const SystemView& view, Decisions& out) {
    for (const TaskRef t : view.ready) out.start(t, 0_accelerator);
    for (const Event& e : view.events) {
      if (e.type == Event::Type::run_started) out.wake_at(3);
      if (e.type == Event::Type::woken) out.set_operating_point(0_accelerator, 1_point);
    }
  });
  const Log log = simulate_log(make_scenario(in), policy);
  CHECK(plugin == doctest::Approx(2 * 2 + 1 * 10 + 6 * 4).epsilon(1e-12));
  CHECK(log.energy() == doctest::Approx(plugin).epsilon(1e-12));
}
