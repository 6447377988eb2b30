#include "engine/watchdog.hpp"

#include <sys/time.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <ctime>
#include <utility>

#include "base/units.hpp"

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

// ---- standstill ----

constexpr int kTicks = 10;  ///< in which the limit is divided

EndOfProcess end_at_standstill = nullptr;
std::string standstill_message;
volatile unsigned long beats_seen = 0;
volatile int ticks_still = 0;
timer_t ticker;
bool has_ticker = false;

void on_tick(int /*signal*/) {
  ticks_still = detail::beats == beats_seen ? ticks_still + 1 : 0;
  beats_seen = detail::beats;
  if (ticks_still > kTicks) end_at_standstill(standstill_message);
}

}  // namespace

void watch_standstill(double limit, EndOfProcess end) {
  end_at_standstill = end;
  standstill_message = "the policy has not returned for " + format_number(limit) +
                       " s, which is taken for never; a call may take longer with --decision-limit TIME";
  beats_seen = detail::beats;
  ticks_still = 0;
  if (!has_ticker) {
    struct sigaction action {};
    action.sa_handler = on_tick;
    action.sa_flags = SA_RESTART;  // what a policy waits for is not disturbed
    ::sigaction(SIGVTALRM, &action, nullptr);
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGVTALRM;
    if (::timer_create(CLOCK_MONOTONIC, &event, &ticker) != 0) return;
    has_ticker = true;
  }
  const double tick = limit / kTicks;
  const auto whole = static_cast<time_t>(tick);
  const auto nanos = static_cast<long>((tick - static_cast<double>(whole)) * 1e9);
  const itimerspec times{{whole, nanos}, {whole, nanos}};
  ::timer_settime(ticker, 0, &times, nullptr);
}

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
