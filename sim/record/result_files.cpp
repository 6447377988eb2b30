#include "record/result_files.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "record/records.hpp"
#include "record/summary.hpp"

namespace hetsched {
namespace {

template <Described S>
ResultFile described(std::string_view name, std::string what) {
  ResultFile file{std::string(name), std::move(what), {}};
  for_each_field<S>([&](const auto& f) {
    file.columns.push_back({std::string(f.name), std::string(f.about.unit), std::string(f.doc), f.about.better});
  });
  return file;
}

/// One that --compress makes smaller.
template <Described S>
ResultFile compressible(std::string_view name, const std::string& what) {
  return described<S>(
      name, what + "; with --compress zstd as " + std::string(name) + std::string(suffix_of(Compression::zstd)));
}

}  // namespace

std::filesystem::path stored_file(const std::filesystem::path& directory, std::string_view name) {
  const std::filesystem::path plain = directory / name;
  std::filesystem::path compressed = plain;
  compressed += suffix_of(Compression::zstd);
  std::error_code error;
  return !std::filesystem::exists(plain, error) && std::filesystem::exists(compressed, error) ? compressed : plain;
}

void check_results_format(const std::filesystem::path& manifest, int oldest, Problems& problems) {
  std::error_code error;
  if (!std::filesystem::exists(manifest, error)) return;
  const Document document = Document::from_file(manifest, problems);
  if (!document.parsed() || !document.value().is_object()) return;
  const Json format = document.value().value("results_format", Json(1));
  const int found = format.is_number_integer() ? format.get<int>() : 1;
  if (found >= oldest && found <= kResultsFormat) return;
  problems.add(manifest.string(), "/results_format",
               "was made by " + std::string(found < oldest ? "an older" : "a newer") + " hetsched (results format " +
                   std::to_string(found) + ", this one reads " + std::to_string(kResultsFormat) + "); " +
                   (found < oldest ? "run the experiment again" : "use that one, or run the experiment again"));
}

std::vector<ResultFile> result_files() {
  return {
      {std::string(kManifestFile),
       "how the run was made: resolved inputs and their hashes, versions, seed, and all that depends on the "
       "machine "
       "(run time, decision time, memory)",
       {}},
      described<RunSummary>(kSummaryFile,
                            "the metrics of the run; undefined ones are left out. The same names are the metric "
                            "columns of a study's points.csv, where undefined ones are empty"),
      described<StreamSummary>(kStreamsFile, "one row per stream, in the order of the workload"),
      compressible<RequestRecord>(kRequestsFile, "one row per request, by the time it ended, then by id"),
      compressible<AcceleratorRecord>(
          kAcceleratorsFile, "one row per accelerator, in the order of the platform; the five shares add up to 1"),
      compressible<TaskRecord>(kTasksFile,
                               "one row per start of a task, by the time it ended, then by request and task"),
      compressible<TransferRecord>(kTransfersFile,
                                   "one row per tensor moved between memories, by the time it ended, then by request"),
      compressible<PowerRecord>(kPowerFile,
                                "pieces of constant power: the power of a component at time t is the sum over its rows "
                                "with from_at_s <= t < to_at_s, its energy the sum of (to_at_s - from_at_s) * power_w"),
      {std::string(kTraceFile),
       "made by hetsched trace: the run as trace events (Chrome trace JSON) for ui.perfetto.dev, with one track per "
       "accelerator and slot, requests, transfers, power and queue length",
       {}},
  };
}

MetricTable metric_table() {
  MetricTable table{described<RunSummary>(kSummaryFile, "").columns, {}};
  for (ResultColumn& column : described<StreamSummary>(kStreamsFile, "").columns) {
    const bool of_runs = std::any_of(table.run.begin(), table.run.end(),
                                     [&](const ResultColumn& metric) { return metric.name == column.name; });
    if (!of_runs && column.name != "stream" && column.name != "model") table.stream.push_back(std::move(column));
  }
  return table;
}

}  // namespace hetsched
