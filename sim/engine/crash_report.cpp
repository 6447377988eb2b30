#include "engine/crash_report.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <utility>

namespace hetsched {
namespace {

constexpr std::array kSignals = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

// Of the process, as its signals are. What handlers say was written down before: they may not allocate.
EndOfProcess end_of_process = nullptr;
void (*other_crash)() = nullptr;
thread_local const char* library = nullptr;  ///< the thread is inside it
std::string run;
char last_message[1024];

/// A text that is put together without allocating; what does not fit is left out.
class FixedText {
 public:
  void add(std::string_view text) {
    const std::size_t room = sizeof buffer_ - size_;
    size_ += text.copy(buffer_ + size_, std::min(room, text.size()));
  }
  [[nodiscard]] std::string_view view() const { return {buffer_, size_}; }

 private:
  char buffer_[2 * sizeof last_message];
  std::size_t size_ = 0;
};

[[noreturn]] void tell_of_library(int signal) {
  FixedText message;
  message.add("internal error: ");
  message.add(library);
  const char* name = ::sigabbrev_np(signal);
  message.add(signal == SIGABRT ? " gave up" : " crashed with SIG");
  if (signal != SIGABRT) message.add(name ? name : "?");
  if (last_message[0] != '\0') message.add(": \"");
  message.add(last_message);
  if (last_message[0] != '\0') message.add("\"");
  if (!run.empty()) message.add("; simulated was: ");
  message.add(run);
  message.add(". This is a bug of hetsched or of that library, not of your files");
  message.add(other_crash ? ", unless the policy has damaged its memory" : " or of the policy");
  end_of_process(message.view());
  std::_Exit(70);  // it should not have come back
}

void on_crash(int signal) {
  if (library && end_of_process) tell_of_library(signal);
  if (other_crash) other_crash();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// A stack of their own for the handlers: what crashed may have used up its own.
void provide_stack() {
  static char memory[1 << 16];
  stack_t stack = {};
  stack.ss_sp = memory;
  stack.ss_size = sizeof memory;
  ::sigaltstack(&stack, nullptr);
}

/// Handles the signals that nobody else does, or gives back those that are ours.
void handle_signals(bool handle) {
  bool ours = false;
  for (const int signal : kSignals) {
    struct sigaction now = {};
    sigaction(signal, nullptr, &now);
    if (!handle && now.sa_handler == on_crash) std::signal(signal, SIG_DFL);
    if (!handle || now.sa_handler != SIG_DFL) continue;
    struct sigaction action = {};
    action.sa_handler = on_crash;
    action.sa_flags = SA_ONSTACK;
    sigaction(signal, &action, nullptr);
    ours = true;
  }
  if (ours) provide_stack();
}

}  // namespace

void watch_executor(EndOfProcess end) {
  end_of_process = end;
  handle_signals(end_of_process || other_crash);
}

void on_other_crash(void (*tell)()) {
  other_crash = tell;
  handle_signals(end_of_process || other_crash);
}

void name_run(std::string title) { run = std::move(title); }
const std::string& named_run() { return run; }

InsideExecutor::InsideExecutor(const char* name) : before_(std::exchange(library, name)) {}
InsideExecutor::~InsideExecutor() { library = before_; }

std::span<char> last_message_buffer() { return end_of_process ? std::span<char>(last_message) : std::span<char>(); }

}  // namespace hetsched
