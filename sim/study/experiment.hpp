/// \file
/// An experiment as its JSON file describes it: a run, and the factors that vary from run to run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "model/scenario.hpp"
#include "policy/plugin.hpp"
#include "study/sample.hpp"
#include "study/stop_rule.hpp"

namespace hetsched {

struct ExperimentSpec {
  std::string schema;
  std::int64_t format = 1;
  std::string name, question, description;
  JsonValue platform, workload;  ///< a path, or the thing itself
  PolicyChoice policy;
  std::uint64_t seed = 1;
  std::uint64_t replicates = 1;
  std::optional<StopRuleSpec> stop_when;
  RecordLevel records = RecordLevel::none;
  Compression compress = Compression::none;
  ExecutionJitter execution_jitter;
  DecisionLatency decision_latency;
  std::vector<Outage> outages;
  std::optional<double> decision_limit;
  std::string executor;
  bool optimum = false;
  double warm_up = 0;
  bool alone = true;
  std::vector<std::string> plugins;
  JsonValue grid;
  std::vector<JsonValue> list;
  JsonValue zip;
  std::optional<SampleSpec> random, latin_hypercube;
  JsonValue baseline;
  std::vector<std::string> compare;
};
template <>
inline constexpr auto fields<ExperimentSpec> = std::tuple{
    field("$schema", &ExperimentSpec::schema, "for editors; ignored", {}),
    field("format", &ExperimentSpec::format, "version of this file format", {.required = true, .min = 1, .max = 1}),
    field("name", &ExperimentSpec::name, "name of the experiment", {.required = true}),
    field("question", &ExperimentSpec::question, "what it is to answer", {}),
    field("description", &ExperimentSpec::description, "free text", {}),
    field("platform", &ExperimentSpec::platform, "platform file, relative to this file; or a platform itself", {}),
    field("workload", &ExperimentSpec::workload, "workload file, relative to this file; or a workload itself", {}),
    field("policy", &ExperimentSpec::policy, "a policy's name, or its name and parameters", {}),
    field("seed", &ExperimentSpec::seed, "seed of all random numbers", {}),
    field("replicates", &ExperimentSpec::replicates, "runs of each combination, with seed, seed + 1, ...",
          {.min = 1, .max = 100000}),
    field("stop_when", &ExperimentSpec::stop_when,
          "each combination has only as many replicates as it needs for the mean of a metric to be known this well; "
          "replicates is the most",
          {}),
    field("records", &ExperimentSpec::records, "what each run leaves behind besides its row in points.csv", {}),
    field(
        "compress", &ExperimentSpec::compress,
        "how the CSV files of each run's requests, accelerators, tasks, transfers and power are compressed: zstd makes "
        "requests.csv.zst, ..., which pandas, DuckDB and zstdcat read; default: none",
        {}),
    field("execution_jitter", &ExperimentSpec::execution_jitter, "how true execution times differ from predicted ones",
          {}),
    field("decision_latency", &ExperimentSpec::decision_latency, "simulated time that deciding takes", {}),
    field("outages", &ExperimentSpec::outages, "accelerators that are off for a while", {}),
    field("decision_limit", &ExperimentSpec::decision_limit,
          "wall-clock time that one call of the policy may take: a longer one is an error of the policy; default: no "
          "limit",
          {.unit = "s"}),
    field("executor", &ExperimentSpec::executor,
          "what lets simulated time pass: simgrid (the reference), or fluid, the same sharing of memories and links at "
          "many times its speed; default: simgrid",
          {}),
    field("optimum", &ExperimentSpec::optimum,
          "find the shortest schedule of a run's single request, for optimal_makespan_s and gap_to_optimum: up to a "
          "second once for each platform and workload",
          {}),
    field("warm_up", &ExperimentSpec::warm_up,
          "time from the start that counts in no metric: requests that arrive in it are left out, energies, rates and "
          "utilisation begin after it (records of the run have all; warm_up_requests says how long it should be); "
          "default: 0",
          {.unit = "s"}),
    field("alone", &ExperimentSpec::alone,
          "run one request of each stream alone, too, for alone_s, slowdown, stp, antt and fairness_jain; false where "
          "making the policy takes long; default: true",
          {}),
    field("plugins", &ExperimentSpec::plugins,
          "shared libraries with policies, relative to this file or in a folder of HETSCHED_PLUGIN_PATH", {}),
    field("grid", &ExperimentSpec::grid,
          "factors: path -> list of levels; all combinations are run, the last path varies fastest. A path "
          "is a field "
          "of this file (policy, platform) or leads into a value by keys, list indices and names: "
          "workload.streams.camera.arrival.rate, platform.kinds.t4.max_batch; * is every element of a list",
          {.object = true}),
    field("list", &ExperimentSpec::list,
          "combinations: objects of path -> value; each is run with all combinations of the grid", {.object = true}),
    field("zip", &ExperimentSpec::zip,
          "factors that vary together: path -> list of levels, all of the same length, of which the first are run "
          "together, then the second, ...; or a list of such objects, each crossed with the others. All sections are "
          "crossed: list varies slowest, then zip, random, latin_hypercube, grid",
          {}),
    field("random", &ExperimentSpec::random,
          "combinations drawn at random. A draw depends on seed, path and number alone: neither further factors nor a "
          "larger count change it",
          {}),
    field("latin_hypercube", &ExperimentSpec::latin_hypercube,
          "the same, but each factor has exactly one level in each of count equal parts of its range", {}),
    field("baseline", &ExperimentSpec::baseline,
          "columns of points.csv -> value: the runs that hetsched compare compares with. Or equal, kind, kinds, "
          "same_box: each heterogeneous platform also gets homogeneous ones, and is compared with them: "
          "{\"equal\": \"power\"} (or price, area, pes, peak_ops) as many accelerators of each kind as that buys, of "
          "one with \"kind\": \"gpu\", of those in a file with \"kinds\": \"kinds.json\"; \"same_box\": "
          "[\"removed\", \"off\", \"idle\"] the platform itself with one kind at work",
          {.object = true}),
    field("compare", &ExperimentSpec::compare, "metrics that hetsched compare shows", {}),
};

/// The experiment file at a path: the file itself, or `experiment.json` in the folder.
std::filesystem::path experiment_file(const std::filesystem::path& path);

/// The plugins that an experiment file names, wherever they lie: beside it, or in
/// `search_path`. None if the file cannot be read; Study::load() reports that.
std::vector<PluginRequest> experiment_plugins(const std::filesystem::path& path,
                                              const std::vector<std::filesystem::path>& search_path);

}  // namespace hetsched
