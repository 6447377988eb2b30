/// \file
/// What is known of a point once it has been run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "study/run.hpp"

namespace hetsched {

/// A file that a run left in its folder.
struct RunFile {
  std::string name;
  std::uint64_t bytes = 0;
};

/// The result of a point, as lines of the files of its study.
struct PointReport {
  std::string error;                 ///< empty if it succeeded
  std::string metrics;               ///< its RunSummary as a line of CSV
  std::vector<std::string> streams;  ///< its StreamSummaries likewise
  RunCost cost;
  std::vector<RunFile> files = {};  ///< if records are kept; known where the record of the point is
};

/// The errors of points that were ended by a limit: s of --timeout, B of --memory (nothing: the system's).
std::string timeout_error(double limit);
std::string memory_error(std::optional<std::uint64_t> limit);

/// Is it one of these, and would it be another text if these were the limits?
bool is_by_other_limit(const std::string& error, std::optional<double> timeout, std::optional<std::uint64_t> memory);

/// The number of a metric among the columns of a RunSummary; it must be one.
std::size_t column_of(std::string_view metric);

/// The value in that column; nothing if the point failed, or the metric is undefined in its run.
std::optional<double> value_of(const PointReport& report, std::size_t column);

}  // namespace hetsched
