/// \file
/// What is known of a point once it has been run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "study/run.hpp"

namespace hetsched {

/// The result of a point, as lines of the files of its study.
struct PointReport {
  std::string error;                 ///< empty if it succeeded
  std::string metrics;               ///< its RunSummary as a line of CSV
  std::vector<std::string> streams;  ///< its StreamSummaries likewise
  RunCost cost;
};

/// The number of a metric among the columns of a RunSummary; it must be one.
std::size_t column_of(std::string_view metric);

/// The value in that column; nothing if the point failed, or the metric is undefined in its run.
std::optional<double> value_of(const PointReport& report, std::size_t column);

}  // namespace hetsched
