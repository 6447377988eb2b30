/// \file
/// Who ended the program, if it was the policy: code of plugins and scripts can crash it, or call exit().
#pragma once

#include <string>
#include <string_view>

namespace hetsched {

/// While it lives, a crash is told with the policy's name before the signal does what it does (core dump, debugger),
/// and exit() ends with exit code 3 instead of looking like success. Signals that someone else handles already (a
/// sanitizer) are left to them. One at a time.
class PolicyCrashReport {
 public:
  explicit PolicyCrashReport(const std::string& policy);
  ~PolicyCrashReport();
  PolicyCrashReport(const PolicyCrashReport&) = delete;
  PolicyCrashReport& operator=(const PolicyCrashReport&) = delete;
};

/// Tells of a policy that does not return, and ends the program with a policy's exit code; for watch_calls().
void tell_stuck_policy_and_end(std::string_view message);

/// Tells of a crash inside the executor, and ends the program with the exit code of our own faults; for
/// watch_executor().
void tell_executor_crash_and_end(std::string_view message);

}  // namespace hetsched
