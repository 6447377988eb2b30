/// \file
/// The files of a run's directory: their names, and what stands in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// A column of a CSV file, or a key of a JSON file.
struct ResultColumn {
  std::string name;
  std::string unit;  ///< SI; empty for texts, counts and ratios
  std::string doc;
};

/// A file that a run leaves behind.
struct ResultFile {
  std::string name;
  std::string what;
  std::vector<ResultColumn> columns;  ///< empty where the file is not made of columns
};

/// All files of a run, in the order in which one would look at them. For `hetsched schema results`.
std::vector<ResultFile> result_files();

}  // namespace hetsched
