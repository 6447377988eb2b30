#include "cli/abrupt_end.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/errors.hpp"
#include "engine/crash_report.hpp"
#include "study/output_directory.hpp"

namespace hetsched {
namespace {

// Composed beforehand: handlers may not allocate.
std::string crashed, exited;
bool speaks = false;
pid_t interrupted_process = 0;

void say(std::string_view text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

void on_crash() {
  remove_unfinished_output();
  say(crashed);
}

void on_exit() {
  if (!speaks) return;
  remove_unfinished_output();
  say(exited);
  std::_Exit(static_cast<int>(ExitCode::policy));
}

[[noreturn]] void tell_and_end_with(ExitCode code, std::string_view message) {
  remove_unfinished_output();
  say("hetsched: ");
  say(message);
  say("\n");
  std::_Exit(static_cast<int>(code));
}

/// Whatever the process is doing: a policy may be in a call that takes for ever.
void on_stop(int /*signal*/) {
  if (::getpid() == interrupted_process) {  // and no process that was forked to try a policy
    remove_unfinished_output();
    say("hetsched: interrupted\n");
  }
  std::_Exit(static_cast<int>(ExitCode::interrupted));
}

}  // namespace

void end_when_told_to() {
  interrupted_process = ::getpid();
  struct sigaction action = {};
  action.sa_handler = on_stop;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&action.sa_mask, signal);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now = {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler == SIG_DFL) sigaction(signal, &action, nullptr);  // nohup ignores SIGHUP
  }
}

void tell_stuck_policy_and_end(std::string_view message) { tell_and_end_with(ExitCode::policy, message); }
void tell_executor_crash_and_end(std::string_view message) { tell_and_end_with(ExitCode::internal, message); }

PolicyCrashReport::PolicyCrashReport(const std::string& policy) {
  crashed = "hetsched: policy " + policy + ": it crashed; hetsched policy test finds a small case, gdb the place\n";
  exited = "hetsched: policy " + policy + ": it ended the program\n";
  speaks = true;
  on_other_crash(on_crash);
  static const bool registered = std::atexit(on_exit) == 0;
  (void)registered;
}

PolicyCrashReport::~PolicyCrashReport() {
  speaks = false;
  on_other_crash(nullptr);
}

}  // namespace hetsched
