#include "study/point_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include "engine/crash_report.hpp"
#include "engine/watchdog.hpp"

namespace hetsched {
namespace {

std::string on_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

PointReport run_point(const PointTask& task, Simulation& simulation) {
  PointReport report;
  try {
    const Scenario scenario = task.study.resolve(task.point);
    const RunResult result =
        task.level == RecordLevel::none
            ? simulation.run(scenario, task.catalog)
            : simulation.run_into(task.directory, scenario, task.catalog, task.level, task.provenance);
    append_csv_row(report.metrics, result.summary);
    for (const StreamSummary& stream : result.streams) append_csv_row(report.streams.emplace_back(), stream);
    report.cost = result.cost;
  } catch (const std::exception& error) {
    report.error = on_one_line(error.what());
  } catch (...) {
    report.error = "failed in an unknown way";
  }
  if (!report.error.empty()) return {report.error, "", {}, {}};
  return report;
}

std::string to_text(const PointReport& report) {
  const Json json = {{"error", report.error},
                     {"metrics", report.metrics},
                     {"streams", report.streams},
                     {"wall", report.cost.wall},
                     {"cpu", report.cost.cpu},
                     {"peak", report.cost.peak_memory},
                     {"calls", report.cost.decisions.calls},
                     {"seconds", report.cost.decisions.seconds},
                     {"longest", report.cost.decisions.longest}};
  return dumped(json);
}

PointReport from_text(const std::string& text) {
  const Json json = Json::parse(text);
  PointReport report{json["error"], json["metrics"], json["streams"], {}};
  report.cost = {json["wall"], json["cpu"], json["peak"], {json["calls"], json["seconds"], json["longest"]}};
  return report;
}

/// First byte of the report of a failed point; the error message follows.
constexpr char kFatal = '!';

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

int pipe_of_point = -1;

/// In a signal handler: the policy does not return, or the executor crashed.
void report_and_end(std::string_view message) {
  write_all(pipe_of_point, {&kFatal, 1});
  write_all(pipe_of_point, message);
  ::_exit(0);
}

/// All that the child process does.
[[noreturn]] void be_point(const PointTask& task, int descriptor, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody would read its results
  if (::getppid() != parent) ::_exit(1);
  pipe_of_point = descriptor;
  watch_calls(report_and_end);
  watch_executor(report_and_end);
  Simulation simulation;
  write_all(descriptor, to_text(run_point(task, simulation)));
  ::_exit(
      0);  // without destructors: what is open belongs to the parent, and what was simulated need not be taken apart
}

}  // namespace

PointProcess::PointProcess(const PointTask& task) : point_(task.point) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw InputError(std::string("cannot open a pipe to a run: ") + std::strerror(errno));
  const pid_t parent = ::getpid();
  std::fflush(nullptr);  // what is buffered would be written by both
  pid_ = ::fork();
  const int error = errno;
  if (pid_ == 0) {
    ::close(ends[0]);
    be_point(task, ends[1], parent);
  }
  ::close(ends[1]);
  descriptor_ = ends[0];
  if (pid_ > 0) return;
  ::close(descriptor_);
  throw InputError(std::string("cannot start a process for a run: ") + std::strerror(error));
}

PointProcess::~PointProcess() {
  if (descriptor_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(descriptor_);
}

PointProcess::PointProcess(PointProcess&& other) noexcept
    : point_(other.point_),
      pid_(other.pid_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      status_(other.status_),
      received_(std::move(other.received_)) {}

bool PointProcess::read() {
  char buffer[65536];
  const ssize_t got = ::read(descriptor_, buffer, sizeof buffer);
  if (got > 0) received_.append(buffer, static_cast<std::size_t>(got));
  if (got > 0 || (got < 0 && errno == EINTR)) return false;
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  ::close(std::exchange(descriptor_, -1));
  return true;
}

PointReport PointProcess::report() const {
  if (WIFSIGNALED(status_)) {
    const char* name = ::sigabbrev_np(WTERMSIG(status_));
    return {std::string("the run was ended by signal ") + (name ? std::string("SIG") + name : "?"), "", {}, {}};
  }
  if (received_.starts_with(kFatal)) return {on_one_line(received_.substr(1)), "", {}, {}};
  try {
    return from_text(received_);
  } catch (const Json::exception&) {
    return {"the run ended with exit code " + std::to_string(WEXITSTATUS(status_)) + " and no result", "", {}, {}};
  }
}

}  // namespace hetsched
