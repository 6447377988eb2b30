// Do the static policies keep the contract under each horizon, on random scenarios with outages, drops and
// surprises, and with a future that they are told rightly?
#include <doctest/doctest.h>

#include <algorithm>

#include "builtin.hpp"
#include "contract/checks.hpp"
#include "support/seer.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::contract;
using namespace hetsched::testing;

namespace {

constexpr std::uint64_t kScenarios = 25;

std::unique_ptr<Policy> made(const PolicyEntry& entry, const std::string& horizon, std::uint64_t seed) {
  Params params({{"horizon", horizon}}, seed);
  return entry.make(params);
}

bool is_static(const PolicyEntry& entry) {
  Params params;
  entry.make(params);
  return std::any_of(params.declared().begin(), params.declared().end(),
                     [](const Params::Declared& d) { return d.name == "horizon"; });
}

/// What arrives in a run.
std::vector<FutureRequest> arrivals(const RandomScenario& scenario) {
  std::vector<FutureRequest> seen;
  const Subject watcher{"watcher", [&](std::uint64_t, bool limited) -> std::unique_ptr<Policy> {
                          return waiting_for_room(
                              std::make_unique<Scripted>([&](const SystemView& view, Decisions& out) {
                                IdVector<AcceleratorId, std::uint32_t> free;
                                for (const Accelerator& a : view.accelerators)
                                  free.push_back(a.available ? a.free_slots : 0);
                                for (const Event& event : view.events) {
                                  if (event.type != Event::Type::request_arrived) continue;
                                  const Request& r = view.request(event.task);
                                  seen.push_back({r.index, r.stream, r.model, r.arrival, r.deadline, r.priority});
                                }
                                for (const TaskRef task : view.ready)
                                  for (const AcceleratorId a : free.ids()) {
                                    if (free[a] == 0 || !view.can_start(task, a)) continue;
                                    out.start(task, a);
                                    --free[a];
                                    break;
                                  }
                              }),
                              limited);
                        }};
  Strings broken;
  checked_run(scenario, watcher, executor_of(Backend::fluid), broken);
  std::stable_sort(seen.begin(), seen.end(), [](const FutureRequest& a, const FutureRequest& b) {
    return a.arrival != b.arrival ? a.arrival < b.arrival : a.stream < b.stream;
  });
  return seen;
}

}  // namespace

TEST_CASE("static policies that plan live requests anew, or a whole workload, keep the contract") {
  std::size_t checked = 0;
  for (std::uint64_t seed = 1000; seed < 1000 + kScenarios; ++seed) {
    const RandomScenario scenario = random_scenario(seed);
    // Arrivals of closed loops and of streams that others trigger depend on the policy: then the future is a
    // wrong one.
    const std::vector<FutureRequest> future = arrivals(scenario);
    for (const PolicyEntry& entry : builtin_policies()) {
      if (!is_static(entry)) continue;
      for (const std::string horizon : {"live", "workload"}) {
        INFO(entry.name << ", horizon " << horizon << "\n" << scenario.text());
        const Subject subject{
            std::string(entry.name), [&](std::uint64_t run_seed, bool limited) -> std::unique_ptr<Policy> {
              return waiting_for_room(std::make_unique<Seer>(made(entry, horizon, run_seed), future), limited);
            }};
        const std::optional<Violation> violation = broken_contract(scenario, subject);
        if (violation) FAIL_CHECK(violation->what);
        ++checked;
      }
    }
  }
  CHECK(checked >= 2 * 20 * kScenarios);
}
