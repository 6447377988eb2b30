/// \file
/// Whose fault it was that a process crashed: the executor's library (SimGrid ends the process where it finds itself in
/// a state it did not expect), a policy's (plugins and scripts), or ours. What is told must say so.
#pragma once

#include <span>
#include <string>

#include "engine/end_of_process.hpp"

namespace hetsched {

/// From now on a crash (SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL) inside the executor's library tells, through `end`,
/// the library and its last message, and the run that was being simulated. Null, as at the start: nothing is told.
/// Crashes elsewhere do what they do without this, after on_other_crash()'s word. Signals that someone else handles (a
/// sanitizer) are left to them.
void watch_executor(EndOfProcess end);

/// What is called when the process crashes outside of the executor's library, before the signal does what it does (core
/// dump, debugger). In a signal handler: it may not allocate. Null, as at the start: nothing.
void on_other_crash(void (*tell)());

/// The run that is simulated from now on, in the words of errors.
void name_run(std::string title);
const std::string& named_run();

/// While it lives, this thread is inside an executor's library. Its name ("SimGrid 3.32") must outlive it.
class InsideExecutor {
 public:
  explicit InsideExecutor(const char* library);
  ~InsideExecutor();
  InsideExecutor(const InsideExecutor&) = delete;
  InsideExecutor& operator=(const InsideExecutor&) = delete;

 private:
  const char* before_;
};

/// Where a library that is watched puts the message with which it ends the process, with a zero behind it. Empty if it
/// is not watched.
std::span<char> last_message_buffer();

}  // namespace hetsched
