#include "study/sweep.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <deque>
#include <limits>
#include <list>
#include <optional>
#include <system_error>

#include "base/files.hpp"
#include "base/temporary_name.hpp"
#include "engine/executors/executors.hpp"
#include "record/output_file.hpp"
#include "record/result_files.hpp"
#include "study/manifest.hpp"
#include "study/output_directory.hpp"
#include "study/worker.hpp"

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
        provenance_{options.argv, study.inputs()},
        setting_{study, catalog, level, directory / kRunsFolder, provenance_},
        shares_(executor_named(study.spec().executor).repeats),
        statuses_(study.size(), PointStatus::interrupted),
        reports_(study.size()) {
    progress_.total = study.size();
  }

  /// True if it was stopped.
  bool run() {
    executor_named(study_.spec().executor).load();
    tell(std::nullopt, "", false);
    while (progress_.done < study_.size()) {
      while (hand_out()) {
      }
      for (Running& running : running_) running.worker.send();
      wait();
      if (signals_.arrived()) return stop();
      collect();
    }
    return false;
  }

  /// Runs some points again, on the reference executor. `taken`: s that the points have taken.
  CrossCheck cross_check(double taken) {
    CrossCheck check;
    const std::string_view reference = reference_executor().name;
    const std::size_t most = options_.cross_checks.value_or(study_.size());
    if (executor_named(study_.spec().executor).name == reference || most == 0) return check;
    reference_executor().load();
    PointSetting setting = setting_;
    setting.level = RecordLevel::none;
    setting.executor = reference;
    const Stopwatch stopwatch;
    for (const std::size_t point : sample()) {
      const std::size_t checked = check.points().size();
      if (checked == most || (!options_.cross_checks && checked > 0 && stopwatch.wall() > taken / 20)) break;
      const std::optional<PointReport> report = run_alone(setting, point);
      if (!report) break;  // stopped
      if (report->error.empty()) check.add(study_.point_name(point), reports_[point].metrics, report->metrics);
    }
    return check;
  }

  [[nodiscard]] const Provenance& provenance() const { return provenance_; }
  [[nodiscard]] PointStatus status(std::size_t point) const { return statuses_[point]; }
  [[nodiscard]] const PointReport& report(std::size_t point) const { return reports_[point]; }

 private:
  /// Points that succeeded: the quickest, then all over the study.
  [[nodiscard]] std::vector<std::size_t> sample() const {
    std::vector<std::size_t> points;
    std::vector<bool> taken(study_.size(), false);
    for (std::size_t k = 0; k < study_.size(); ++k) {
      // Multiples of the golden ratio are evenly spread, however many are taken.
      const double turn = static_cast<double>(k) * 0.6180339887498949;
      const auto point = static_cast<std::size_t>((turn - std::floor(turn)) * static_cast<double>(study_.size()));
      if (!taken[point] && statuses_[point] == PointStatus::ok) points.push_back(point);
      taken[point] = true;
    }
    const auto quickest = std::min_element(points.begin(), points.end(), [this](std::size_t a, std::size_t b) {
      return reports_[a].cost.wall < reports_[b].cost.wall;
    });
    if (quickest != points.end()) std::rotate(points.begin(), quickest, std::next(quickest));
    return points;
  }

  /// Nothing if it was stopped.
  std::optional<PointReport> run_alone(const PointSetting& setting, std::size_t point) {
    Worker worker(setting, 1);
    worker.run(point);
    worker.send();
    for (std::vector<Worker::Done> done;;) {
      polled_ = {{signals_.descriptor(), POLLIN, 0}, {worker.descriptor(), POLLIN, 0}};
      if (::poll(polled_.data(), polled_.size(), -1) < 0) HETSCHED_ASSERT(errno == EINTR, "waiting for a run failed");
      if (signals_.arrived()) return std::nullopt;
      if (polled_[1].revents == 0) continue;
      bool ended = false;
      for (Worker::Done& each : worker.read(ended)) done.push_back(std::move(each));
      if (ended) return done.empty() ? worker.end() : std::move(done.front().report);
    }
  }

  struct Running {
    Worker worker;
    bool shared = false;
    std::size_t ahead = 1;  ///< points it is given at once
  };

  [[nodiscard]] std::filesystem::path run_directory(std::size_t point) const {
    return setting_.runs / study_.point_name(point);
  }

  /// May the point be run in one process with others? Others' code might leave it as it should not be.
  [[nodiscard]] bool shares(std::size_t point) const {
    return shares_ && (options_.trust_plugins || study_.is_built_in(point));
  }

  /// Gives the next point to a worker. False if there is none, or none that takes it at the moment.
  bool hand_out() {
    const bool again = !alone_.empty();
    if (!again && next_ == study_.size()) return false;
    const std::size_t point = again ? alone_.front() : next_;
    const bool shared = !again && shares(point);
    Running* const worker = worker_for(point, shared);
    if (worker == nullptr) return false;
    worker->worker.run(point);
    again ? alone_.pop_front() : void(++next_);
    tell(point, "", false);
    return true;
  }

  Running* worker_for(std::size_t point, bool shared) {
    Running* idle = nullptr;
    for (Running& running : running_) {
      if (!running.shared || !running.worker.takes_more()) continue;
      if (shared && running.worker.points().size() < running.ahead) return &running;
      if (running.worker.points().empty()) idle = &running;
    }
    if (!shared && idle != nullptr) idle->worker.no_more();  // makes room, when it has ended
    if (running_.size() >= jobs_) return nullptr;
    try {
      if (!shared) prepare(point);
      running_.push_back({Worker(setting_, shared ? std::numeric_limits<std::size_t>::max() : 1), shared});
    } catch (const InputError&) {
      if (running_.empty()) throw;
      return nullptr;  // the system has no process left at the moment
    }
    return &running_.back();
  }

  /// For the process of its own that the point gets.
  void prepare(std::size_t point) const {
    try {
      (void)study_.prepared(point);
    } catch (const std::exception&) {  // is told by that process
    }
  }

  void wait() {
    polled_.assign(1, {signals_.descriptor(), POLLIN, 0});
    for (const Running& running : running_) polled_.push_back({running.worker.descriptor(), POLLIN, 0});
    if (::poll(polled_.data(), polled_.size(), -1) < 0) HETSCHED_ASSERT(errno == EINTR, "waiting for runs failed");
  }

  void collect() {
    std::size_t at = 1;
    for (auto running = running_.begin(); running != running_.end(); ++at) {
      bool ended = false;
      if (polled_[at].revents != 0)
        for (Worker::Done& done : running->worker.read(ended)) {
          running->ahead = ahead(done.report.cost.wall);
          finish(done.point, std::move(done.report));
        }
      if (ended) lost(*running);
      running = ended ? running_.erase(running) : std::next(running);
    }
  }

  /// So many points that a worker has something to do until it is heard, and not so many that others wait for it.
  static std::size_t ahead(double wall) {
    constexpr double kTime = 0.02, kMost = 256;
    return static_cast<std::size_t>(std::clamp(kTime / wall, 1.0, kMost));
  }

  /// A worker has ended. Which of the points that it had is to blame is found out by running each in a process of its
  /// own.
  void lost(const Running& running) {
    const std::deque<std::size_t>& points = running.worker.points();
    for (const std::size_t point : points) remove_leftovers(point);
    if (running.shared)
      alone_.insert(alone_.end(), points.begin(), points.end());
    else
      for (const std::size_t point : points) finish(point, running.worker.end());
  }

  void finish(std::size_t point, PointReport report) {
    reports_[point] = std::move(report);
    const bool failed = !reports_[point].error.empty();
    statuses_[point] = failed ? PointStatus::failed : PointStatus::ok;
    if (failed) remove_leftovers(point);
    ++progress_.done;
    if (failed) ++progress_.failed;
    tell(point, reports_[point].error, true);
  }

  /// What a run that was killed had begun to write.
  void remove_leftovers(std::size_t point) const { remove_abandoned(run_directory(point)); }

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

  /// Of a point, if there is one.
  void tell(std::optional<std::size_t> point, const std::string& error, bool ended) {
    if (!options_.progress) return;
    progress_.running = static_cast<std::size_t>(
        std::count_if(running_.begin(), running_.end(), [](const Running& r) { return !r.worker.points().empty(); }));
    progress_.label = point ? study_.title(*point) : "";
    progress_.error = error;
    progress_.point_ended = ended;
    options_.progress(progress_);
  }

  const Study& study_;
  const Catalog& catalog_;
  const SweepOptions& options_;
  Provenance provenance_;
  PointSetting setting_;
  bool shares_;
  unsigned jobs_ = options_.jobs > 0 ? options_.jobs : available_processors();
  StopSignals signals_;
  std::list<Running> running_;
  std::vector<pollfd> polled_;
  std::size_t next_ = 0;
  std::deque<std::size_t> alone_;  ///< points that a worker ended with, to be run again
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
  OutputFile points(directory / kPointsFile), streams(directory / kStreamsFile), timing(directory / kTimingFile);
  points.buffer() += "point,status,error," + names + csv_header<RunSummary>();
  streams.buffer() += "point," + names + csv_header<StreamSummary>();
  timing.buffer() += csv_header<TimingRow>();
  const std::string no_metrics(field_names<RunSummary>().size() - 1, ',');
  for (std::size_t i = 0; i < study.size(); ++i) {
    const PointReport& report = sweeper.report(i);
    const std::string name = study.point_name(i), labels = cells(study.labels(i));
    points.buffer() += cells({name, std::string(name_of(sweeper.status(i))), report.error}) + labels +
                       (report.metrics.empty() ? no_metrics + "\n" : report.metrics);
    points.appended();
    for (const std::string& stream : report.streams) streams.buffer() += cells({name}) + labels + stream;
    streams.appended();
    if (sweeper.status(i) != PointStatus::ok) continue;
    const DecisionTime& decisions = report.cost.decisions;
    const double mean = decisions.calls > 0 ? decisions.seconds / static_cast<double>(decisions.calls) : 0;
    append_csv_row(timing.buffer(), TimingRow{name, report.cost.wall, report.cost.cpu, decisions.calls,
                                              decisions.seconds, mean * 1e6, report.cost.peak_memory});
    timing.appended();
  }
  for (OutputFile* file : {&points, &streams, &timing}) file->commit();
}

SweepOutcome outcome_of(const Study& study, const Sweeper& sweeper, bool stopped, double wall) {
  SweepOutcome outcome;
  outcome.total = study.size();
  outcome.stopped = stopped;
  outcome.wall = wall;
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
  if (!outcome.cross_check.points().empty()) json["cross_check"] = to_json(outcome.cross_check);
  write_file(directory / kStudyFile, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace

ExitCode SweepOutcome::exit_code() const {
  if (stopped) return ExitCode::interrupted;
  return failed > 0 || !cross_check.broken().empty() ? ExitCode::failed_points : ExitCode::ok;
}

SweepOutcome sweep(const Study& study, const Catalog& catalog, const SweepOptions& options) {
  const Stopwatch stopwatch;
  if (study.size() == 0) throw InputError("the study has no points, so there is nothing to run");
  const RecordLevel level = options.records.value_or(study.spec().records);
  repair_output(options.directory, kStudyFile);
  OutputDirectory output(options.directory, kStudyFile);
  Sweeper sweeper(study, catalog, options, level, output.path());
  const bool stopped = sweeper.run();
  SweepOutcome outcome = outcome_of(study, sweeper, stopped, stopwatch.wall());
  if (!stopped) outcome.cross_check = sweeper.cross_check(outcome.wall);
  write_points(output.path(), study, sweeper);
  write_manifest(output.path(), study, catalog, sweeper, level, outcome, stopwatch);
  output.commit();
  return outcome;
}

}  // namespace hetsched
