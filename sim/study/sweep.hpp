/// \file
/// All points of a study, run in other processes, and the folder they leave behind: see study_folder.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/errors.hpp"
#include "model/scenario.hpp"
#include "policy/catalog.hpp"
#include "study/cross_check.hpp"
#include "study/plan.hpp"
#include "study/study.hpp"
#include "study/study_tables.hpp"

namespace hetsched {

/// How far a sweep has come. Told before the first point, after each one, and whenever one starts.
struct SweepProgress {
  std::size_t total = 0, done = 0, failed = 0, running = 0;  ///< of the points that are to be run now
  std::string label;  ///< title of the point that has just ended; else of the one that has just started
  bool point_ended = false;
  std::string error;           ///< why the point that has just ended failed; else empty
  std::optional<double> left;  ///< s until all have ended, as far as one can tell
};

struct SweepOptions {
  std::filesystem::path directory;
  bool overwrite = false;               ///< drop what the directory holds, whatever study it is of
  bool retry_failed = false;            ///< run points again that failed
  bool trust_plugins = false;           ///< run points of plugins and scripts in one process with others
  unsigned jobs = 0;                    ///< processes at a time; 0: one per processor this process may use
  std::optional<Shard> shard;           ///< run this part only, in a folder of its own in the directory
  std::optional<double> timeout;        ///< s of wall-clock time that a point may take
  std::optional<std::uint64_t> memory;  ///< B that the process of a point may use
  std::optional<RecordLevel> records;   ///< instead of the experiment's
  bool paranoid = false;                ///< does the catalogue watch views? Then it is told which points it did not
  /// Points that are run on the reference executor as well, if the experiment has another one. Nothing: one, and more
  /// while they take less than a twentieth of the time.
  std::optional<std::size_t> cross_checks;
  Strings argv;                                        ///< for the manifest
  std::function<void(const SweepProgress&)> progress;  ///< called in this process; may be empty
  std::function<void(const std::string&)> note;        ///< told what else one should know, in a sentence; may be empty
};

struct SweepOutcome {
  CrossCheck cross_check;
  Strings earlier_broken;  ///< instead, if nothing was run: what the check found when the study was run
  PointCounts points;
  Strings without_files;       ///< points whose results are known, and whose files could not be made now: "3: no space"
  std::size_t reused = 0;      ///< points that had been run before
  bool stopped = false;        ///< by SIGINT, SIGTERM or SIGHUP
  bool check_stopped = false;  ///< was it in the cross-check, after all points had been run?
  std::string first_error;     ///< title of the first point that failed, and why; empty if none did
  double wall = 0;             ///< s
  std::filesystem::path folder;  ///< where the results are

  /// interrupted if it was stopped, failed_points if any point failed, or has no files though they are wanted, or is
  /// too far from the reference, or fails on it; else ok.
  [[nodiscard]] ExitCode exit_code() const;
};

/// Runs the points that have not been run yet and makes the tables of all. A point that fails, crashes or is ended
/// costs its own row only; its status says so. Everything but study.json, timing.csv, runs/*/run.json, lock and
/// journal/ is the same, byte for byte, for any number of processes, and however often it was broken off and begun
/// again.
///
/// The directory is one of study_folder.hpp; what it throws is thrown before anything is run. A point that has been run
/// is known by its id: it is not run again, unless it failed and `retry_failed`, or files of runs are wanted that are
/// not there. What shards in the directory have, and other shards of the same study, is known, too. This process must
/// not have simulated anything yet and must have one thread.
SweepOutcome sweep(const Study& study, const Catalog& catalog, const SweepOptions& options);

}  // namespace hetsched
