#include "study/run.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/files.hpp"
#include "engine/crash_report.hpp"
#include "engine/executors/executors.hpp"
#include "record/csv_observer.hpp"
#include "record/result_files.hpp"
#include "study/effects.hpp"
#include "study/manifest.hpp"
#include "study/output_directory.hpp"

namespace hetsched {
namespace {

SummaryBasis basis_of(const Instance& instance, const Prepared& prepared) {
  SystemView view;
  prepared.tables().fill(view);
  SummaryBasis basis{{}, total_budget(instance.platform), instance.workload.score};
  basis.warm_up = instance.options.warm_up;
  if (instance.options.execution_jitter.distribution == JitterDistribution::none) {
    basis.bounds = prepared.bounds();
    if (!instance.options.optimum) basis.bounds->optimum = nullptr;
  }
  for (const Stream& stream : view.streams) {
    const Model& model = view.models[stream.model];
    basis.streams.push_back({std::string(stream.name), std::string(model.name)});
  }
  return basis;
}

/// The same, with what only a policy that can be made again tells.
SummaryBasis basis_of(const Scenario& scenario, const Prepared& prepared, const Catalog& catalog) {
  SummaryBasis basis = basis_of(scenario, prepared);
  basis.alone = [&](std::size_t stream) { return prepared.alone(stream, scenario, catalog); };
  if (const std::vector<analysis::StreamBound>* bounds = prepared.response_bounds(scenario))
    for (std::size_t i = 0; i < basis.streams.size(); ++i) {
      const analysis::StreamBound& bound = (*bounds)[i];
      basis.streams[i].demand = bound.utilisation;
      basis.streams[i].response_bound = bound.bound;
      if (bound.verdict == analysis::Verdict::met || bound.verdict == analysis::Verdict::not_assured)
        basis.streams[i].assured = bound.verdict == analysis::Verdict::met;
    }
  return basis;
}

/// Sums that overflowed would be plotted as gaps, or not noticed at all.
template <Described S>
void check_finite(const S& summary) {
  for_each_field<S>([&](const auto& f) {
    using T = typename std::decay_t<decltype(f)>::Type;
    double value = 0;
    if constexpr (std::is_same_v<T, double>) value = summary.*f.member;
    if constexpr (std::is_same_v<T, std::optional<double>>) value = (summary.*f.member).value_or(0);
    if (!std::isfinite(value))
      throw InputError("the run's " + std::string(f.name) +
                       " is beyond all numbers; check the largest times, powers and "
                       "energies of platform, models and workload");
  });
}

void write_summaries(const std::filesystem::path& directory, RecordLevel level, const RunResult& result) {
  write_file(directory / kSummaryFile,
             to_json(result.summary).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  if (level == RecordLevel::none) return;
  std::string rows = csv_header<StreamSummary>();
  for (const StreamSummary& stream : result.streams) append_csv_row(rows, stream);
  write_file(directory / kStreamsFile, rows);
}

}  // namespace

namespace {

std::unique_ptr<Policy> make_policy(const Scenario& scenario, const Catalog& catalog) {
  Problems problems;
  std::unique_ptr<Policy> policy = catalog.make(scenario.policy, scenario.options.seed, problems);
  problems.throw_if_any();
  return policy;
}

Decider decider_of(Policy& policy, const Scenario& scenario, const Catalog& catalog) {
  return {policy, scenario.policy.title(), catalog.is_clairvoyant(scenario.policy)};
}

}  // namespace

RunResult Simulation::run(const Scenario& scenario, const Catalog& catalog, std::span<Observer* const> observers) {
  return run(scenario, Prepared(scenario), catalog, observers);
}

RunResult Simulation::run(const Scenario& scenario, const Prepared& prepared, const Catalog& catalog,
                          std::span<Observer* const> observers) {
  const std::unique_ptr<Policy> policy = make_policy(scenario, catalog);
  return run(scenario, prepared, decider_of(*policy, scenario, catalog), basis_of(scenario, prepared, catalog),
             observers);
}

RunResult Simulation::run(const Instance& instance, const Prepared& prepared, const Decider& decider,
                          std::span<Observer* const> observers) {
  return run(instance, prepared, decider, basis_of(instance, prepared), observers);
}

RunResult Simulation::run(const Instance& instance, const Prepared& prepared, const Decider& decider,
                          SummaryBasis basis, std::span<Observer* const> observers) {
  const Stopwatch stopwatch;
  SummaryObserver summary(std::move(basis));
  std::vector<Observer*> all(observers.begin(), observers.end());
  all.push_back(&summary);
  HETSCHED_ASSERT(!executor_, "a simulation runs once");
  name_run(instance.title(decider.title));
  const Tables& tables = prepared.tables();
  executor_ = executor_named(instance.options.executor).make(fabric_of(tables));
  const DecisionTime decisions = simulate(instance, tables, decider, *executor_, all);
  const RunCost cost{stopwatch.wall(), stopwatch.cpu(), peak_memory_kib(), decisions};
  RunResult result{summary.summary(), summary.streams(), cost};
  if (result.summary.released == 0)
    throw InputError("no request arrives after the warm-up of " + format_number(instance.options.warm_up) +
                     " s: the run ends at " + format_number(result.summary.makespan) +
                     " s; give a shorter warm_up or a longer duration");
  check_finite(result.summary);
  for (const StreamSummary& stream : result.streams) check_finite(stream);
  return result;
}

RunResult Simulation::run_into(const std::filesystem::path& directory, const Scenario& scenario,
                               const Prepared& prepared, const Catalog& catalog, Recording recording,
                               const Provenance& provenance) {
  const std::unique_ptr<Policy> policy = make_policy(scenario, catalog);
  return run_into(directory, scenario, prepared, decider_of(*policy, scenario, catalog),
                  basis_of(scenario, prepared, catalog),
                  {catalog.effective(scenario.policy), to_json(catalog.plugins()),
                   without_effect(scenario.policy, scenario.platform, catalog)},
                  recording, provenance, {});
}

RunResult Simulation::run_into(const std::filesystem::path& directory, const Instance& instance,
                               const Prepared& prepared, const Decider& decider, const DeciderRecord& record,
                               Recording recording, const Provenance& provenance,
                               std::span<Observer* const> observers) {
  return run_into(directory, instance, prepared, decider, basis_of(instance, prepared), record, recording, provenance,
                  observers);
}

RunResult Simulation::run_into(const std::filesystem::path& directory, const Instance& instance,
                               const Prepared& prepared, const Decider& decider, SummaryBasis basis,
                               const DeciderRecord& record, Recording recording, const Provenance& provenance,
                               std::span<Observer* const> observers) {
  OutputDirectory output(directory, kManifestFile);
  const Stopwatch stopwatch;
  CsvObserver csv(output.path(), recording);
  std::vector<Observer*> all = {&csv};
  all.insert(all.end(), observers.begin(), observers.end());
  RunResult result = run(instance, prepared, decider, std::move(basis), all);
  csv.finish();
  write_summaries(output.path(), recording.level, result);
  result.cost.wall = stopwatch.wall();
  result.cost.cpu = stopwatch.cpu();
  result.cost.peak_memory = peak_memory_kib();
  Json json = manifest(provenance, stopwatch.start(), instance.options.executor);
  if (!provenance.point_id.empty()) json["point_id"] = provenance.point_id;
  json["plugins"] = record.plugins;
  json["records"] = std::string(name_of(recording.level));
  json["compress"] = std::string(name_of(recording.compression));
  json["scenario"] = scenario_json(instance, record.policy);
  Strings no_effect = without_effect(instance, prepared.tables());
  no_effect.insert(no_effect.end(), record.without_effect.begin(), record.without_effect.end());
  json["without_effect"] = no_effect;
  json["cost"] = to_json(result.cost);
  write_file(output.path() / kManifestFile, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  output.commit();
  return result;
}

}  // namespace hetsched
