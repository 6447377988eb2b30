#include <filesystem>

#include "study/study.hpp"

namespace hetsched {

Json to_json(const Scenario& scenario) {
  WorkloadSpec workload = scenario.workload;
  for (StreamSpec& stream : workload.streams) stream.model = std::filesystem::absolute(stream.model).lexically_normal();
  Json workload_json = to_json(workload);
  for (Json& stream : workload_json["streams"])
    if (stream["arrival"]["type"] == tag<TraceArrivals>) stream["arrival"].erase("file");  // its times stand here
  Json outages = Json::array();
  for (const Outage& outage : scenario.options.outages) outages.push_back(to_json(outage));
  Json json = {{"format", 1},
               {"name", "run"},
               {"platform", to_json(scenario.platform)},
               {"workload", std::move(workload_json)},
               {"policy", to_json(scenario.policy)},
               {"seed", scenario.options.seed},
               {"execution_jitter", to_json(scenario.options.execution_jitter)},
               {"decision_latency", to_json(scenario.options.decision_latency)},
               {"outages", std::move(outages)}};
  if (scenario.options.decision_limit) json["decision_limit"] = *scenario.options.decision_limit;
  return json;
}

}  // namespace hetsched
