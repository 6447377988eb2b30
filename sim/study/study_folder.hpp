/// \file
/// The folder of a study: whose it is, what lies in it, and how it comes to hold the points of another plan without
/// losing those that it has.
///
///     study.json                 what was run, by which program; tells that the folder is a study's
///     plan.csv                   the points and their ids
///     journal/                   a record per point that has been run
///     runs/POINT/                what runs left behind, if records are wanted
///     points.csv, streams.csv, timing.csv
///     aside/                     what belongs to earlier plans: PLAN/*.csv, runs/ID/
///     shards/I-of-N/             folders of the same kind, of parts that were run by themselves
///     lock                       while it is being written to
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_document.hpp"
#include "study/journal.hpp"
#include "study/lease.hpp"
#include "study/plan.hpp"
#include "study/study_manifest.hpp"

namespace hetsched {

inline constexpr std::string_view kPointsFile = "points.csv";
inline constexpr std::string_view kTimingFile = "timing.csv";
inline constexpr std::string_view kCapacityFile = "capacity.csv";
inline constexpr std::string_view kGainFile = "gain.csv";
inline constexpr std::string_view kRunsFolder = "runs";
inline constexpr std::string_view kAsideFolder = "aside";
inline constexpr std::string_view kShardsFolder = "shards";
inline constexpr std::string_view kClusterFolder = "cluster";

/// The folder of a shard of the study in `folder`.
inline std::filesystem::path shard_folder(const std::filesystem::path& folder, const Shard& shard) {
  return folder / kShardsFolder / shard.name();
}

/// Throws an InputError unless a folder is not there, holds a study of that name (or one whose study.json is lost, or
/// spoilt), or nothing but what one that has just begun does.
void check_study_folder(const std::filesystem::path& path, const std::string& experiment);

/// Told what else one should know, in a sentence.
using Note = std::function<void(const std::string&)>;

class StudyFolder {
 public:
  /// Makes the folder, unless it is there, and locks it. Throws an InputError, with nothing changed, if it cannot be
  /// written to, if another program writes to it, if it holds anything else than a study, or a study of another name,
  /// unless that is to be dropped (`overwrite`): then dropped() says what was. Told to `note`: that one waits.
  StudyFolder(const std::filesystem::path& path, const std::string& experiment, bool overwrite, const Note& note = {});

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path runs() const { return path_ / kRunsFolder; }
  /// What was dropped, as a clause; empty if nothing.
  [[nodiscard]] const std::string& dropped() const { return dropped_; }
  Lease& lease() { return *lease_; }

  /// Removes what processes that were killed had begun to write. Nobody may be writing.
  void remove_unfinished() const;
  /// Makes the folder one of this plan: what belongs to points of the plan that it had and not to this one goes
  /// into aside/, and what lies there of this one comes back. Whenever it is broken off, the next call goes on. Returns
  /// how many points of the earlier plan are not in this one.
  std::size_t adopt(const Plan& plan);

 private:
  void drop_all(const Note& note);
  void move_damaged_runs() const;
  void keep_tables_aside(const Plan& earlier) const;
  void move_runs(const Plan& plan) const;

  std::filesystem::path path_;
  std::string dropped_;
  std::optional<Lease> lease_;
};

/// The folders of the shards in a study's folder, those of 10 after those of 9.
std::vector<std::filesystem::path> shards_in(const std::filesystem::path& folder);

/// The record of a point, if it has what is wanted: it failed, or its folder in `runs` (if there must be one) is there,
/// with as much as is wanted or more, and its files are as long as they were.
const JournalRecord* record_of(const Plan::Point& point, const JournalRecords& records, Recording wanted,
                               const std::filesystem::path& runs);

}  // namespace hetsched
