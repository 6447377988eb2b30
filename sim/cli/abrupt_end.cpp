#include "cli/abrupt_end.hpp"

#include <unistd.h>

#include <cstdlib>

#include "base/errors.hpp"
#include "engine/crash_report.hpp"

namespace hetsched {
namespace {

// Composed beforehand: handlers may not allocate.
std::string crashed, exited;
bool speaks = false;

void say(std::string_view text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

void on_crash() { say(crashed); }

void on_exit() {
  if (!speaks) return;
  say(exited);
  std::_Exit(static_cast<int>(ExitCode::policy));
}

[[noreturn]] void tell_and_end_with(ExitCode code, std::string_view message) {
  say("hetsched: ");
  say(message);
  say("\n");
  std::_Exit(static_cast<int>(code));
}

}  // namespace

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
