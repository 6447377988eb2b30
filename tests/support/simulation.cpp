#include "support/simulation.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/json_document.hpp"
#include "builtin.hpp"
#include "contract/conservation.hpp"
#include "engine/executors/executors.hpp"
#include "support/builtin_entries.hpp"

namespace hetsched::testing {

std::shared_ptr<Scenario> load_scenario(const std::string& platform, const std::string& workload) {
  const std::filesystem::path root = HETSCHED_SOURCE_DIR;
  Problems problems;
  auto scenario = std::make_shared<Scenario>();
  scenario->platform = read_platform(Document::from_file(root / platform, problems).root(), problems);
  scenario->workload = read_workload(Document::from_file(root / workload, problems).root(), problems);
  problems.throw_if_any();
  for (const StreamSpec& stream : scenario->workload.streams)
    scenario->networks.push_back(
        std::make_shared<Network>(read_network(Document::from_file(stream.model, problems).root(), problems)));
  problems.throw_if_any();
  return scenario;
}

contract::MakeExecutor executor_of(Backend backend) {
  return executor_named(backend == Backend::simgrid ? "simgrid" : "fluid").make;
}

const Catalog& built_in() {
  static const Catalog catalog(builtin_policies(), builtin_decorators());
  return catalog;
}

PolicyChoice chosen(const std::string& json) {
  Problems problems;
  const Document document = Document::from_text(json, "policy", HETSCHED_SOURCE_DIR, problems);
  const auto choice = read<PolicyChoice>(document.root(), problems);
  problems.throw_if_any();
  return choice;
}

Made make_policy(const std::string& json, std::uint64_t seed) {
  const PolicyChoice choice = chosen(json);
  Problems problems;
  Made made{built_in().make(choice, seed, problems), false};
  for (const Problem& problem : problems.all()) FAIL_CHECK(to_string(problem));
  REQUIRE(made.policy != nullptr);
  made.clairvoyant = built_in().is_clairvoyant(choice);
  return made;
}

std::unique_ptr<Policy> waiting_for_room(std::unique_ptr<Policy> policy, bool limited) {
  if (!limited) return policy;
  Params params;
  return builtin_decorator("cache").wrap(params, std::move(policy));
}

bool needs_file(const std::string& policy) {
  const auto declared = built_in().declared(policy);
  return std::any_of(declared.begin(), declared.end(),
                     [](const Params::Declared& d) { return d.required && d.type == "file"; });
}

Log simulate_log(std::shared_ptr<Scenario> scenario, Policy& policy, Backend backend, bool clairvoyant) {
  Log log = contract::logged_run(std::move(scenario), policy, executor_of(backend), clairvoyant);
  for (const std::string& law : contract::broken_conservation(log)) FAIL_CHECK(law);
  return log;
}

Log simulate_choice(std::shared_ptr<Scenario> scenario, const std::string& json, Backend backend) {
  const Made made = make_policy(json, scenario->options.seed);
  scenario->policy = chosen(json);
  return simulate_log(std::move(scenario), *made.policy, backend, made.clairvoyant);
}

Log simulate_log(std::shared_ptr<Scenario> scenario, const std::string& policy, Params::Values parameters,
                 Backend backend) {
  Json json = {{"name", policy}, {"parameters", Json::object()}};
  for (const auto& [name, value] : parameters)
    std::visit([&, key = name](const auto& v) { json["parameters"][key] = v; }, value);
  return simulate_choice(std::move(scenario), json.dump(), backend);
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

double energy_of(const Inputs& inputs, const std::string& choice) {
  return simulate_choice(make_scenario(inputs), choice).energy();
}

double peak_power(const Log& log) {
  double most = 0;
  for (const PowerRecord& at : log.pieces) {
    double sum = 0;
    for (const PowerRecord& p : log.pieces)
      if (p.from <= at.from && at.from < p.to) sum += p.power;
    most = std::max(most, sum);
  }
  return most;
}

}  // namespace hetsched::testing
