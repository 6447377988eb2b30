#include "study/alone.hpp"

#include <array>
#include <memory>

#include "base/errors.hpp"
#include "engine/arrivals.hpp"
#include "engine/engine.hpp"
#include "engine/executors/executors.hpp"

namespace hetsched {
namespace {

class Latency : public Observer {
 public:
  void request_ended(const RequestRecord& record) override { value = record.latency; }
  std::optional<double> value;
};

/// All that the time of a lone request depends on, besides platform, stream and seed.
std::string run_of(const Scenario& scenario) {
  const auto dumped = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; };
  return scenario.policy.folder.string() + "\n" + dumped(to_json(scenario.policy)) +
         dumped(to_json(scenario.options.execution_jitter)) + dumped(to_json(scenario.options.decision_latency));
}

/// `depends` becomes whether another seed might give another time.
std::optional<double> simulated(const Scenario& scenario, const Tables& tables, const Catalog& catalog, bool& depends) {
  Problems problems;
  const std::unique_ptr<Policy> policy =
      catalog.make(scenario.policy, scenario.options.seed, problems, nullptr, &depends);
  depends = depends || scenario.options.execution_jitter.distribution != JitterDistribution::none;
  if (!policy) return std::nullopt;
  Latency latency;
  const std::array<Observer*, 1> observers = {&latency};
  const std::unique_ptr<Executor> executor = executor_named(scenario.options.executor).make(fabric_of(tables));
  (void)simulate(scenario, tables, *policy, *executor, observers, catalog.is_clairvoyant(scenario.policy));
  return latency.value;
}

}  // namespace

Instance alone(const Instance& instance, std::size_t stream) {
  Instance one{instance.platform, {}, {instance.networks.at(stream)}, instance.options};
  one.options.outages.clear();
  one.options.optimum = false;
  one.options.warm_up = 0;
  one.options.executor = "fluid";
  one.workload.name = instance.workload.name;
  one.workload.completion_tolerance = instance.workload.completion_tolerance;
  StreamSpec& spec = one.workload.streams.emplace_back(instance.workload.streams.at(stream));
  if (const Periodic* periodic = facts_of(spec.arrival).periodic; periodic && spec.deadline.word == "period")
    spec.deadline = {Cadence(*periodic, instance.workload.load).period(), ""};
  spec.arrival = Burst{};
  spec.probability = 1;
  spec.after.clear();
  spec.drop = DropRule::never;
  return one;
}

std::optional<double> AloneTimes::of(std::size_t stream, const Scenario& scenario, const Catalog& catalog) {
  if (!scenario.options.alone) return std::nullopt;
  const std::string run = run_of(scenario), seed = "seed " + std::to_string(scenario.options.seed);
  for (const std::string& key : {run, run + seed})
    if (const auto known = known_.find({stream, key}); known != known_.end()) return known->second;
  std::optional<double> time;
  bool depends = false;
  try {
    Scenario one{alone(scenario, stream), scenario.policy};
    auto tables = of_stream_.find(stream);
    if (tables == of_stream_.end())
      tables =
          of_stream_.emplace(stream, Tables::of_stream(tables_, id_of<StreamId>(stream), one.workload.streams.front()))
              .first;
    time = simulated(one, tables->second, catalog, depends);
  } catch (const InputError&) {  // there is nothing to compare with, which is no fault of the run itself
  } catch (const PolicyError&) {
  }
  return known_.emplace(std::pair(stream, depends ? run + seed : run), time).first->second;
}

}  // namespace hetsched
