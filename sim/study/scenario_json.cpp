#include <filesystem>

#include "study/study.hpp"

namespace hetsched {

Json to_json(const Scenario& scenario) { return scenario_json(scenario, to_json(scenario.policy)); }

Json scenario_json(const Instance& instance, Json policy) {
  WorkloadSpec workload = instance.workload;
  for (StreamSpec& stream : workload.streams) stream.model = std::filesystem::absolute(stream.model).lexically_normal();
  Json workload_json = to_json(workload);
  for (Json& stream : workload_json["streams"])
    if (stream["arrival"]["type"] == tag<TraceArrivals>) stream["arrival"].erase("file");  // its times stand here
  PlatformSpec platform = instance.platform;
  platform.kind_files.clear();  // their kinds stand here
  Json outages = Json::array();
  for (const Outage& outage : instance.options.outages) outages.push_back(to_json(outage));
  Json json = {{"format", 1},
               {"name", "run"},
               {"platform", to_json(platform)},
               {"workload", std::move(workload_json)},
               {"policy", std::move(policy)},
               {"seed", instance.options.seed},
               {"execution_jitter", to_json(instance.options.execution_jitter)},
               {"decision_latency", to_json(instance.options.decision_latency)},
               {"outages", std::move(outages)}};
  if (instance.options.decision_limit) json["decision_limit"] = *instance.options.decision_limit;
  if (!instance.options.executor.empty()) json["executor"] = instance.options.executor;
  if (instance.options.optimum) json["optimum"] = true;
  if (instance.options.warm_up > 0) json["warm_up"] = instance.options.warm_up;
  if (!instance.options.alone) json["alone"] = false;
  return json;
}

}  // namespace hetsched
