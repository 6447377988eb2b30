#include "contract/inputs.hpp"

#include <filesystem>

#include "base/json_document.hpp"
#include "model/places.hpp"

namespace hetsched::contract {

std::shared_ptr<Scenario> make_scenario(const Inputs& inputs) {
  Problems problems;
  auto scenario = std::make_shared<Scenario>();
  const Document platform = Document::from_text(inputs.platform, "platform", ".", problems);
  const Document workload = Document::from_text(inputs.workload, "workload", ".", problems);
  problems.throw_if_any();
  scenario->platform = read_platform(platform.root(), problems);
  scenario->workload = read_workload(workload.root(), problems);
  problems.throw_if_any();
  check_places(scenario->platform, scenario->workload, workload.root(), problems);
  std::map<std::string, std::shared_ptr<const Network>> networks;
  for (const StreamSpec& stream : scenario->workload.streams) {
    const std::string key = std::filesystem::path(stream.model).filename();
    auto& network = networks[key];
    if (!network) {
      if (inputs.models.count(key) == 0) throw InputError("there is no model " + key);
      const Document model = Document::from_text(inputs.models.at(key), key, ".", problems);
      network = std::make_shared<Network>(read_network(model.root(), problems));
    }
    scenario->networks.push_back(network);
  }
  problems.throw_if_any();
  return scenario;
}

}  // namespace hetsched::contract
