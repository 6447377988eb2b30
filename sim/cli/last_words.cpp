#include "cli/last_words.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "base/errors.hpp"

namespace hetsched {
namespace {

constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// What the handlers say was written down before: they may not allocate.
std::string crashed, exited;
bool speaks = false;

void say(std::string_view text) { [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size()); }

void on_crash(int signal) {
  say(crashed);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void on_exit() {
  if (!speaks) return;
  say(exited);
  std::_Exit(static_cast<int>(ExitCode::policy));
}

}  // namespace

void tell_and_end(std::string_view message) {
  say("hetsched: ");
  say(message);
  say("\n");
  std::_Exit(static_cast<int>(ExitCode::policy));
}

LastWords::LastWords(const std::string& policy) {
  crashed = "hetsched: policy " + policy + ": it crashed; hetsched policy test finds a small case, gdb the place\n";
  exited = "hetsched: policy " + policy + ": it ended the program\n";
  speaks = true;
  for (const int signal : kSignals) {
    struct sigaction now = {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler != SIG_DFL) continue;
    struct sigaction ours = {};
    ours.sa_handler = on_crash;
    sigaction(signal, &ours, nullptr);
  }
  static const bool registered = std::atexit(on_exit) == 0;
  (void)registered;
}

LastWords::~LastWords() {
  speaks = false;
  for (const int signal : kSignals) {
    struct sigaction now = {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler == on_crash) std::signal(signal, SIG_DFL);
  }
}

}  // namespace hetsched
