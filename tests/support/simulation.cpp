#include "support/simulation.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/json_document.hpp"
#include "builtin.hpp"
#include "engine/simgrid_executor.hpp"
#include "support/conservation.hpp"
#include "support/fluid_executor.hpp"

namespace hetsched::testing {

const TaskRecord& Log::task(const std::string& name, std::uint64_t request) const {
  const auto at = std::find_if(tasks.begin(), tasks.end(),
                               [&](const TaskRecord& t) { return t.task == name && t.request == request; });
  REQUIRE_MESSAGE(at != tasks.end(), "no record of task " << name);
  return *at;
}

std::shared_ptr<Scenario> make_scenario(const Inputs& inputs) {
  Problems problems;
  auto scenario = std::make_shared<Scenario>();
  const Document platform = Document::from_text(inputs.platform, "platform", ".", problems);
  const Document workload = Document::from_text(inputs.workload, "workload", ".", problems);
  problems.throw_if_any();
  scenario->platform = read_platform(platform.root(), problems);
  scenario->workload = read_workload(workload.root(), problems);
  problems.throw_if_any();
  std::map<std::string, std::shared_ptr<const Network>> networks;
  for (const StreamSpec& stream : scenario->workload.streams) {
    const std::string key = std::filesystem::path(stream.model).filename();
    auto& network = networks[key];
    if (!network) {
      REQUIRE_MESSAGE(inputs.models.count(key) == 1, "no model " << key);
      const Document model = Document::from_text(inputs.models.at(key), key, ".", problems);
      network = std::make_shared<Network>(read_network(model.root(), problems));
    }
    scenario->networks.push_back(network);
  }
  problems.throw_if_any();
  return scenario;
}

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

Log simulate_log(std::shared_ptr<Scenario> scenario, Policy& policy, Backend backend) {
  Problems problems;
  Log log;
  log.scenario = scenario;
  log.tables = std::make_shared<Tables>(Tables::build(*scenario, problems));
  problems.throw_if_any();
  const Fabric fabric = fabric_of(*log.tables);
  const std::unique_ptr<Executor> executor =
      backend == Backend::simgrid ? make_simgrid_executor(fabric) : std::make_unique<FluidExecutor>(fabric);
  Observer* observers[] = {&log};
  simulate(*scenario, *log.tables, policy, *executor, observers);
  check_conservation(log);
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
