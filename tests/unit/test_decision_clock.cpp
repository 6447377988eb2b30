// Is the time of decisions that of the thread, in all, whether each call is measured or a sample of them?
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "engine/decision_clock.hpp"

using namespace hetsched;

namespace {

double cpu() {
  std::timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void work(int steps) {
  volatile double value = 1;
  for (int i = 0; i < steps; ++i) {
    const double next = value * 1.0000001;
    value = next;
  }
}

}  // namespace

TEST_CASE("a thread that waits takes no time, whatever the wall clock says") {
  DecisionClock clock;
  for (int call = 0; call < 3; ++call) clock.time([] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); });
  CHECK(clock.total().calls == 3);
  CHECK(clock.total().seconds < 0.02);
}

TEST_CASE("long calls are all measured, short ones by a sample; both add up to what they took") {
  for (const auto& [calls, steps] : {std::pair{300, 20000}, std::pair{400000, 50}}) {
    INFO(calls << " calls of " << steps << " steps");
    DecisionClock clock;
    std::uint64_t made = 0;
    const double begin = cpu();
    for (int call = 0; call < calls; ++call)
      clock.time([&] {
        ++made;
        work(steps);
      });
    const double took = cpu() - begin;
    CHECK(made == static_cast<std::uint64_t>(calls));
    CHECK(clock.total().calls == made);
    CHECK(std::abs(clock.total().seconds - took) < 0.2 * took + 0.3e-6 * calls);
    CHECK(clock.total().longest * static_cast<double>(calls) >= clock.total().seconds);
  }
}
