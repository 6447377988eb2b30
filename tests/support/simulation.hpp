/// \file
/// Runs small scenarios written as JSON text, on SimGrid or on the fluid executor, keeps all records, and checks of
/// every run what must hold of any run (contract/conservation.hpp).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "contract/inputs.hpp"
#include "contract/log.hpp"
#include "hetsched/policy.hpp"
#include "model/scenario.hpp"
#include "policy/catalog.hpp"

namespace hetsched::testing {

using contract::Inputs;
using contract::Log;
using contract::make_scenario;

/// The scenario of a platform and a workload file of this repository, by paths from its root.
std::shared_ptr<Scenario> load_scenario(const std::string& platform, const std::string& workload);

enum class Backend { simgrid, fluid };
contract::MakeExecutor executor_of(Backend backend);

/// All built-in policies and decorators.
const Catalog& built_in();

/// A policy choice as in an experiment: "\"edf\"", or an object with name, parameters and decorators.
PolicyChoice chosen(const std::string& json);

struct Made {
  std::unique_ptr<Policy> policy;
  bool clairvoyant = false;
};
/// Makes it; a failed check if something is wrong with it.
Made make_policy(const std::string& json, std::uint64_t seed);

/// The policy, with the decorator cache around it if memories are limited.
std::unique_ptr<Policy> waiting_for_room(std::unique_ptr<Policy> policy, bool limited);

/// Does a policy ask for a file that it cannot do without?
bool needs_file(const std::string& policy);

/// Runs the scenario and checks conservation.
Log simulate_log(std::shared_ptr<Scenario> scenario, Policy& policy, Backend backend = Backend::simgrid,
                 bool clairvoyant = false);
/// The same with a choice as in an experiment.
Log simulate_choice(std::shared_ptr<Scenario> scenario, const std::string& json, Backend backend = Backend::simgrid);
/// The same with a built-in policy, default or given parameters.
Log simulate_log(std::shared_ptr<Scenario> scenario, const std::string& policy, Params::Values parameters = {},
                 Backend backend = Backend::simgrid);

/// Energy of all, under a choice as in an experiment.
double energy_of(const Inputs& inputs, const std::string& choice);
/// The largest sum of the recorded powers at one time.
double peak_power(const Log& log);

/// A policy that is a function.
class Scripted final : public Policy {
 public:
  explicit Scripted(std::function<void(const SystemView&, Decisions&)> decide) : decide_(std::move(decide)) {}
  void decide(const SystemView& view, Decisions& out) override { decide_(view, out); }

 private:
  std::function<void(const SystemView&, Decisions&)> decide_;
};

/// A model that is a chain of layers, each with the same row of costs: `row` holds further JSON members, e.g.
/// "\"kind\": \"k\", \"time\": 1".
std::string chain_model(const std::string& name, int layers, const std::string& row);

}  // namespace hetsched::testing
