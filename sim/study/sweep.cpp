#include "study/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/files.hpp"
#include "base/processors.hpp"
#include "engine/executors/executors.hpp"
#include "study/agenda.hpp"
#include "study/cells.hpp"
#include "study/execution.hpp"
#include "study/journal.hpp"
#include "study/manifest.hpp"
#include "study/study_folder.hpp"

namespace hetsched {
namespace {

std::vector<std::size_t> all_points(const Plan& plan) {
  std::vector<std::size_t> points(plan.points.size());
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = i;
  return points;
}

/// Points that may fail on the reference executor until it is no longer tried.
constexpr std::size_t kMostFailed = 3;

/// A study that is being run into its folder.
class Sweep {
 public:
  Sweep(const Study& study, const Catalog& catalog, const SweepOptions& options)
      : study_(study),
        options_(options),
        catalog_(catalog),
        plan_(Plan::of(study)),
        recording_{options.records.value_or(study.spec().records), study.spec().compress},
        all_(options.shard ? points_of(*options.shard, plan_, study.spec().stop_when.has_value()) : all_points(plan_)),
        folder_(place(study, options), study.spec().name, options.overwrite, options.note),
        provenance_{options.argv, study.inputs()},
        earlier_(study_manifest(folder_.path())),
        cells_(plan_, all_, study.spec().stop_when),
        agenda_(all_),
        reports_(plan_.points.size()) {}

  SweepOutcome run() {
    if (!folder_.dropped().empty()) note("deleted " + folder_.dropped());
    if (const std::size_t gone = folder_.adopt(plan_); gone > 0)
      note(std::to_string(gone) +
           " earlier points are not in this study as it is now (an input, an option or this "
           "program has changed); their results are kept in " +
           (folder_.path() / kAsideFolder).string());
    recall();
    want(cells_.first());
    const std::size_t left = agenda_.size();
    if (left > 0) write_manifest(PointCounts{wanted().size(), wanted().size() - left, 0, left});
    {
      Journal journal(folder_.path());
      for (const JournalRecord& record : foreign_) journal.append(record);
      if (left > 0) journal.keep_on_disk();
      try {
        execute(journal);
      } catch (...) {
        remove_unfinished(journal);
        throw;
      }
    }
    for (const std::size_t point : wanted())
      if (reused_[point]) ++outcome_.reused;
    if (options_.paranoid && outcome_.reused > 0)
      note("--paranoid watched what was run now; of the " + std::to_string(outcome_.reused) +
           " points that had been run before it is not known whether they were watched (--overwrite runs all again)");
    outcome_.wall = stopwatch_.wall();
    outcome_.folder = folder_.path();
    return std::move(outcome_);
  }

 private:
  static std::filesystem::path place(const Study& study, const SweepOptions& options) {
    if (!options.shard) return options.directory;
    check_study_folder(options.directory, study.spec().name);
    return shard_folder(options.directory, *options.shard);
  }

  void note(const std::string& text) const {
    if (options_.note) options_.note(text);
  }

  [[nodiscard]] std::vector<std::size_t> wanted() const { return cells_.wanted(); }

  /// Puts points on the agenda, but for those whose results are known: they may call for others.
  void want(std::vector<std::size_t> points) {
    std::vector<std::size_t> to_run;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::size_t point = points[i];
      if (!reports_[point]) {
        to_run.push_back(point);
        continue;
      }
      const std::vector<std::size_t> more = cells_.ended(point, *reports_[point]);
      points.insert(points.end(), more.begin(), more.end());
    }
    std::sort(to_run.begin(), to_run.end());
    agenda_.add(to_run);
    progress_.total = agenda_.size();
  }

  /// Takes what the journals know.
  void recall() {
    JournalRecords records;
    read_journal(folder_.path(), records);
    if (records.damaged > 0)
      note(std::to_string(records.damaged) +
           " records of the journal were cut off or changed; their points are run again");
    if (!records.unread.empty())
      note(records.unread.front().string() + " is of another version of hetsched: what it has recorded is run again");
    for (const std::size_t point : all_) {
      if (const auto known = records.by_id.find(plan_.points[point].id);
          known != records.by_id.end() && known->second.report.error.empty())
        results_.emplace(point, known->second.report);
      if (const JournalRecord* record = record_of(plan_.points[point], records, recording_, folder_.runs()))
        reuse(point, *record);
    }
    // What was merged of a shard lies in the study's own folder now.
    if (options_.shard && !options_.overwrite) recall_from(options_.directory, recording_, records);
    // Files of runs are not looked for in other shards: they would not be where they belong.
    if (recording_.level == RecordLevel::none && !options_.overwrite)
      for (const std::filesystem::path& shard : shards_in(options_.directory))
        if (!options_.shard || shard.filename() != folder_.path().filename()) recall_from(shard, recording_, records);
    const auto by_other_limits = std::count_if(all_.begin(), all_.end(), [this](std::size_t point) {
      return reports_[point] && is_by_other_limit(reports_[point]->error, options_.timeout, options_.memory);
    });
    if (by_other_limits > 0)
      note(std::to_string(by_other_limits) + (by_other_limits == 1 ? " point has" : " points have") +
           " failed earlier by another --timeout or --memory than this command's; --retry-failed runs " +
           (by_other_limits == 1 ? "it" : "them") + " again");
  }

  void reuse(std::size_t point, const JournalRecord& record) {
    if (options_.retry_failed && !record.report.error.empty()) return;
    reports_[point] = record.report;
    reused_[point] = true;
  }

  /// Takes what another folder's journal knows of points that are still to be run, and has it written to this one's.
  void recall_from(const std::filesystem::path& folder, Recording wanted, const JournalRecords& own) {
    const auto is_left = [&](std::size_t point) { return !reports_[point] || !reports_[point]->error.empty(); };
    if (std::none_of(all_.begin(), all_.end(), is_left)) return;
    JournalRecords records;
    read_journal(folder, records);
    for (const std::size_t point : all_) {
      const JournalRecord* record =
          is_left(point) ? record_of(plan_.points[point], records, wanted, folder / kRunsFolder) : nullptr;
      if (record == nullptr || (reports_[point] && !record->report.error.empty())) continue;
      reuse(point, *record);
      const auto known = own.by_id.find(record->id);
      if (!reused_[point] || (known != own.by_id.end() && !is_better(*record, known->second))) continue;
      foreign_.push_back(*record);
      foreign_.back().level = RecordLevel::none;
      foreign_.back().report.files.clear();
    }
  }

  void execute(Journal& journal) {
    const PointSetting setting{study_,          catalog_,      plan_, recording_,
                               folder_.runs(),  provenance_,   "",    journal.descriptor(),
                               options_.memory, journal.file()};
    Execution::Events events;
    events.started = [&](std::size_t point) { tell(point, "", false); };
    events.ended = [&](std::size_t point, PointReport report, bool by_itself) {
      if (!by_itself)
        journal.append(
            {plan_.points[point].id, plan_.points[point].name, recording_.level, recording_.compression, report});
      const auto known = results_.find(point);
      if (!report.error.empty() && known != results_.end()) {  // it was run for its files
        outcome_.without_files.push_back(plan_.points[point].name + ": " + report.error);
        report = known->second;
      }
      reports_[point] = std::move(report);
      want(cells_.ended(point, *reports_[point]));
      ++progress_.done;
      if (!reports_[point]->error.empty()) ++progress_.failed;
      tell(point, reports_[point]->error, true);
    };
    events.recorded = [&](const std::deque<std::size_t>& points) {
      std::map<std::size_t, PointReport> reports;
      const JournalRecords written = journal.written();
      for (const std::size_t point : points)
        if (const auto found = written.by_id.find(plan_.points[point].id); found != written.by_id.end())
          reports.emplace(point, found->second.report);
      return reports;
    };
    events.tick = [&] { check_in_place(journal); };
    events.gave_up = [&] { check_in_place(journal, true); };
    events.stopping = [&] {
      note("stopping: what is running will be finished (" + std::to_string(execution_->running()) +
           "); asked again, it is ended at once");
    };
    executor_named(study_.spec().executor).load();
    const unsigned jobs = options_.jobs > 0 ? options_.jobs : available_processors();
    Execution execution(setting, agenda_, {jobs, options_.trust_plugins, options_.timeout}, std::move(events));
    execution_ = &execution;
    tell(std::nullopt, "", false);
    outcome_.stopped = progress_.total > 0 && execution.run();
    journal.sync();
    check_in_place(journal, true);
    if (!outcome_.stopped) cross_check(setting, execution);
    check_in_place(journal, true);
    folder_.remove_unfinished();
    outcome_.points = write_tables(folder_.path(), plan_, wanted(),
                                   [&](std::size_t i) { return reports_[i] ? &*reports_[i] : nullptr; });
    for (const std::size_t point : wanted())
      if (outcome_.first_error.empty() && reports_[point] && !reports_[point]->error.empty())
        outcome_.first_error = study_.title(point) + ": " + reports_[point]->error;
    write_manifest(outcome_.points);
  }

  /// What processes that were ended with this one had begun to write may take the space that there is none of.
  void remove_unfinished(const Journal& journal) {
    try {
      if (journal.is_in_place() && folder_.lease().renew()) folder_.remove_unfinished();
    } catch (const InputError&) {  // the next sweep removes it
    }
  }

  /// Throws if the folder is not there any more, or another program has taken it over; what was recorded is written
  /// down again where that helps.
  void check_in_place(Journal& journal, bool now = false) {
    const double wall = stopwatch_.wall();
    if (!now && wall - checked_ < 1) return;
    checked_ = wall;
    const bool there = journal.is_in_place();
    const bool locked = folder_.lease().renew();
    if (there && locked) return;
    const std::string path = folder_.path().string();
    if (there)
      throw InputError(path +
                       ": its lock has been taken over by another program, or deleted; this one has ended, and "
                       "what it has recorded is kept");
    const auto ended =
        std::count_if(all_.begin(), all_.end(), [this](std::size_t point) { return reports_[point].has_value(); });
    const std::string gone = path + ": has been deleted or moved while the study ran. The results of the " +
                             std::to_string(ended) + " points that had ended are ";
    try {
      record_again(locked);
    } catch (const InputError& error) {
      throw InputError(gone + "lost, as nothing can be written there: " + error.what());
    }
    throw InputError(gone +
                     "in its journal again, the files of their runs "
                     "are not; the same command goes on from there");
  }

  /// Makes the folder once more, with what has ended in its journal; not if it has become another study's.
  void record_again(bool locked) {
    const std::filesystem::path& path = folder_.path();
    std::error_code error;
    std::filesystem::create_directories(path, error);
    std::optional<Lease> lease;
    if (!locked) lease.emplace(path, LeaseTimes{.patience = 0});
    check_study_folder(path, study_.spec().name);
    const StudyManifest there = read_study_manifest(path);
    if (!there.json.is_null() && there.json.value("plan", "") != plan_.hash())
      throw InputError("it is the folder of another study by now");
    write_file(path / kStudyFile, manifest_text({}));
    write_file(path / kPlanFile, plan_.text());
    Journal again(path);
    for (const std::size_t point : all_) {
      if (!reports_[point]) continue;
      JournalRecord record{plan_.points[point].id, plan_.points[point].name, RecordLevel::none, recording_.compression,
                           *reports_[point]};
      record.report.files.clear();
      again.append(record);
    }
    again.sync();
  }

  /// Is what study.json says of an earlier cross-check all there is to know? Not if it was killed on the way, if points
  /// failed on the reference executor (there may have been no time, or no memory), or if more are wanted now.
  [[nodiscard]] bool is_checked() const {
    if (progress_.total > 0 || !earlier_.contains("cross_check") || earlier_.value("plan", "") != plan_.hash())
      return false;
    const Json& check = earlier_["cross_check"];
    const auto count = [&](const char* list) {
      return check.contains(list) && check[list].is_array() ? check[list].size() : 0;
    };
    const std::size_t most = std::min(options_.cross_checks.value_or(0), sample().size());
    return count("failed") == 0 && count("points") >= std::max<std::size_t>(1, most);
  }

  /// Runs some points again, on the reference executor.
  void cross_check(const PointSetting& setting, Execution& execution) {
    const std::string_view reference = reference_executor().name;
    if (executor_named(study_.spec().executor).name == reference) return;
    if (is_checked()) {
      const Json& check = earlier_["cross_check"];
      if (check.contains("beyond_bound") && check["beyond_bound"].is_array())
        for (const Json& what : check["beyond_bound"])
          if (what.is_string()) outcome_.earlier_broken.push_back(what);
      return;
    }
    const std::size_t most = options_.cross_checks.value_or(study_.size());
    if (most == 0) return;
    const double taken = stopwatch_.wall();
    reference_executor().load();
    PointSetting other = setting;
    other.recording = RecordLevel::none;
    other.executor = reference;
    other.journal = -1;
    const Stopwatch stopwatch;
    CrossCheck& check = outcome_.cross_check;
    for (const std::size_t point : sample()) {
      const std::size_t checked = check.points().size();
      if (checked == most || (!options_.cross_checks && checked > 0 && stopwatch.wall() > taken / 20)) break;
      const std::optional<PointReport> report = execution.run_alone(other, point);
      if (!report) {
        outcome_.stopped = outcome_.check_stopped = true;
        check = {};  // the same command makes it from the begin
        return;
      }
      if (report->error.empty())
        check.add(plan_.points[point].name, reports_[point]->metrics, report->metrics);
      else
        check.add_failed(plan_.points[point].name, report->error);
      if (check.failed().size() == kMostFailed) break;
    }
  }

  /// Points that succeeded: the quickest, then all over the study.
  [[nodiscard]] std::vector<std::size_t> sample() const {
    const std::vector<std::size_t> all = wanted();
    std::vector<std::size_t> points;
    std::vector<bool> taken(all.size(), false);
    for (std::size_t k = 0; k < all.size(); ++k) {
      // Multiples of the golden ratio are evenly spread, however many are taken.
      const double turn = static_cast<double>(k) * 0.6180339887498949;
      const auto at = static_cast<std::size_t>((turn - std::floor(turn)) * static_cast<double>(all.size()));
      const auto& report = reports_[all[at]];
      if (!taken[at] && report && report->error.empty()) points.push_back(all[at]);
      taken[at] = true;
    }
    const auto quickest = std::min_element(points.begin(), points.end(), [this](std::size_t a, std::size_t b) {
      return reports_[a]->cost.wall < reports_[b]->cost.wall;
    });
    if (quickest != points.end()) std::rotate(points.begin(), quickest, std::next(quickest));
    return points;
  }

  /// Of a point, if there is one.
  void tell(std::optional<std::size_t> point, const std::string& error, bool ended) {
    if (!options_.progress) return;
    progress_.running = execution_->running();
    progress_.label = point ? study_.title(*point) : "";
    progress_.error = error;
    progress_.point_ended = ended;
    progress_.left.reset();
    const std::optional<double> work = agenda_.work_left();
    if (work && agenda_.work_done() > 0) progress_.left = stopwatch_.wall() * *work / agenda_.work_done();
    options_.progress(progress_);
  }

  [[nodiscard]] std::string manifest_text(const PointCounts& points) const {
    Json json = manifest(provenance_, stopwatch_.start(), study_.spec().executor);
    json["plugins"] = to_json(catalog_.plugins());
    json["experiment"] = study_.experiment();
    json["records"] = std::string(name_of(recording_.level));
    json["plan"] = plan_.hash();
    if (options_.shard) json["shard"] = {{"index", options_.shard->index}, {"count", options_.shard->count}};
    json["points"] = {
        {"total", points.total}, {"ok", points.ok}, {"failed", points.failed}, {"interrupted", points.interrupted}};
    json["wall_s"] = stopwatch_.wall();
    if (!outcome_.cross_check.points().empty() || !outcome_.cross_check.failed().empty())
      json["cross_check"] = to_json(outcome_.cross_check);
    else if (!outcome_.stopped && progress_.total == 0 && earlier_.contains("cross_check") &&
             earlier_.value("plan", "") == plan_.hash())
      json["cross_check"] = earlier_["cross_check"];
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  void write_manifest(const PointCounts& points) const {
    write_file(folder_.path() / kStudyFile, manifest_text(points));
  }

  const Stopwatch stopwatch_;
  const Study& study_;
  const SweepOptions& options_;
  const Catalog& catalog_;
  const Plan plan_;
  const Recording recording_;
  const std::vector<std::size_t> all_;  ///< points of the plan that may be wanted: all, or those of the shard
  StudyFolder folder_;
  const Provenance provenance_;
  const Json earlier_;  ///< study.json as it was; null if there was none
  Cells cells_;
  Agenda agenda_;
  std::vector<std::optional<PointReport>> reports_;                ///< by number in the plan
  std::map<std::size_t, PointReport> results_;                     ///< known to have succeeded, whatever lacks
  std::vector<JournalRecord> foreign_;                             ///< from journals of other folders
  std::vector<bool> reused_ = std::vector<bool>(reports_.size());  ///< likewise: was it known from the begin?
  Execution* execution_ = nullptr;
  SweepProgress progress_;
  SweepOutcome outcome_;
  double checked_ = 0;  ///< s, when the folder was looked at last
};

}  // namespace

ExitCode SweepOutcome::exit_code() const {
  if (stopped) return ExitCode::interrupted;
  const bool apart = !cross_check.broken().empty() || !cross_check.failed().empty() || !earlier_broken.empty();
  return points.failed > 0 || !without_files.empty() || apart ? ExitCode::failed_points : ExitCode::ok;
}

SweepOutcome sweep(const Study& study, const Catalog& catalog, const SweepOptions& options) {
  if (study.size() == 0) throw InputError("the study has no points, so there is nothing to run");
  executor_named(study.spec().executor).load();  // it is part of the build that points are known by
  return Sweep(study, catalog, options).run();
}

}  // namespace hetsched
