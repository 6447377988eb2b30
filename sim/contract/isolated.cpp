#include "contract/isolated.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/json_document.hpp"
#include "engine/crash_report.hpp"

namespace hetsched::contract {
namespace {

[[noreturn]] void send(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::write(descriptor, text.data(), text.size());
    if (sent < 0 && errno != EINTR) break;
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
  }
  ::_exit(0);
}

int pipe_of_check = -1;

/// In a signal handler: as a text, which no violation is.
void send_executor_crash(std::string_view message) { send(pipe_of_check, message); }

[[noreturn]] void be_check(const std::function<std::optional<Violation>()>& check, int descriptor) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pipe_of_check = descriptor;
  watch_executor(send_executor_crash);
  const std::optional<Violation> found = check();
  send(descriptor, found ? dumped(Json{{"kind", found->kind}, {"what", found->what}}) : "null");
}

/// Reads until the other end is closed; false if that takes longer than `limit` seconds.
bool read_all(int descriptor, double limit, std::string& text) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(limit);
  for (;;) {
    const double left = std::chrono::duration<double, std::milli>(end - Clock::now()).count();
    pollfd polled{descriptor, POLLIN, 0};
    const int ready = ::poll(&polled, 1, static_cast<int>(std::max(0.0, left) + 1));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    char buffer[4096];
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got == 0) return true;
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
  }
}

Violation ended_by(int status) {
  if (!WIFSIGNALED(status))
    return {"exited", "the policy ended the program with exit code " + std::to_string(WEXITSTATUS(status))};
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  const std::string signal = name ? std::string("SIG") + name : "a signal";
  return {"crashed by " + signal, "the policy crashed: " + signal};
}

}  // namespace

std::optional<Violation> isolated(const std::function<std::optional<Violation>()>& check, double limit) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw InputError(std::string("cannot open a pipe: ") + std::strerror(errno));
  std::fflush(nullptr);  // what is buffered would be written by both
  const pid_t child = ::fork();
  if (child == 0) be_check(check, ends[1]);
  ::close(ends[1]);
  std::string text;
  const bool in_time = child > 0 && read_all(ends[0], limit, text);
  ::close(ends[0]);
  if (child < 0) throw InputError(std::string("cannot start a process: ") + std::strerror(errno));
  if (!in_time) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time)
    return Violation{"hung", "a scenario took longer than " + format_number(limit) + " s: it does not come to an end"};
  const Json found = Json::parse(text, nullptr, false);
  if (found.is_null()) return std::nullopt;
  if (!found.is_object() && text.empty()) return ended_by(status);
  if (!found.is_object()) return Violation{"crashed in the executor", text};
  return Violation{found["kind"], found["what"]};
}

}  // namespace hetsched::contract
