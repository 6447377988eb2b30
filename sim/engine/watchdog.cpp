#include "engine/watchdog.hpp"

#include <sys/time.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <utility>

namespace hetsched {
namespace {

EndOfProcess end_of_process = nullptr;
std::string last_message;  // written down before, for the handler

void on_alarm(int /*signal*/) { end_of_process(last_message); }

void set_timer(double seconds) {
  constexpr double kLongest = 1e8;  // years; tv_sec has its limits, too
  const double whole = std::floor(std::min(seconds, kLongest));
  const auto micros = static_cast<suseconds_t>((std::min(seconds, kLongest) - whole) * 1e6);
  const itimerval timer = {{0, 0}, {static_cast<time_t>(whole), micros}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace

void watch_calls(EndOfProcess end) {
  end_of_process = end;
  std::signal(SIGALRM, end ? on_alarm : SIG_DFL);
}

Watchdog::Watchdog(double limit, std::string message) {
  if (!end_of_process) return;
  last_message = std::move(message);
  set_timer(2 * limit + 1);
}

Watchdog::~Watchdog() {
  if (end_of_process) set_timer(0);
}

}  // namespace hetsched
