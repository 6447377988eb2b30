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
        folder_(place(study, options), study.spec().name, options.overwrite),
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
      if (left > 0) journal.keep_on_disk();
      execute(journal);
    }
    for (const std::size_t point : wanted())
      if (reused_[point]) ++outcome_.reused;
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
    JournalRecords records, merged;
    read_journal(folder_.path(), records);
    // What was merged of a shard lies in the study's own folder now.
    if (options_.shard) read_journal(options_.directory, merged);
    if (records.damaged > 0)
      note(std::to_string(records.damaged) +
           " records of the journal were cut off or changed; their points are run again");
    if (!records.unread.empty())
      note(records.unread.front().string() + " is of another version of hetsched: what it has recorded is run again");
    for (const std::size_t point : all_) {
      const Plan::Point& planned = plan_.points[point];
      const JournalRecord* record = record_of(planned, records, recording_, folder_.runs());
      if (!record) record = record_of(planned, merged, recording_, options_.directory / kRunsFolder);
      if (!record || (options_.retry_failed && !record->report.error.empty())) continue;
      reports_[point] = record->report;
      reused_[point] = true;
    }
  }

  void execute(Journal& journal) {
    const PointSetting setting{
        study_, catalog_, plan_, recording_, folder_.runs(), provenance_, "", journal.descriptor(), options_.memory};
    Execution::Events events;
    events.started = [&](std::size_t point) { tell(point, "", false); };
    events.ended = [&](std::size_t point, PointReport report, bool by_itself) {
      if (!by_itself)
        journal.append(
            {plan_.points[point].id, plan_.points[point].name, recording_.level, recording_.compression, report});
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
    if (!outcome_.stopped && progress_.total > 0) cross_check(setting, execution);
    outcome_.points = write_tables(folder_.path(), plan_, wanted(),
                                   [&](std::size_t i) { return reports_[i] ? &*reports_[i] : nullptr; });
    for (const std::size_t point : wanted())
      if (outcome_.first_error.empty() && reports_[point] && !reports_[point]->error.empty())
        outcome_.first_error = study_.title(point) + ": " + reports_[point]->error;
    write_manifest(outcome_.points);
  }

  /// Throws if the folder is not there any more, or another program has taken it over; what was recorded is written
  /// down again where that helps.
  void check_in_place(Journal& journal, bool now = false) {
    const double wall = stopwatch_.wall();
    if (!now && wall - checked_ < 1) return;
    checked_ = wall;
    const bool there = journal.is_in_place();
    if (there && folder_.lease().renew()) return;
    const std::string& path = folder_.path().string();
    if (there)
      throw InputError(path +
                       ": its lock has been taken over by another program, or deleted; this one has ended, and "
                       "what it has recorded is kept");
    write_file(folder_.path() / kStudyFile, manifest_text({}));
    write_file(folder_.path() / kPlanFile, plan_.text());
    Journal again(folder_.path());
    std::size_t saved = 0;
    for (const std::size_t point : all_)
      if (reports_[point]) {
        again.append({plan_.points[point].id, plan_.points[point].name, RecordLevel::none, recording_.compression,
                      *reports_[point]});
        ++saved;
      }
    again.sync();
    throw InputError(path + ": has been deleted or moved while the study ran. The results of the " +
                     std::to_string(saved) +
                     " points that had ended are in its journal again, the files of their runs "
                     "are not; the same command goes on from there");
  }

  /// Runs some points again, on the reference executor.
  void cross_check(const PointSetting& setting, Execution& execution) {
    const std::string_view reference = reference_executor().name;
    const std::size_t most = options_.cross_checks.value_or(study_.size());
    if (executor_named(study_.spec().executor).name == reference || most == 0) return;
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
      if (!report) break;  // stopped
      if (report->error.empty()) check.add(plan_.points[point].name, reports_[point]->metrics, report->metrics);
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
    if (!outcome_.cross_check.points().empty())
      json["cross_check"] = to_json(outcome_.cross_check);
    else if (earlier_.contains("cross_check") && earlier_.value("plan", "") == plan_.hash())
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
  std::vector<bool> reused_ = std::vector<bool>(reports_.size());  ///< likewise: was it known from the begin?
  Execution* execution_ = nullptr;
  SweepProgress progress_;
  SweepOutcome outcome_;
  double checked_ = 0;  ///< s, when the folder was looked at last
};

}  // namespace

ExitCode SweepOutcome::exit_code() const {
  if (stopped) return ExitCode::interrupted;
  return points.failed > 0 || !cross_check.broken().empty() ? ExitCode::failed_points : ExitCode::ok;
}

SweepOutcome sweep(const Study& study, const Catalog& catalog, const SweepOptions& options) {
  if (study.size() == 0) throw InputError("the study has no points, so there is nothing to run");
  executor_named(study.spec().executor).load();  // it is part of the build that points are known by
  return Sweep(study, catalog, options).run();
}

}  // namespace hetsched
