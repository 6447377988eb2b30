/// \file
/// The files of a run's directory: their names, and what stands in them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "base/field_table.hpp"

namespace hetsched {

inline constexpr std::string_view kManifestFile = "run.json";
inline constexpr std::string_view kSummaryFile = "summary.json";
inline constexpr std::string_view kStreamsFile = "streams.csv";
inline constexpr std::string_view kRequestsFile = "requests.csv";
inline constexpr std::string_view kAcceleratorsFile = "accelerators.csv";
inline constexpr std::string_view kTasksFile = "tasks.csv";
inline constexpr std::string_view kTransfersFile = "transfers.csv";
inline constexpr std::string_view kPowerFile = "power.csv";
inline constexpr std::string_view kTraceFile = "trace.json";

/// Where a file of a run lies: in `directory`, as it is or compressed. If it is not there, where it would be.
std::filesystem::path stored_file(const std::filesystem::path& directory, std::string_view name);

/// The version of what runs and studies leave behind, in run.json and study.json as "results_format".
/// 1 (which does not say so): instants were called as durations are, start_s. 2: instants end in _at_s. 3: miss_rate
/// leaves out what is undecided; stp, antt and fairness_jain compare with requests that were run alone.
inline constexpr int kResultsFormat = 3;

/// Adds a problem if a manifest says that the results beside it have a format below `oldest`, or one that only a later
/// hetsched knows. Without a manifest nothing is known, and nothing added.
void check_results_format(const std::filesystem::path& manifest, int oldest, Problems& problems);

/// A column of a CSV file, or a key of a JSON file.
struct ResultColumn {
  std::string name;
  std::string unit;  ///< SI; empty for texts, counts and ratios
  std::string doc;
  Better better = Better::unsaid;  ///< of a metric
};

/// A file that a run leaves behind, or that is made from those.
struct ResultFile {
  std::string name;
  std::string what;
  std::vector<ResultColumn> columns;  ///< empty where the file is not made of columns
};

/// All files of a run, in the order in which one would look at them. For `hetsched schema results`.
std::vector<ResultFile> result_files();

/// The metrics of a run, and those that only a stream has: names, formulas, and which way is better.
struct MetricTable {
  std::vector<ResultColumn> run, stream;
};
MetricTable metric_table();

}  // namespace hetsched
