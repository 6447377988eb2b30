/// \file
/// A point of a study run in a process of its own, which reports its results through a pipe.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "model/scenario.hpp"
#include "policy/catalog.hpp"
#include "study/run.hpp"
#include "study/study.hpp"

namespace hetsched {

/// The result of a point, as lines of the files of its study.
struct PointReport {
  std::string error;                 ///< empty if it succeeded
  std::string metrics;               ///< its RunSummary as a line of CSV
  std::vector<std::string> streams;  ///< its StreamSummaries likewise
  RunCost cost;
};

/// How a point is run.
struct PointTask {
  const Study& study;
  const Catalog& catalog;
  std::size_t point;
  RecordLevel level;
  std::filesystem::path directory;  ///< of the run; used if records are wanted
  const Provenance& provenance;
};

/// Starts the process when made. Signals that are blocked in this process stay blocked in it.
class PointProcess {
 public:
  /// Throws an InputError if the system has no process left.
  explicit PointProcess(const PointTask& task);
  /// Ends the process if it is still there.
  ~PointProcess();
  PointProcess(PointProcess&& other) noexcept;
  PointProcess& operator=(PointProcess&&) = delete;

  [[nodiscard]] std::size_t point() const { return point_; }
  /// To be polled for input.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Reads what has arrived; true once the process has ended.
  bool read();
  /// Its report, or how the process ended without one. Valid after read() has returned true.
  [[nodiscard]] PointReport report() const;

 private:
  std::size_t point_;
  pid_t pid_ = -1;
  int descriptor_ = -1;
  int status_ = 0;
  std::string received_;
};

}  // namespace hetsched
