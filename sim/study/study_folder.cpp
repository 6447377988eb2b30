#include "study/study_folder.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <set>
#include <system_error>
#include <utility>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "record/result_files.hpp"
#include "study/point_id.hpp"

namespace hetsched {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw InputError(std::vector{Problem{path.string(), "", what}});
}

/// Throws what the file system says against it.
void check(const std::error_code& error, const fs::path& path) {
  if (error) refuse(path, "cannot be written: " + error.message());
}

Strings names_in(const fs::path& folder) {
  std::error_code error;
  Strings names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

void move(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error && is_there(to))
    fs::remove_all(from, error);  // a kill came between; they are of the same point
  else if (!error)
    fs::rename(from, to, error);
  check(error, to);
}

/// The path, or the first of PATH-2, PATH-3, ... that nothing has.
fs::path new_name(const fs::path& path) {
  fs::path free = path;
  for (int number = 2; is_there(free); ++number) free = path.string() + "-" + std::to_string(number);
  return free;
}

/// The id in the manifest of a run; empty if it has none that can be read, or what is there is no id.
std::string id_of_run(const fs::path& folder) {
  Problems problems;
  const auto text = read_file(folder / kManifestFile, problems);
  const Json json = Json::parse(text.value_or(""), nullptr, false);
  if (!json.is_object() || !json.contains("point_id") || !json["point_id"].is_string()) return "";
  std::string id = json["point_id"];
  return is_point_id(id) ? id : "";
}

/// Is this what a file is called until it is whole?
bool is_beside(const std::string& name, std::string_view file) {
  return name.ends_with(".tmp") && name.find(file) <= 1;
}

Plan plan_in(const fs::path& folder) {
  Problems problems;
  if (!is_there(folder / kPlanFile)) return {};
  Plan plan = Plan::read(folder / kPlanFile, problems);
  return plan;  // a spoilt one is none: the ids in the journal and in runs/*/run.json are what counts
}

/// What a study leaves in its folder, but for study.json.
constexpr std::array kOwnEntries = {kJournalFolder, kRunsFolder,   kAsideFolder, kShardsFolder,
                                    kClusterFolder, kPlanFile,     kPointsFile,  kStreamsFile,
                                    kTimingFile,    kCapacityFile, kGainFile};

/// check_study_folder() of a folder that the user calls `shown`; if its study is to be dropped, whatever it is called.
void check(const fs::path& shown, const fs::path& path, const std::string& experiment, bool overwrite) {
  const StudyManifest manifest = read_study_manifest(path);
  if (manifest.json.is_null()) {
    if (has_journal(path)) return;  // results are known by their ids, whatever the study was called
    const std::set<std::string_view> early = {kShardsFolder, kClusterFolder};
    const bool begun = !manifest.spoilt.empty();
    for (const std::string& name : names_in(path)) {
      if (early.contains(name) || name.starts_with(kLockFile) || is_beside(name, kLockFile)) continue;
      if (name == kStudyFile || is_beside(name, kStudyFile)) continue;
      if (begun && std::any_of(kOwnEntries.begin(), kOwnEntries.end(),
                               [&](std::string_view own) { return name == own || is_beside(name, own); }))
        continue;
      refuse(shown, "holds other files (and " +
                        (begun ? "a " + std::string(kStudyFile) + " that " + manifest.spoilt
                               : "no " + std::string(kStudyFile)) +
                        "), among which results would be lost; choose another directory");
    }
    return;
  }
  const std::string known = experiment_of(manifest.json);
  if (!overwrite && known != experiment)
    refuse(shown, "holds results of another experiment, " + hetsched::shown(known) +
                      "; choose another folder with -o DIR, or have them deleted with --overwrite");
}

}  // namespace

void check_study_folder(const fs::path& path, const std::string& experiment) { check(path, path, experiment, false); }

namespace {

/// Are the files of a run those that its record knows? After a power cut they may be there and empty.
bool has_files(const fs::path& run, const JournalRecord& record) {
  std::error_code error;
  for (const RunFile& file : record.report.files)
    if (file.name.find('/') != std::string::npos || fs::file_size(run / file.name, error) != file.bytes || error)
      return false;
  return is_there(run / kManifestFile);
}

}  // namespace

const JournalRecord* record_of(const Plan::Point& point, const JournalRecords& records, Recording wanted,
                               const fs::path& runs) {
  const auto found = records.by_id.find(point.id);
  if (found == records.by_id.end()) return nullptr;
  const JournalRecord& record = found->second;
  if (wanted.level == RecordLevel::none || !record.report.error.empty()) return &record;
  const bool enough = record.level >= wanted.level && record.compression == wanted.compression;
  return enough && has_files(runs / point.name, record) ? &record : nullptr;
}

std::vector<fs::path> shards_in(const fs::path& folder) {
  Strings names = names_in(folder / kShardsFolder);
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
  std::vector<fs::path> shards;
  for (const std::string& name : names) {
    const fs::path shard = folder / kShardsFolder / name;
    if (is_there(shard / kStudyFile) || has_journal(shard)) shards.push_back(shard);
  }
  return shards;
}

StudyFolder::StudyFolder(const fs::path& path, const std::string& experiment, bool overwrite, const Note& note) {
  if (path.empty()) throw InputError("the directory for results has no name");
  path_ = fs::absolute(path).lexically_normal();
  if (!path_.has_filename()) path_ = path_.parent_path();
  if (!path_.has_filename()) refuse(path, "is no directory for results; choose another");
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (fs::exists(status) && !fs::is_directory(status))
    refuse(path, "is there already and is no directory; choose another");
  check(path, path_, experiment, overwrite);
  fs::create_directories(path_, error);
  if (error) refuse(path, "cannot be made: " + error.message());
  lease_.emplace(path_, LeaseTimes{}, note);
  check(path, path_, experiment, overwrite);  // somebody may have made it one meanwhile
  if (overwrite) drop_all(note);
  // Before anything else: what lies beside it is a study's from now on.
  if (overwrite || read_study_manifest(path_).json.is_null())
    write_file(path_ / kStudyFile, dumped(Json{{"experiment", {{"name", experiment}}}}) + "\n");
}

void StudyFolder::drop_all(const Note& note) {
  const StudyManifest manifest = read_study_manifest(path_);
  const std::vector<fs::path> shards = shards_in(path_);
  if (manifest.json.is_null() && manifest.spoilt.empty() && !has_journal(path_) && shards.empty()) return;
  std::list<Lease> leases;  // each may be written by another program
  for (const fs::path& shard : shards) leases.emplace_back(shard, LeaseTimes{}, note);
  JournalRecords records;
  read_journal(path_, records);
  for (const fs::path& shard : shards) read_journal(shard, records);
  // study.json goes last, when another one takes its place: what is left of a deletion that is broken off is a study's.
  // What else lies there is the user's.
  for (const std::string_view entry : kOwnEntries) {
    std::error_code error;
    fs::remove_all(path_ / entry, error);
    check(error, path_ / entry);
  }
  dropped_ = std::to_string(records.by_id.size()) + " finished points";
  if (!manifest.json.is_null()) dropped_ += " of experiment " + shown(experiment_of(manifest.json));
}

void StudyFolder::remove_unfinished() const {
  const auto remove = [](const fs::path& path) {
    std::error_code error;
    fs::remove_all(path, error);
    check(error, path);
  };
  for (const std::string& name : names_in(runs()))
    if (name.ends_with(".tmp") || name.ends_with(".old")) remove(runs() / name);
  for (const std::string& name : names_in(path_))
    for (const std::string_view file :
         {kPlanFile, kPointsFile, kStreamsFile, kTimingFile, kCapacityFile, kGainFile, kStudyFile})
      if (name.starts_with("." + std::string(file) + ".hetsched-") && name.ends_with(".tmp")) remove(path_ / name);
}

/// A folder of a run has a run.json from the moment it appears: what has none was being deleted, or somebody has
/// changed it, and nothing could be written there.
void StudyFolder::move_damaged_runs() const {
  for (const std::string& name : names_in(runs())) {
    if (name.find_first_not_of("0123456789") != std::string::npos || is_there(runs() / name / kManifestFile)) continue;
    std::error_code error;
    if (!fs::is_empty(runs() / name, error) || error)
      move(runs() / name, new_name(path_ / kAsideFolder / "unknown" / name));
    else
      fs::remove(runs() / name, error);
  }
}

std::size_t StudyFolder::adopt(const Plan& plan) {
  remove_unfinished();
  move_damaged_runs();
  const Plan earlier = plan_in(path_);
  std::set<std::string_view> ids;
  for (const Plan::Point& point : plan.points) ids.insert(point.id);
  const auto gone = static_cast<std::size_t>(std::count_if(earlier.points.begin(), earlier.points.end(),
                                                           [&](const Plan::Point& p) { return !ids.contains(p.id); }));
  if (earlier.hash() != plan.hash() || earlier.points.empty()) {
    const bool older = earlier.points.empty() && is_there(path_ / kPointsFile);  // made without a plan
    if (gone > 0 || older) keep_tables_aside(earlier);
    move_runs(plan);
  }
  write_file(path_ / kPlanFile, plan.text());
  return gone;
}

/// Copies of the tables as they are: what is in them will not all be in those to come.
void StudyFolder::keep_tables_aside(const Plan& earlier) const {
  const fs::path to = path_ / kAsideFolder / earlier.hash().substr(0, 12);
  for (const std::string_view name : {kPointsFile, kStreamsFile, kTimingFile, kPlanFile, kStudyFile}) {
    if (!is_there(path_ / name)) continue;
    Problems problems;
    const auto bytes = read_file(path_ / name, problems);
    problems.throw_if_any();
    write_file(to / name, *bytes);
  }
}

/// Gives the folders of runs the names that their points have in the plan. A run's folder says itself which point it
/// is of, so that nothing is lost whenever this is broken off.
void StudyFolder::move_runs(const Plan& plan) const {
  std::map<std::string_view, const Plan::Point*> by_id;
  for (const Plan::Point& point : plan.points) by_id.emplace(point.id, &point);
  const fs::path aside = path_ / kAsideFolder / kRunsFolder;
  for (const std::string& name : names_in(runs())) {
    const std::string id = id_of_run(runs() / name);
    const auto point = by_id.find(id);
    if (point != by_id.end() && point->second->name == name) continue;
    move(runs() / name, id.empty() ? new_name(path_ / kAsideFolder / "unknown" / name) : aside / id);
  }
  for (const std::string& id : names_in(aside))
    if (const auto point = by_id.find(id); point != by_id.end()) move(aside / id, runs() / point->second->name);
}

}  // namespace hetsched
