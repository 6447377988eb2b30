#include "analysis/task_set_files.hpp"

#include "model/model_text.hpp"
#include "model/network.hpp"

namespace hetsched::analysis {
namespace {

constexpr const char* kKind = "processor";

std::string model(const DrawnStream& stream, const std::string& name) {
  NetworkSpec network;
  network.name = name;
  for (std::size_t l = 0; l < stream.layers.size(); ++l) {
    LayerSpec layer;
    layer.name = "l" + std::to_string(l);
    layer.inputs.emplace();
    for (const std::size_t input : stream.inputs[l])
      layer.inputs->push_back({.from = "l" + std::to_string(input), .bytes = {}});
    network.layers.push_back(layer);
    ProfileRow row;
    row.layer = layer.name;
    row.kind = kKind;
    row.time = stream.layers[l];
    network.costs.push_back(row);
  }
  return model_text(model_json(network));
}

}  // namespace

TaskSetFiles task_set_files(const std::vector<DrawnStream>& streams, const std::string& name, const std::string& folder,
                            Seconds duration) {
  TaskSetFiles files;
  Json list = Json::array();
  for (std::size_t s = 0; s < streams.size(); ++s) {
    const DrawnStream& stream = streams[s];
    const std::string id = "t" + std::to_string(s), file = name + "_" + id + ".json";
    files.models[file] = model(stream, name + "_" + id);
    Json arrival = {{"type", "periodic"}, {"period", stream.period}};
    if (stream.jitter > 0) arrival["jitter"] = stream.jitter;
    const bool implicit = stream.deadline == stream.period;
    list.push_back({{"name", id},
                    {"model", folder + file},
                    {"arrival", arrival},
                    {"deadline", implicit ? Json("period") : Json(stream.deadline)},
                    {"priority", stream.priority}});
  }
  files.workload = Json{{"format", 1}, {"name", name}, {"duration", duration}, {"streams", list}}.dump(2) + "\n";
  return files;
}

std::string task_set_platform() {
  return Json{{"format", 1},
              {"name", kKind},
              {"kinds", {{{"name", kKind}, {"type", "other"}}}},
              {"accelerators", {{{"name", kKind}, {"kind", kKind}}}}}
             .dump(2) +
         "\n";
}

std::string task_set_experiment(const std::string& name, const std::string& question, const Strings& workloads) {
  const Json rate_monotonic = {{"name", "fp"}, {"parameters", {{"assignment", "rm"}}}};
  return Json{{"format", 1},
              {"name", name},
              {"question", question},
              {"platform", "platform.json"},
              {"executor", "fluid"},
              {"records", "none"},
              {"grid", {{"workload", workloads}, {"policy", {rate_monotonic, "edf"}}}},
              {"baseline", {{"policy", "edf"}}},
              {"compare", {"miss_rate"}}}
             .dump(2) +
         "\n";
}

}  // namespace hetsched::analysis
