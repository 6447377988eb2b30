#include "support/simulation.hpp"

#include <doctest/doctest.h>

#include "base/json_document.hpp"
#include "builtin.hpp"
#include "contract/conservation.hpp"
#include "contract/fluid_executor.hpp"
#include "engine/simgrid_executor.hpp"

namespace hetsched::testing {

std::shared_ptr<Scenario> load_scenario(const std::string& platform, const std::string& workload) {
  const std::filesystem::path root = HETSCHED_SOURCE_DIR;
  Problems problems;
  auto scenario = std::make_shared<Scenario>();
  scenario->platform = read_platform(Document::from_file(root / platform, problems).root(), problems);
  scenario->workload = read_workload(Document::from_file(root / workload, problems).root(), problems);
  problems.throw_if_any();
  for (const StreamSpec& stream : scenario->workload.streams)
    scenario->networks.push_back(std::make_shared<Network>(
        read_network(Document::from_file(stream.model, problems).root(), problems)));
  problems.throw_if_any();
  return scenario;
}

contract::MakeExecutor executor_of(Backend backend) {
  if (backend == Backend::simgrid) return make_simgrid_executor;
  return [](const Fabric& fabric) -> std::unique_ptr<Executor> {
    return std::make_unique<contract::FluidExecutor>(fabric);
  };
}

Log simulate_log(std::shared_ptr<Scenario> scenario, Policy& policy, Backend backend) {
  Log log = contract::logged_run(std::move(scenario), policy, executor_of(backend));
  for (const std::string& law : contract::broken_conservation(log)) FAIL_CHECK(law);
  return log;
}

Log simulate_log(std::shared_ptr<Scenario> scenario, const std::string& policy, Params::Values parameters,
                 Backend backend) {
  for (const PolicyEntry& entry : builtin_policies()) {
    if (entry.name != policy) continue;
    Params params(std::move(parameters), scenario->options.seed);
    const std::unique_ptr<Policy> made = entry.make(params);
    REQUIRE(params.problems().empty());
    scenario->policy.name = policy;
    return simulate_log(std::move(scenario), *made, backend);
  }
  FAIL("no policy " << policy);
  return {};
}

std::string chain_model(const std::string& name, int layers, const std::string& row) {
  std::string list, costs;
  for (int l = 0; l < layers; ++l) {
    const std::string layer = "\"l" + std::to_string(l) + "\"";
    list += (l > 0 ? ", " : "") + ("{\"name\": " + layer + "}");
    costs += (l > 0 ? ", " : "") + ("{\"layer\": " + layer + ", " + row + "}");
  }
  return "{\"format\": 1, \"name\": \"" + name + "\", \"layers\": [" + list + "], \"costs\": [" + costs + "]}";
}

}  // namespace hetsched::testing
