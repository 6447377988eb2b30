#include "study/resolve.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "engine/executors/executors.hpp"
#include "engine/tables.hpp"
#include "model/kind_files.hpp"
#include "model/names.hpp"
#include "model/places.hpp"
#include "study/effects.hpp"
#include "study/experiment.hpp"
#include "study/isolated.hpp"

namespace hetsched {
namespace {

Problem missing(const Node& experiment, const std::string& what, const std::string& example) {
  return {experiment.where(), "/" + what,
          "no " + what + " is given; name one in the experiment, in its grid or list, or with --set " + what + "=" +
              example};
}

/// s that a policy which is no part of this program may take to be made when it is tried.
constexpr double kMakingLimit = 120;

/// A policy that differs from others in how it is made.
std::string key_of(const PolicyChoice& policy) {
  std::string key = policy.name + "\n" + policy.folder.string() + "\n" + dumped(policy.parameters.value);
  for (const DecoratorChoice& each : policy.decorators) key += "\n" + each.name + "\n" + dumped(each.parameters.value);
  return key;
}

std::string name_in(const std::string& key) { return key.substr(0, key.find('\n')); }

void read_policy(const Composed& composed, PolicyNeed need, PolicyChoice& policy, Problems& problems) {
  const Node node = composed.experiment.at("/policy");
  if (node.value().is_null()) {
    if (need == PolicyNeed::required) problems.add(missing(composed.experiment.root(), "policy", "edf"));
    return;
  }
  if (policy.name.empty()) return;  // has been reported
  const Node name = node.value().is_object() ? node.child("name") : node;
  policy.folder = name.folder();
}

void check_jitter(const ExperimentSpec& spec, const Node& node, Problems& problems) {
  if (spec.execution_jitter.distribution == JitterDistribution::uniform && spec.execution_jitter.spread > 1)
    problems.add(
        node.child("spread").problem("must be at most 1 where the distribution is uniform: times would be "
                                     "negative; found " +
                                     format_number(spec.execution_jitter.spread)));
}

void check_executor(const ExperimentSpec& spec, const Node& node, Problems& problems) {
  try {
    (void)executor_named(spec.executor);
  } catch (const InputError& e) {
    problems.add(node.problem(e.what()));
  }
}

void check_outages(const ExperimentSpec& spec, const PlatformSpec& platform, const Node& list, Problems& problems) {
  NameTable accelerators("accelerator");
  Problems ignored;
  for (const AcceleratorSpec& accelerator : platform.accelerators) accelerators.add(accelerator.name, list, ignored);
  for (std::size_t i = 0; i < spec.outages.size(); ++i) {
    const Outage& outage = spec.outages[i];
    accelerators.resolve(outage.accelerator, list.child(i).child("accelerator"), problems);
    if (outage.on && *outage.on <= outage.off)
      problems.add(list.child(i).child("on").problem("must be after off (" + format_number(outage.off) + " s); found " +
                                                     format_number(*outage.on) + " s"));
  }
}

}  // namespace

Scenario ScenarioReader::read(const Composed& composed, const Catalog& catalog, PolicyNeed need, Problems& problems) {
  const std::size_t before = problems.size();
  const Node root = composed.experiment.root();
  const auto spec = hetsched::read<ExperimentSpec>(root, problems);
  Scenario scenario;
  scenario.policy = spec.policy;
  scenario.options = {spec.seed,     spec.execution_jitter, spec.decision_latency, spec.outages, spec.decision_limit,
                      spec.executor, spec.optimum,          spec.warm_up,          spec.alone};
  if (!root.value().is_object()) return scenario;  // has been reported
  if (composed.platform_node().value().is_null()) {
    problems.add(missing(root, "platform", "FILE"));
  } else {
    scenario.platform = read_platform(composed.platform_node(), composed.kind_files, problems);
    files_.insert(scenario.platform.kind_files.begin(), scenario.platform.kind_files.end());
  }
  if (composed.workload_node().value().is_null())
    problems.add(missing(root, "workload", "FILE"));
  else
    scenario.workload = read_workload(composed.workload_node(), problems);
  if (problems.size() == before) check_places(scenario.platform, scenario.workload, composed.workload_node(), problems);
  read_networks(composed.workload_node(), scenario, problems);
  read_policy(composed, need, scenario.policy, problems);
  if (catalog.is_script(scenario.policy.name)) files_.insert(catalog.script(scenario.policy).string());
  check_jitter(spec, root.child("execution_jitter"), problems);
  check_outages(spec, scenario.platform, root.child("outages"), problems);
  check_executor(spec, root.child("executor"), problems);
  if (const std::optional<double> duration = scenario.workload.duration; duration && spec.warm_up >= *duration)
    problems.add(root.child("warm_up").problem("must be shorter than the duration of the workload (" +
                                               format_number(*duration) + " s), or nothing is measured; found " +
                                               format_number(spec.warm_up) + " s"));
  return scenario;
}

void ScenarioReader::check_policy(const Composed& composed, const Catalog& catalog, const Scenario& scenario,
                                  Problems& problems) {
  const PolicyChoice& policy = scenario.policy;
  const Node node = composed.experiment.at("/policy");
  if (node.value().is_null() || policy.name.empty()) return;  // has been reported, or is not needed
  const auto make = [&](Problems& found) { (void)catalog.make(policy, scenario.options.seed, found, &node); };
  if (catalog.is_on_trust(policy)) {
    if (catalog.is_script(policy.name)) on_trust_.insert(catalog.script(policy).string());
    return make(problems);
  }
  if (!catalog.is_foreign(policy)) return make(problems);
  const std::string key = key_of(policy);
  if (made_.contains(key)) return;
  catalog.prepare(policy);
  const std::size_t before = problems.size();
  const bool made = check_isolated(make, kMakingLimit, problems);
  if (problems.size() == before) made_.emplace(key, made);
}

bool ScenarioReader::is_made(const PolicyChoice& policy) const {
  const auto found = made_.find(key_of(policy));
  return found == made_.end() || found->second;
}

std::set<std::string> ScenarioReader::not_made() const {
  std::set<std::string> names;
  for (const auto& [key, made] : made_)
    if (!made) names.insert(name_in(key));
  return names;
}

Scenario ScenarioReader::read_and_check(const Composed& composed, const Catalog& catalog, PolicyNeed need,
                                        Problems& problems) {
  const std::size_t before = problems.size();
  Scenario scenario = read(composed, catalog, need, problems);
  check_policy(composed, catalog, scenario, problems);
  const Node platform_node = composed.platform_node(), workload_node = composed.workload_node();
  const Json &platform = platform_node.value(), &workload = workload_node.value();
  if (problems.size() != before || !platform.is_object() || !workload.is_object()) return scenario;
  const std::string key = composed.platform_source + "\n" + composed.workload_source + "\n" + composed.kind_settings +
                          dumped(platform) + dumped(workload);
  if (checked_.insert(key).second) {
    const Tables tables = Tables::build(scenario, problems);
    if (problems.size() == before) note(hetsched::without_effect(scenario, tables), without_effect_);
    note(assumptions(scenario.platform), assumed_);
  }
  note(hetsched::without_effect(scenario.policy, scenario.platform, catalog), without_effect_);
  return scenario;
}

void ScenarioReader::note(const Strings& notes, Strings& noted) {
  for (const std::string& each : notes)
    if (std::find(noted.begin(), noted.end(), each) == noted.end()) noted.push_back(each);
}

void ScenarioReader::read_networks(const Node& workload, Instance& instance, Problems& problems) {
  for (std::size_t i = 0; i < instance.workload.streams.size(); ++i) {
    const StreamSpec& stream = instance.workload.streams[i];
    const Node node = workload.child("streams").child(i);
    const std::string file(facts_of(stream.arrival).file);
    if (!file.empty()) files_.insert(node.child("arrival").child("file").resolve(file).string());
    instance.networks.push_back(stream.model.empty() ? nullptr : network(stream.model, node.child("model"), problems));
  }
}

std::shared_ptr<const Network> ScenarioReader::network(const std::string& path, const Node& at, Problems& problems) {
  if (const auto known = networks_.find(path); known != networks_.end()) return known->second;
  if (const std::string absent = missing_file("model", path); !absent.empty()) {
    problems.add(at.problem(absent));
    return nullptr;
  }
  const Document document = Document::from_file(path, problems);
  files_.insert(path);
  auto network = std::make_shared<const Network>(read_network(document.root(), problems));
  if (!network->profile.empty() && document.parsed())
    files_.insert(document.at("/profile").resolve(network->profile).string());
  networks_.emplace(path, network);
  return network;
}

}  // namespace hetsched
