#include "study/merge.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "base/json_document.hpp"
#include "record/result_files.hpp"
#include "study/cells.hpp"
#include "study/journal.hpp"
#include "study/plan.hpp"
#include "study/study_folder.hpp"

namespace hetsched {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw InputError(std::vector{Problem{path.string(), "", what}});
}

/// A folder that holds a study, or part of one.
struct Source {
  fs::path folder;
  Json manifest;
  Plan plan;
  bool own = false;  ///< a shard in the folder that it is merged into: its files are moved, not copied
};

Source read_source(const fs::path& folder, Json manifest, bool own) {
  Source source{folder, std::move(manifest), {}, own};
  Problems problems;
  source.plan = Plan::read(folder / kPlanFile, problems);
  problems.throw_if_any();
  return source;
}

/// A source of which plan and journal may be all that is left: that is told.
Source read_source(const fs::path& folder, bool own, const Note& note) {
  StudyManifest manifest = read_study_manifest(folder);
  const std::string file = (folder / kStudyFile).string();
  if (!manifest.spoilt.empty())
    note(file + " " + manifest.spoilt + "; its results are known by " + std::string(kPlanFile) + " and journal");
  else if (manifest.json.is_null() && !has_journal(folder))
    refuse(folder, "holds no study (there is no " + std::string(kStudyFile) + "); give the folder of a sweep");
  else if (manifest.json.is_null())
    note("there is no " + file + "; its results are known by " + std::string(kPlanFile) + " and journal");
  return read_source(folder, std::move(manifest.json), own);
}

std::vector<Source> sources_of(const fs::path& folder, const std::vector<fs::path>& others, const Note& note) {
  std::vector<Source> sources;
  const auto add_shard = [&](const fs::path& shard, bool own) {
    if (fs::exists(shard / kPlanFile) || has_journal(shard))
      sources.push_back(read_source(shard, own, note));
    else
      note(shard.string() + " has just been begun: there is nothing in it yet");
  };
  for (const fs::path& shard : shards_in(folder)) add_shard(shard, !fs::is_symlink(shard));
  for (const fs::path& other : others) {
    const std::vector<fs::path> shards = shards_in(other);
    for (const fs::path& shard : shards) add_shard(shard, false);
    if (shards.empty() || fs::exists(other / kStudyFile)) sources.push_back(read_source(other, false, note));
  }
  if (sources.empty())
    refuse(folder, "has no shards to be merged; run them with: hetsched sweep EXPERIMENT --shard I/N -o DIR");
  const auto same_experiment = [](const Json& a, const Json& b) {
    return a.is_null() || b.is_null() || experiment_of(a) == experiment_of(b);
  };
  for (const Source& source : sources) {
    if (source.plan.hash() == sources.front().plan.hash() && same_experiment(source.manifest, sources.front().manifest))
      continue;
    refuse(source.folder, "is of another plan than " + sources.front().folder.string() +
                              ": an input, an option or the program has changed between them; run again, or delete, "
                              "the one that is out of date");
  }
  return sources;
}

/// study.json of what is merged: that of any source, or what the folder itself has of the same plan.
Json manifest_for(const fs::path& folder, const std::vector<Source>& sources) {
  for (const Source& source : sources)
    if (!source.manifest.is_null()) return source.manifest;
  Json own = read_study_manifest(folder).json;
  if (!own.is_null() && own.value("plan", "") == sources.front().plan.hash()) return own;
  refuse(sources.front().folder / kStudyFile,
         "is lost or spoilt, and so is that of all other parts: run one of them again by the command that made it; "
         "what its journal has is not run again");
}

void tell_of_damage(const JournalRecords& records, const fs::path& folder, const Note& note) {
  if (records.damaged > 0)
    note(folder.string() + ": " + std::to_string(records.damaged) +
         " records of the journal were cut off or changed; their points count as not run");
  for (const fs::path& file : records.unread)
    note(file.string() + " is of another version of hetsched; what it has recorded was not read");
}

/// Takes the files of a run over. False if there are none.
bool take_run(const Source& source, const fs::path& runs, const std::string& point) {
  const fs::path from = source.folder / kRunsFolder / point, to = runs / point;
  std::error_code error;
  if (!fs::exists(from / kManifestFile)) return fs::exists(to / kManifestFile);  // taken already, and then broken off
  fs::create_directories(runs, error);
  if (!error) fs::remove_all(to, error);
  if (!error && source.own) {
    fs::rename(from, to, error);
  } else if (!error) {
    const fs::path beside = to.string() + ".tmp";
    fs::remove_all(beside, error);
    if (!error) fs::copy(from, beside, fs::copy_options::recursive, error);
    if (!error) fs::rename(beside, to, error);
  }
  if (error) refuse(to, "cannot be written: " + error.message());
  return true;
}

/// The points that a folder's tables are of: all that are wanted, or those of its shard.
std::vector<std::size_t> points_in(const Json& manifest, const Plan& plan, const ReportOf& report_of) {
  std::optional<StopRuleSpec> rule;
  const Json experiment = manifest.value("experiment", Json::object());
  if (experiment.contains("stop_when")) {
    Problems problems;
    const Document document = Document::from_value(experiment["stop_when"], std::string(kStudyFile), "");
    rule = read<StopRuleSpec>(document.root(), problems);
    problems.throw_if_any();
  }
  return wanted_points(plan, points_of(shard_in(manifest), plan, rule.has_value()), rule, report_of);
}

/// Writes the tables and study.json.
MergeOutcome finish(const fs::path& folder, Json manifest, const Plan& plan, const JournalRecords& records) {
  MergeOutcome outcome;
  const auto report_of = [&](std::size_t point) -> const PointReport* {
    const auto found = records.by_id.find(plan.points[point].id);
    return found == records.by_id.end() ? nullptr : &found->second.report;
  };
  const std::vector<std::size_t> points = points_in(manifest, plan, report_of);
  outcome.points = write_tables(folder, plan, points, report_of);
  for (const std::size_t point : points)
    if (report_of(point) == nullptr) outcome.missing.push_back(plan.points[point].name);
  manifest["plan"] = plan.hash();
  manifest["points"] = {{"total", outcome.points.total},
                        {"ok", outcome.points.ok},
                        {"failed", outcome.points.failed},
                        {"interrupted", outcome.points.interrupted}};
  write_file(folder / kStudyFile, manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return outcome;
}

}  // namespace

MergeOutcome make_tables(const fs::path& folder, const Note& note) {
  Json manifest = study_manifest(folder);
  if (manifest.is_null())
    refuse(folder, "holds no study (there is no " + std::string(kStudyFile) + "); give the folder of a sweep");
  const Source source = read_source(folder, std::move(manifest), true);
  StudyFolder study(folder, experiment_of(source.manifest), false, note);
  study.remove_unfinished();
  JournalRecords records;
  read_journal(study.path(), records);
  tell_of_damage(records, folder, note);
  return finish(study.path(), source.manifest, source.plan, records);
}

MergeOutcome merge(const fs::path& folder, const std::vector<fs::path>& others, const Note& note) {
  const std::vector<Source> sources = sources_of(folder, others, note);
  Json manifest = manifest_for(folder, sources);
  manifest.erase("shard");
  const Plan& plan = sources.front().plan;
  StudyFolder study(folder, experiment_of(manifest), false, note);
  study.adopt(plan);
  write_file(study.path() / kStudyFile, manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  JournalRecords records;
  read_journal(study.path(), records);
  tell_of_damage(records, folder, note);
  Strings differing;
  std::size_t added = 0;
  {
    Journal journal(study.path());
    for (const Source& source : sources) {
      JournalRecords theirs;
      read_journal(source.folder, theirs);
      tell_of_damage(theirs, source.folder, note);
      for (const Plan::Point& point : plan.points) {
        const auto found = theirs.by_id.find(point.id);
        if (found == theirs.by_id.end()) continue;
        JournalRecord record = found->second;
        const auto known = records.by_id.find(point.id);
        const bool better = known == records.by_id.end() || is_better(record, known->second);
        if (known != records.by_id.end() && known->second.report.error.empty() && record.report.error.empty() &&
            (known->second.report.metrics != record.report.metrics ||
             known->second.report.streams != record.report.streams))
          differing.push_back(point.name);
        if (!better) continue;
        if (record.level != RecordLevel::none && record.report.error.empty() &&
            !take_run(source, study.runs(), point.name)) {
          record.level = RecordLevel::none;
          record.report.files.clear();
        }
        record.point = point.name;
        journal.append(record);
        if (known == records.by_id.end()) ++added;
        records.by_id.insert_or_assign(point.id, std::move(record));
      }
      if (!study.lease().renew()) refuse(folder, "its lock has been taken over by another program, or deleted");
    }
    journal.sync();
  }
  MergeOutcome outcome = finish(study.path(), std::move(manifest), plan, records);
  outcome.added = added;
  outcome.differing = std::move(differing);
  return outcome;
}

}  // namespace hetsched
