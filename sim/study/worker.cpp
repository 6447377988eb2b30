#include "study/worker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/write_error.hpp"
#include "engine/crash_report.hpp"
#include "engine/watchdog.hpp"
#include "study/journal.hpp"
#include "study/wire.hpp"

namespace hetsched {
namespace {

using wire::put;
using wire::Taker;
using wire::write_all;

std::string on_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void fill(PointReport& report, const RunResult& result) {
  append_csv_row(report.metrics, result.summary);
  for (const StreamSummary& stream : result.streams) append_csv_row(report.streams.emplace_back(), stream);
  report.cost = result.cost;
}

/// Throws a WriteError if they are not there, as somebody has taken them away.
std::vector<RunFile> files_in(const std::filesystem::path& folder) {
  std::vector<RunFile> files;
  try {
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      files.push_back({entry.path().filename().string(), entry.file_size()});
  } catch (const std::filesystem::filesystem_error& error) {
    throw WriteError(folder.string() + ": " + error.code().message());
  }
  std::sort(files.begin(), files.end(), [](const RunFile& a, const RunFile& b) { return a.name < b.name; });
  return files;
}

/// Why a worker cannot go on: see Worker::gave_up().
struct GivenUp {
  std::string why;
};

constexpr std::string_view kGoesOn = "; what has been recorded is kept, and the same command goes on from there";

/// Throws GivenUp.
PointReport run_point(const PointSetting& setting, std::size_t point, Simulation& simulation) {
  PointReport report;
  std::optional<Scenario> scenario;
  try {
    scenario = setting.study.resolve(point);
    if (!setting.executor.empty()) scenario->options.executor = setting.executor;
    const auto prepared = setting.study.prepared(point);
    if (setting.recording.level == RecordLevel::none) {
      fill(report, simulation.run(*scenario, *prepared, setting.catalog));
    } else {
      if (setting.journal >= 0 && !Journal::is_at(setting.journal, setting.journal_file))
        throw WriteError(setting.runs.parent_path().string() + " has been deleted or moved");
      const Plan::Point& planned = setting.plan.points[point];
      Provenance provenance = setting.provenance;
      provenance.point_id = planned.id;
      fill(report, simulation.run_into(setting.runs / planned.name, *scenario, *prepared, setting.catalog,
                                       setting.recording, provenance));
      report.files = files_in(setting.runs / planned.name);
    }
  } catch (const WriteError& error) {
    throw GivenUp{on_one_line(error.what()) + std::string(kGoesOn)};
  } catch (const std::bad_alloc&) {
    report.error = memory_error(setting.memory);
  } catch (const std::exception& error) {
    report.error = on_one_line(error.what());
  } catch (...) {
    report.error = "failed in an unknown way";
  }
  if (const std::string file = scenario ? setting.study.changed_file(scenario->policy) : ""; !file.empty())
    throw GivenUp{
        file + ": has changed since this study was begun, which knows its results by what stood there; " +
        "nothing that it has decided by now is recorded, and the same command goes on with what stands there now"};
  if (!report.error.empty()) return {report.error, "", {}, {}};
  return report;
}

/// Instead of a point. The end of the line would not do: workers that are made later have it open, too.
constexpr auto kNoMore = static_cast<std::size_t>(-1);

/// First bytes of what a worker says: a report follows, with its length before it; or why the worker ends; or why it
/// gives up.
constexpr char kReport = '=', kFatal = '!', kGaveUp = '#';

std::string to_text(const PointReport& report) {
  std::string body;
  put(body, report.error);
  put(body, report.metrics);
  put(body, report.streams.size());
  for (const std::string& stream : report.streams) put(body, stream);
  const RunCost& cost = report.cost;
  for (const double value : {cost.wall, cost.cpu, cost.decisions.seconds, cost.decisions.longest}) put(body, value);
  put(body, cost.peak_memory);
  put(body, cost.decisions.calls);
  std::string text(1, kReport);
  put(text, body);
  return text;
}

PointReport from_text(std::string_view body) {
  Taker taker(body);
  PointReport report;
  report.error = taker.text();
  report.metrics = taker.text();
  report.streams.resize(taker.number<std::size_t>());
  for (std::string& stream : report.streams) stream = taker.text();
  RunCost& cost = report.cost;
  for (double* value : {&cost.wall, &cost.cpu, &cost.decisions.seconds, &cost.decisions.longest})
    *value = taker.number<double>();
  cost.peak_memory = taker.number<std::uint64_t>();
  cost.decisions.calls = taker.number<std::uint64_t>();
  return report;
}

int pipe_of_worker = -1;

/// In a signal handler: the policy does not return, or the executor crashed.
void report_and_end(std::string_view message) {
  write_all(pipe_of_worker, {&kFatal, 1});
  write_all(pipe_of_worker, message);
  ::_exit(0);
}

/// The points that a worker is given. What it has to say waits until there is enough of it, or nothing else to do:
/// to wake the other process for each of many short runs would take longer than they do.
class Line {
 public:
  Line(int from, int to, int journal) : from_(from), to_(to), journal_(journal) {}

  /// Waits for the next point; nothing if there is none.
  std::optional<std::size_t> next() {
    if (said_.size() >= kEnough || Clock::now() - flushed_ > kLongest) flush();
    if (at_ == points_.size() && !receive()) return std::nullopt;
    const std::size_t point = points_[at_++];
    return point != kNoMore ? std::optional(point) : std::nullopt;
  }
  void say(const std::string& text) { said_ += text; }
  /// For the journal: is written there before what is said from now on is heard.
  void record(const std::string& text) { recorded_ += text; }
  void flush() {
    if (!recorded_.empty()) {
      if (const std::string why = Journal::append_to(journal_, recorded_); !why.empty())
        end_with("the journal of the study cannot be written: " + why +
                 "; what was written to it is kept, and the same command goes on from there");
      recorded_.clear();
    }
    write_all(to_, said_);
    said_.clear();
    flushed_ = Clock::now();
  }
  /// What was recorded before counts.
  [[noreturn]] void give_up(const std::string& why) {
    flush();
    end_with(why);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kEnough = 32 * 1024;
  static constexpr std::chrono::milliseconds kLongest{10};

  [[noreturn]] void end_with(const std::string& why) const {
    write_all(to_, kGaveUp + why);
    ::_exit(0);
  }

  /// False if there is nothing more to come. Whole points: they are written by one call, and fit.
  bool receive() {
    pollfd waiting{from_, POLLIN, 0};
    if (::poll(&waiting, 1, 0) == 0) flush();
    points_.resize(1024);
    ssize_t got = 0;
    do got = ::read(from_, points_.data(), points_.size() * sizeof points_.front());
    while (got < 0 && errno == EINTR);
    points_.resize(got > 0 ? static_cast<std::size_t>(got) / sizeof points_.front() : 0);
    at_ = 0;
    return !points_.empty();
  }

  int from_, to_, journal_;
  std::vector<std::size_t> points_;  ///< those received
  std::size_t at_ = 0;               ///< how many of them have been taken
  std::string said_, recorded_;
  Clock::time_point flushed_ = Clock::now();
};

/// s that a call of the policy may take before it is taken for hanging. Where a limit was given, that is watched by
/// itself.
double longest_call(const PointSetting& setting) {
  constexpr double kUnlimited = 600;
  return std::max(kUnlimited, 2 * setting.study.spec().decision_limit.value_or(0) + 2);
}

/// All that the process does.
[[noreturn]] void work(const PointSetting& setting, std::size_t most_points, int from, int to, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody would read its results
  if (::getppid() != parent) ::_exit(1);
  pipe_of_worker = to;
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is told like a disk that is full
  watch_calls(report_and_end);
  watch_executor(report_and_end);
  watch_standstill(longest_call(setting), report_and_end);
  if (setting.memory) {
    const rlimit limit{*setting.memory, *setting.memory};
    ::setrlimit(RLIMIT_DATA, &limit);
  }
  Line line(from, to, setting.journal);
  for (;;) {
    const std::optional<std::size_t> point = line.next();
    if (!point) break;
    still_alive();
    Simulation simulation;
    PointReport report;
    try {
      report = run_point(setting, *point, simulation);
    } catch (const GivenUp& given_up) {
      line.give_up(given_up.why);
    }
    if (setting.journal >= 0) {
      const Plan::Point& planned = setting.plan.points[*point];
      line.record(to_text(planned.id, planned.name, setting.recording, report));
    }
    line.say(to_text(report));
    // What was simulated last need not be taken apart; and an executor may crash at that.
    if (--most_points == 0) {
      line.flush();
      ::_exit(0);
    }
  }
  line.flush();
  ::_exit(0);  // without destructors: what is open belongs to the parent
}

}  // namespace

Worker::Worker(const PointSetting& setting, std::size_t most_points) : most_points_(most_points) {
  int in[2], out[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0)
    throw InputError(std::string("cannot open a pipe to a run: ") + std::strerror(errno));
  if (::pipe2(out, O_CLOEXEC) != 0) {
    const int error = errno;
    for (const int end : in) ::close(end);
    throw InputError(std::string("cannot open a pipe to a run: ") + std::strerror(error));
  }
  const pid_t parent = ::getpid();
  std::fflush(nullptr);  // what is buffered would be written by both
  pid_ = ::fork();
  const int error = errno;
  if (pid_ == 0) {
    ::close(in[1]);
    ::close(out[0]);
    work(setting, most_points, in[0], out[1], parent);
  }
  ::close(in[0]);
  ::close(out[1]);
  to_ = in[1];
  from_ = out[0];
  if (pid_ > 0) return;
  ::close(to_);
  ::close(from_);
  throw InputError(std::string("cannot start a process for a run: ") + std::strerror(error));
}

Worker::~Worker() {
  if (to_ >= 0) ::close(to_);
  if (from_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(from_);
}

Worker::Worker(Worker&& other) noexcept
    : pid_(other.pid_),
      to_(std::exchange(other.to_, -1)),
      from_(std::exchange(other.from_, -1)),
      status_(other.status_),
      most_points_(other.most_points_),
      points_(std::move(other.points_)),
      unsent_(std::move(other.unsent_)),
      received_(std::move(other.received_)) {}

void Worker::run(std::size_t point) {
  unsent_.push_back(point);
  points_.push_back(point);
  --most_points_;
}

void Worker::no_more() {
  if (most_points_ > 0) unsent_.push_back(kNoMore);
  most_points_ = 0;
}

/// The socket takes far more points than a worker is ever given ahead. If the process is gone, read() will tell.
void Worker::send() {
  if (!unsent_.empty()) (void)::send(to_, unsent_.data(), unsent_.size() * sizeof unsent_.front(), MSG_NOSIGNAL);
  unsent_.clear();
}

std::vector<Worker::Done> Worker::read(bool& ended) {
  char buffer[65536];
  const ssize_t got = ::read(from_, buffer, sizeof buffer);
  if (got > 0) received_.append(buffer, static_cast<std::size_t>(got));
  ended = got == 0 || (got < 0 && errno != EINTR);
  std::vector<Done> done;
  std::string_view rest = received_;
  constexpr std::size_t kHead = 1 + sizeof(std::size_t);
  while (rest.size() >= kHead && rest.front() == kReport && !points_.empty()) {
    const auto size = Taker(rest.substr(1)).number<std::size_t>();
    if (rest.size() < kHead + size) break;
    done.push_back({points_.front(), from_text(rest.substr(kHead, size))});
    points_.pop_front();
    rest.remove_prefix(kHead + size);
  }
  received_.erase(0, received_.size() - rest.size());
  if (ended) take_note_of_end();
  return done;
}

bool Worker::has_ended() const {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == pid_;
}

void Worker::take_note_of_end() {
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  ::close(std::exchange(from_, -1));
}

std::vector<std::size_t> Worker::take_back_unsent() {
  std::vector<std::size_t> points;
  for (const std::size_t point : unsent_)
    if (point != kNoMore) points.push_back(point);
  points_.erase(points_.end() - static_cast<std::ptrdiff_t>(points.size()), points_.end());
  most_points_ += points.size();
  unsent_.clear();
  return points;
}

void Worker::kill() { ::kill(pid_, SIGKILL); }

bool Worker::was_killed() const { return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }

std::string Worker::gave_up() const { return received_.starts_with(kGaveUp) ? received_.substr(1) : ""; }

PointReport Worker::end() const {
  if (WIFSIGNALED(status_)) {
    const char* name = ::sigabbrev_np(WTERMSIG(status_));
    return {std::string("the run was ended by signal ") + (name ? std::string("SIG") + name : "?"), "", {}, {}};
  }
  if (received_.starts_with(kFatal)) return {on_one_line(received_.substr(1)), "", {}, {}};
  return {"the run ended with exit code " + std::to_string(WEXITSTATUS(status_)) + " and no result", "", {}, {}};
}

}  // namespace hetsched
