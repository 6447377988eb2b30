#include "contract/shrink.hpp"

#include <cmath>
#include <system_error>

#include "base/fields.hpp"
#include "base/files.hpp"

namespace hetsched::contract {
namespace {

constexpr const char* kExperiment = "experiment.json";
constexpr const char* kName = "violation";

std::string text_of(const Json& json) { return json.is_null() ? "{}" : dumped(json); }

Json options_json(const RunOptions& options) {
  Json json = Json::object();
  if (options.execution_jitter.distribution != JitterDistribution::none)
    json["execution_jitter"] = to_json(options.execution_jitter);
  const DecisionLatency& latency = options.decision_latency;
  if (latency.per_call > 0 || latency.per_start > 0) json["decision_latency"] = to_json(latency);
  for (const Outage& outage : options.outages) json["outages"].push_back(to_json(outage));
  if (options.decision_limit) json["decision_limit"] = *options.decision_limit;
  return json;
}

RunOptions options_of(const Json& json, std::uint64_t seed) {
  Problems problems;
  const Document document = Document::from_value(json, "options", "");
  RunOptions options;
  options.seed = seed;
  if (json.contains("execution_jitter"))
    options.execution_jitter = read<ExecutionJitter>(document.at("/execution_jitter"), problems);
  if (json.contains("decision_latency"))
    options.decision_latency = read<DecisionLatency>(document.at("/decision_latency"), problems);
  if (json.contains("outages"))
    for (std::size_t i = 0; i < json["outages"].size(); ++i)
      options.outages.push_back(read<Outage>(document.at("/outages").child(i), problems));
  if (json.contains("decision_limit")) options.decision_limit = json["decision_limit"].get<double>();
  problems.throw_if_any();
  return options;
}

/// Pointers to all that can be left out, what is around something before it.
void add_parts(const Json& json, const std::string& pointer, Strings& parts) {
  if (!pointer.empty()) parts.push_back(pointer);
  if (json.is_object())
    for (const auto& item : json.items()) add_parts(item.value(), pointer + pointer_part(item.key()), parts);
  if (json.is_array())  // from behind: requests and layers build on those before
    for (std::size_t i = json.size(); i-- > 0;) add_parts(json[i], pointer + "/" + std::to_string(i), parts);
}

void remove(Json& json, const std::string& pointer) {
  const Json::json_pointer at(pointer);
  Json& around = json[at.parent_pointer()];
  if (around.is_array())
    around.erase(static_cast<std::size_t>(std::stoul(at.back())));
  else
    around.erase(at.back());
}

/// One significant digit.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double grain = std::pow(10, std::floor(std::log10(std::abs(value))));
  return std::round(value / grain) * grain;
}

class Shrinker {
 public:
  Shrinker(const RandomScenario& scenario, const std::function<bool(const RandomScenario&)>& still_breaks,
           std::size_t attempts)
      : best_(to_json(scenario)), seed_(scenario.options.seed), still_breaks_(still_breaks), attempts_(attempts) {}

  RandomScenario run() {
    while (leave_out()) {
    }
    round_numbers();
    return scenario_of(best_, seed_);
  }

 private:
  /// Takes the candidate over if it still breaks the rule.
  bool accept(const Json& candidate) {
    if (attempts_ == 0) return false;
    try {
      const RandomScenario scenario = scenario_of(candidate, seed_);
      (void)scenario.make();
      --attempts_;
      if (!still_breaks_(scenario)) return false;
    } catch (const std::exception&) {
      return false;  // it cannot be read any more
    }
    best_ = candidate;
    return true;
  }

  /// True if there was something.
  bool leave_out() {
    bool found = false;
    Strings parts;
    add_parts(best_, "", parts);
    for (std::size_t i = 0; i < parts.size() && attempts_ > 0;) {
      Json candidate = best_;
      remove(candidate, parts[i]);
      if (!accept(candidate)) {
        ++i;
        continue;
      }
      found = true;
      parts.clear();
      add_parts(best_, "", parts);  // what came before is still there, so `i` goes on with what comes next
    }
    return found;
  }

  void round_numbers() {
    Strings parts;
    add_parts(best_, "", parts);
    for (const std::string& part : parts) {
      Json candidate = best_;
      Json& value = candidate[Json::json_pointer(part)];
      if (!value.is_number_float() || rounded(value.get<double>()) == value.get<double>()) continue;
      value = rounded(value.get<double>());
      (void)accept(candidate);
    }
  }

  Json best_;
  std::uint64_t seed_;
  const std::function<bool(const RandomScenario&)>& still_breaks_;
  std::size_t attempts_;
};

}  // namespace

Json to_json(const RandomScenario& scenario) {
  Json models = Json::object();
  for (const auto& [name, model] : scenario.inputs.models) models[name] = Json::parse(model);
  return {{"options", options_json(scenario.options)},
          {"workload", Json::parse(scenario.inputs.workload)},
          {"models", std::move(models)},
          {"platform", Json::parse(scenario.inputs.platform)}};
}

RandomScenario scenario_of(const Json& json, std::uint64_t seed) {
  RandomScenario scenario;
  scenario.seed = seed;
  scenario.inputs.platform = text_of(json.value("platform", Json()));
  scenario.inputs.workload = text_of(json.value("workload", Json()));
  const Json models = json.value("models", Json::object());
  for (const auto& item : models.items()) scenario.inputs.models[item.key()] = text_of(item.value());
  scenario.options = options_of(json.value("options", Json::object()), seed);
  return scenario;
}

RandomScenario shrunk(const RandomScenario& scenario, const std::function<bool(const RandomScenario&)>& still_breaks,
                      std::size_t attempts) {
  return Shrinker(scenario, still_breaks, attempts).run();
}

void write_case(const std::filesystem::path& folder, const RandomScenario& scenario, const Json& policy) {
  std::error_code error;
  if (std::filesystem::exists(folder / kExperiment, error)) {
    Problems problems;
    const Document there = Document::from_file(folder / kExperiment, problems);
    if (!there.parsed() || there.at("/name").value() != kName)
      throw InputError(folder.string() + " holds another experiment; give another folder with -o");
  } else if (std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error)) {
    throw InputError(folder.string() + " is not empty; give another folder with -o");
  }
  const Json json = to_json(scenario);
  Json workload = json["workload"], experiment = {{"format", 1},
                                                  {"name", kName},
                                                  {"platform", "platform.json"},
                                                  {"workload", "workload.json"},
                                                  {"policy", policy},
                                                  {"seed", scenario.options.seed}};
  experiment.update(json["options"]);
  for (Json& stream : workload["streams"]) {
    const std::string model = stream["model"];
    stream["model"] = model + ".json";
    write_file(folder / (model + ".json"), json["models"][model].dump(2) + "\n");
  }
  write_file(folder / "platform.json", json["platform"].dump(2) + "\n");
  write_file(folder / "workload.json", workload.dump(2) + "\n");
  write_file(folder / kExperiment, experiment.dump(2) + "\n");
}

}  // namespace hetsched::contract
