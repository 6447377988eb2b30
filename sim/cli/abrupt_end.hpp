/// \file
/// Messages when the process ends abruptly: plugins and scripts can crash it, call exit() or never return, and users
/// interrupt it. No directory of results that is not whole is left behind.
#pragma once

#include <string>
#include <string_view>

namespace hetsched {

/// While it exists, a crash is reported with the policy's name before the signal takes its usual effect (core dump,
/// debugger), and exit() gives exit code 3 instead of looking like success. Signals that already have a handler (a
/// sanitizer's) keep it. At most one object may exist.
class PolicyCrashReport {
 public:
  explicit PolicyCrashReport(const std::string& policy);
  ~PolicyCrashReport();
  PolicyCrashReport(const PolicyCrashReport&) = delete;
  PolicyCrashReport& operator=(const PolicyCrashReport&) = delete;
};

/// From now on SIGINT, SIGTERM and SIGHUP, unless they are ignored, end the program at once, with the exit code of what
/// was interrupted.
void end_when_told_to();

/// Tells of a policy that does not return, and ends the program with a policy's exit code; for watch_calls().
void tell_stuck_policy_and_end(std::string_view message);

/// Tells of a crash inside the executor, and ends the program with the exit code of our own faults; for
/// watch_executor().
void tell_executor_crash_and_end(std::string_view message);

}  // namespace hetsched
