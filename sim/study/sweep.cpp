#include "study/sweep.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <list>
#include <system_error>

#include "base/files.hpp"
#include "record/result_files.hpp"
#include "study/manifest.hpp"
#include "study/output_directory.hpp"
#include "study/point_process.hpp"

namespace hetsched {
namespace {

/// Turns the signals that ask a program to stop into something that can be polled, as long as it lives.
class StopSignals {
 public:
  StopSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
    descriptor_ = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    HETSCHED_ASSERT(descriptor_ >= 0, "no descriptor for signals");
  }
  ~StopSignals() {
    (void)arrived();  // else it would be delivered now
    ::close(descriptor_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool arrived() const {
    signalfd_siginfo signal;
    return ::read(descriptor_, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal);
  }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

/// Runs the points, some at a time.
class Sweeper {
 public:
  Sweeper(const Study& study, const Catalog& catalog, const SweepOptions& options, RecordLevel level,
          const std::filesystem::path& directory)
      : study_(study),
        catalog_(catalog),
        options_(options),
        level_(level),
        runs_(directory / kRunsFolder),
        provenance_{options.argv, study.inputs()},
        statuses_(study.size(), PointStatus::interrupted),
        reports_(study.size()) {
    progress_.total = study.size();
  }

  /// True if it was stopped.
  bool run() {
    const unsigned jobs = options_.jobs > 0 ? options_.jobs : available_processors();
    tell("", "", false);
    while (next_ < study_.size() || !running_.empty()) {
      while (next_ < study_.size() && running_.size() < jobs) {
        if (signals_.arrived()) return stop();
        if (!start_next()) break;
      }
      wait();
      if (signals_.arrived()) return stop();
      collect();
    }
    return false;
  }

  [[nodiscard]] const Provenance& provenance() const { return provenance_; }
  [[nodiscard]] PointStatus status(std::size_t point) const { return statuses_[point]; }
  [[nodiscard]] const PointReport& report(std::size_t point) const { return reports_[point]; }

 private:
  std::filesystem::path run_directory(std::size_t point) const { return runs_ / study_.point_name(point); }

  /// False if the system has no process left at the moment.
  bool start_next() {
    try {
      running_.emplace_back(PointTask{study_, catalog_, next_, level_, run_directory(next_), provenance_});
    } catch (const InputError&) {
      if (running_.empty()) throw;
      return false;
    }
    tell(study_.title(next_), "", false);
    ++next_;
    return true;
  }

  void wait() {
    polled_.assign(1, {signals_.descriptor(), POLLIN, 0});
    for (const PointProcess& process : running_) polled_.push_back({process.descriptor(), POLLIN, 0});
    if (::poll(polled_.data(), polled_.size(), -1) < 0) HETSCHED_ASSERT(errno == EINTR, "waiting for runs failed");
  }

  void collect() {
    std::size_t at = 1;
    for (auto process = running_.begin(); process != running_.end(); ++at) {
      const bool ended = polled_[at].revents != 0 && process->read();
      if (ended) finish(*process);
      process = ended ? running_.erase(process) : std::next(process);
    }
  }

  void finish(const PointProcess& process) {
    const std::size_t point = process.point();
    reports_[point] = process.report();
    const bool failed = !reports_[point].error.empty();
    statuses_[point] = failed ? PointStatus::failed : PointStatus::ok;
    if (failed) remove_leftovers(point);
    ++progress_.done;
    if (failed) ++progress_.failed;
    tell(study_.title(point), reports_[point].error, true);
  }

  /// What a run that was killed had begun to write.
  void remove_leftovers(std::size_t point) const {
    std::error_code ignored;
    std::filesystem::remove_all(run_directory(point).string() + ".tmp", ignored);
  }

  bool stop() {
    running_.clear();  // ends them
    for (std::size_t point = 0; point < study_.size(); ++point) {
      if (statuses_[point] != PointStatus::interrupted) continue;
      reports_[point].error = "interrupted";
      if (point >= next_) continue;
      std::error_code ignored;
      remove_leftovers(point);
      std::filesystem::remove_all(run_directory(point), ignored);
    }
    return true;
  }

  void tell(const std::string& label, const std::string& error, bool ended) {
    if (!options_.progress) return;
    progress_.running = running_.size() - (ended ? 1 : 0);
    progress_.label = label;
    progress_.error = error;
    progress_.point_ended = ended;
    options_.progress(progress_);
  }

  const Study& study_;
  const Catalog& catalog_;
  const SweepOptions& options_;
  RecordLevel level_;
  std::filesystem::path runs_;
  Provenance provenance_;
  StopSignals signals_;
  std::list<PointProcess> running_;
  std::vector<pollfd> polled_;
  std::size_t next_ = 0;
  SweepProgress progress_;
  std::vector<PointStatus> statuses_;
  std::vector<PointReport> reports_;
};

/// Values as cells, each with a comma behind it.
std::string cells(const Strings& values) {
  std::string text;
  for (const std::string& value : values) {
    detail::append_csv_text(text, value);
    text += ',';
  }
  return text;
}

void write_points(const std::filesystem::path& directory, const Study& study, const Sweeper& sweeper) {
  const std::string names = cells(study.label_names());
  std::string points = "point,status,error," + names + csv_header<RunSummary>();
  std::string streams = "point," + names + csv_header<StreamSummary>();
  std::string timing = csv_header<TimingRow>();
  const std::string no_metrics(field_names<RunSummary>().size() - 1, ',');
  for (std::size_t i = 0; i < study.size(); ++i) {
    const PointReport& report = sweeper.report(i);
    const std::string name = study.point_name(i), labels = cells(study.labels(i));
    points += cells({name, std::string(name_of(sweeper.status(i))), report.error}) + labels +
              (report.metrics.empty() ? no_metrics + "\n" : report.metrics);
    for (const std::string& stream : report.streams) streams += cells({name}) + labels + stream;
    if (sweeper.status(i) != PointStatus::ok) continue;
    const DecisionTime& decisions = report.cost.decisions;
    const double mean = decisions.calls > 0 ? decisions.seconds / static_cast<double>(decisions.calls) : 0;
    append_csv_row(timing, TimingRow{name, report.cost.wall, report.cost.cpu, decisions.calls, decisions.seconds,
                                     mean * 1e6, report.cost.peak_memory});
  }
  write_file(directory / kPointsFile, points);
  write_file(directory / kStreamsFile, streams);
  write_file(directory / kTimingFile, timing);
}

SweepOutcome outcome_of(const Study& study, const Sweeper& sweeper, bool stopped, double wall) {
  SweepOutcome outcome{.total = study.size(), .stopped = stopped, .first_error = "", .wall = wall};
  for (std::size_t i = 0; i < study.size(); ++i) {
    if (sweeper.status(i) == PointStatus::ok) ++outcome.ok;
    if (sweeper.status(i) == PointStatus::interrupted) ++outcome.interrupted;
    if (sweeper.status(i) != PointStatus::failed) continue;
    if (outcome.failed++ == 0) outcome.first_error = study.title(i) + ": " + sweeper.report(i).error;
  }
  return outcome;
}

void write_manifest(const std::filesystem::path& directory, const Study& study, const Catalog& catalog,
                    const Sweeper& sweeper, RecordLevel level, const SweepOutcome& outcome,
                    const Stopwatch& stopwatch) {
  Json json = manifest(sweeper.provenance(), stopwatch.start(), study.spec().executor);
  json["plugins"] = to_json(catalog.plugins());
  json["experiment"] = study.experiment();
  json["records"] = std::string(name_of(level));
  json["points"] = {
      {"total", outcome.total}, {"ok", outcome.ok}, {"failed", outcome.failed}, {"interrupted", outcome.interrupted}};
  json["wall_s"] = outcome.wall;
  write_file(directory / kStudyFile, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace

ExitCode SweepOutcome::exit_code() const {
  if (stopped) return ExitCode::interrupted;
  return failed > 0 ? ExitCode::failed_points : ExitCode::ok;
}

SweepOutcome sweep(const Study& study, const Catalog& catalog, const SweepOptions& options) {
  const Stopwatch stopwatch;
  if (study.size() == 0) throw InputError("the study has no points, so there is nothing to run");
  const RecordLevel level = options.records.value_or(study.spec().records);
  OutputDirectory output(options.directory, kStudyFile);
  Sweeper sweeper(study, catalog, options, level, output.path());
  const bool stopped = sweeper.run();
  const SweepOutcome outcome = outcome_of(study, sweeper, stopped, stopwatch.wall());
  write_points(output.path(), study, sweeper);
  write_manifest(output.path(), study, catalog, sweeper, level, outcome, stopwatch);
  output.commit();
  return outcome;
}

unsigned available_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

}  // namespace hetsched
