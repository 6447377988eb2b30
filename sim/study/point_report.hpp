/// \file
/// What is known of a point once it has been run.
#pragma once

#include <string>
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

}  // namespace hetsched
