#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>

#include "engine/watchdog.hpp"

using namespace hetsched;

namespace {

using Clock = std::chrono::steady_clock;

void say_and_end(std::string_view message) {
  ::_exit(message.starts_with("the policy has not returned for 0.2 s") ? 7 : 8);
}

void pause_for(double seconds) {
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
  }
}

/// Exit code of a process that does this.
template <class Work>
int ended_with(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    watch_standstill(0.2, say_and_end);
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a call that does not return ends its process, whether it works or sleeps") {
  CHECK(ended_with([] { pause_for(20); }) == 7);
  CHECK(ended_with([] {
          while (true) ::pause();
        }) == 7);
}

TEST_CASE("calls that return do not, however long all of them take") {
  CHECK(ended_with([] {
          for (int i = 0; i < 40; ++i) {
            pause_for(0.02);
            still_alive();
          }
        }) == 0);
}

TEST_CASE("what a policy waits for is not disturbed") {
  CHECK(ended_with([] {
          int ends[2];
          if (::pipe(ends) != 0) ::_exit(1);
          const pid_t writer = ::fork();
          if (writer == 0) {
            ::usleep(150000);
            ::_exit(::write(ends[1], "x", 1) == 1 ? 0 : 1);
          }
          char byte = 0;
          if (::read(ends[0], &byte, 1) != 1) ::_exit(2);  // EINTR
          ::waitpid(writer, nullptr, 0);
        }) == 0);
}
