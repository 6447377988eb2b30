#include "study/point_id.hpp"

#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/build_id.hpp"
#include "base/files.hpp"
#include "base/version.hpp"
#include "engine/executors/executors.hpp"
#include "model/file_kind.hpp"

namespace hetsched {

bool is_point_id(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

const std::string& PointHasher::content(const std::filesystem::path& file) {
  const auto [known, added] = contents_.try_emplace(file.string());
  if (!added) return known->second;
  Problems problems;
  const auto bytes = read_file(file, problems);
  problems.throw_if_any();
  return known->second = sha256_hex(*bytes);
}

std::string PointHasher::platform_and_workload(const Instance& instance) {
  PlatformSpec platform = instance.platform;
  platform.kind_files.clear();  // their kinds stand in the platform
  WorkloadSpec workload = instance.workload;
  for (std::size_t i = 0; i < workload.streams.size(); ++i) {
    std::string& model = workload.streams[i].model;
    if (model.empty()) continue;
    const std::string& profile = instance.networks[i]->profile;
    std::string hash = content(model);
    if (!profile.empty())
      hash +=
          content(std::filesystem::path(profile).is_absolute() ? std::filesystem::path(profile)
                                                               : std::filesystem::path(model).parent_path() / profile);
    model = std::move(hash);
  }
  Json json = to_json(workload);
  for (Json& stream : json["streams"])
    if (stream["arrival"].contains("file")) stream["arrival"].erase("file");  // its times stand here
  return sha256_hex(dumped(to_json(platform)) + "\n" + dumped(json));
}

namespace {

/// The file that a parameter may name: the policy may read it. Nothing if it is no text.
std::optional<std::filesystem::path> file_named(const JsonValue& parameters, const std::string& key,
                                                const Json& value) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) return std::nullopt;
  return parameters.node().child(key).resolve(value.get_ref<const std::string&>());
}

}  // namespace

/// Parameters, with the contents of the files that they name.
Json PointHasher::parameters_json(const JsonValue& parameters) {
  std::map<std::string, Json> sorted;  // their order does not matter
  if (!parameters.value.is_object()) return sorted;
  for (const auto& item : parameters.value.items()) {
    sorted[item.key()] = item.value();
    const auto file = file_named(parameters, item.key(), item.value());
    std::error_code error;
    if (file && std::filesystem::is_regular_file(*file, error)) sorted[item.key()] = content(*file);
  }
  return sorted;
}

Json PointHasher::policy_json(const PolicyChoice& policy) {
  Json json = {{"name", policy.name}, {"parameters", parameters_json(policy.parameters)}};
  if (catalog_.is_script(policy.name)) {
    const std::filesystem::path file = catalog_.script(policy);
    json["name"] = file.filename().string();
    json["code"] = content(file);
  } else if (const PolicyEntry* entry = catalog_.find(policy.name)) {
    if (const Plugin* plugin = catalog_.plugin_of(*entry)) json["code"] = plugin->sha256;
  }
  for (const DecoratorChoice& each : policy.decorators)
    json["decorators"].push_back({{"name", each.name}, {"parameters", parameters_json(each.parameters)}});
  return json;
}

std::string PointHasher::changed_file(const PolicyChoice& policy) const {
  std::vector<std::filesystem::path> files;
  if (catalog_.is_script(policy.name)) files.push_back(catalog_.script(policy));
  const auto add = [&](const JsonValue& parameters) {
    if (!parameters.value.is_object()) return;
    for (const auto& item : parameters.value.items())
      if (auto file = file_named(parameters, item.key(), item.value())) files.push_back(std::move(*file));
  };
  add(policy.parameters);
  for (const DecoratorChoice& each : policy.decorators) add(each.parameters);
  for (const std::filesystem::path& file : files) {
    const auto known = contents_.find(file.string());
    if (known == contents_.end()) continue;
    Problems unread;
    const auto bytes = read_file(file, unread);
    if (!bytes || sha256_hex(*bytes) != known->second) return file.string();
  }
  return "";
}

std::string PointHasher::run(const Scenario& scenario, const std::string& platform_and_workload) {
  const ExecutorEntry& executor = executor_named(scenario.options.executor);
  static const std::string build = build_id();
  Json outages = Json::array();
  for (const Outage& outage : scenario.options.outages) outages.push_back(to_json(outage));
  Json json = {{"hetsched", std::string(kVersion)},
               {"build", build},
               {"executor", std::string(executor.name) + " " + std::string(executor.version)},
               {"on", platform_and_workload},
               {"policy", policy_json(scenario.policy)},
               {"execution_jitter", to_json(scenario.options.execution_jitter)},
               {"decision_latency", to_json(scenario.options.decision_latency)},
               {"outages", std::move(outages)},
               {"optimum", scenario.options.optimum},
               {"warm_up", scenario.options.warm_up},
               {"alone", scenario.options.alone}};
  // A call that was too long for one limit may not be for another.
  if (scenario.options.decision_limit) json["decision_limit"] = *scenario.options.decision_limit;
  return sha256_hex(dumped(json));
}

std::string PointHasher::point(const std::string& run, std::uint64_t seed) {
  return sha256_hex(run + " " + std::to_string(seed)).substr(0, 32);
}

}  // namespace hetsched
