/// \file
/// All points of a study, run in other processes, and the directory they leave behind:
/// points.csv, streams.csv, timing.csv, study.json and, if records are wanted, runs/<point>/.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/errors.hpp"
#include "base/fields.hpp"
#include "base/processors.hpp"
#include "model/scenario.hpp"
#include "policy/catalog.hpp"
#include "study/cross_check.hpp"
#include "study/study.hpp"

namespace hetsched {

inline constexpr std::string_view kPointsFile = "points.csv";
inline constexpr std::string_view kTimingFile = "timing.csv";
inline constexpr std::string_view kStudyFile = "study.json";
inline constexpr std::string_view kRunsFolder = "runs";

enum class PointStatus { ok, failed, interrupted };
template <>
inline constexpr auto enum_names<PointStatus> = std::array{"ok", "failed", "interrupted"};

/// timing.csv: one row per point. The only results of a study that differ when it is repeated.
struct TimingRow {
  std::string point;
  double wall = 0, cpu = 0;
  std::uint64_t decide_calls = 0;
  double decide_total = 0, decide_mean_us = 0;
  std::uint64_t peak = 0;
};
template <>
inline constexpr auto fields<TimingRow> = std::tuple{
    field("point", &TimingRow::point, "as in points.csv", {}),
    field("wall_s", &TimingRow::wall, "wall-clock time of the run", {.unit = "s"}),
    field("cpu_s", &TimingRow::cpu, "processor time of the run", {.unit = "s"}),
    field("decide_calls", &TimingRow::decide_calls, "calls of the policy", {}),
    field("decide_total_s", &TimingRow::decide_total,
          "processor time spent in the policy, if need be estimated from a sample of the calls", {.unit = "s"}),
    field("decide_mean_us", &TimingRow::decide_mean_us, "decide_total_s / decide_calls, in microseconds", {}),
    field("peak_kib", &TimingRow::peak,
          "peak memory of the process until then, in KiB; it may have run other points before", {}),
};

/// How far a sweep has come. Told before the first point, after each one, and whenever one starts.
struct SweepProgress {
  std::size_t total = 0, done = 0, failed = 0, running = 0;
  std::string label;  ///< title of the point that has just ended; else of the one that has just started
  bool point_ended = false;
  std::string error;  ///< why the point that has just ended failed; else empty
};

struct SweepOptions {
  std::filesystem::path directory;
  bool trust_plugins = false;          ///< run points of plugins and scripts in one process with others
  unsigned jobs = 0;                   ///< processes at a time; 0: one per processor this process may use
  std::optional<RecordLevel> records;  ///< instead of the experiment's
  /// Points that are run on the reference executor as well, if the experiment has another one. Nothing: one, and more
  /// while they take less than a twentieth of the time.
  std::optional<std::size_t> cross_checks;
  Strings argv;                                        ///< for the manifest
  std::function<void(const SweepProgress&)> progress;  ///< called in this process; may be empty
};

struct SweepOutcome {
  CrossCheck cross_check;
  std::size_t total = 0, ok = 0, failed = 0, interrupted = 0;
  bool stopped = false;     ///< by SIGINT, SIGTERM or SIGHUP
  std::string first_error;  ///< title of the first point that failed, and why; empty if none did
  double wall = 0;          ///< s

  /// interrupted if it was stopped, failed_points if any point failed or is too far from the reference, else ok.
  [[nodiscard]] ExitCode exit_code() const;
};

/// Runs all points. Those on the fluid executor that only this program's own policies decide share processes; all
/// others have one each. A point that fails, crashes or is killed costs its own row only; its status says so.
/// Everything but study.json, timing.csv and runs/*/run.json is the same, byte for byte, for any number of
/// processes. When stopped, ends the running points and writes what there is.
///
/// A directory that is there already is replaced if it is empty or holds a study.json; else an InputError is
/// thrown before anything is run. This process must not have simulated anything yet and must have one thread.
SweepOutcome sweep(const Study& study, const Catalog& catalog, const SweepOptions& options);

}  // namespace hetsched
