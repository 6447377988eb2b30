/// \file
/// How results came about: what run.json and study.json say besides the results' own inputs.
#pragma once

#include <chrono>
#include <string>

#include "base/json_document.hpp"
#include "study/run.hpp"

namespace hetsched {

/// Format of the results, versions, the executor by name (empty: the reference), build, command line, start time (UTC)
/// and input files.
Json manifest(const Provenance& provenance, std::chrono::system_clock::time_point start, const std::string& executor);

Json to_json(const RunCost& cost);
Json to_json(std::span<const Plugin> plugins);

/// Wall-clock and processor time since its construction.
class Stopwatch {
 public:
  Stopwatch();
  [[nodiscard]] double wall() const;  ///< s
  [[nodiscard]] double cpu() const;   ///< s, of the process
  [[nodiscard]] std::chrono::system_clock::time_point start() const { return start_; }

 private:
  std::chrono::system_clock::time_point start_;
  std::chrono::steady_clock::time_point wall_;
  double cpu_;
};

/// Peak memory of this process so far, in KiB.
std::uint64_t peak_memory_kib();

}  // namespace hetsched
