#include "study/isolated.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "study/wire.hpp"

namespace hetsched {
namespace {

using wire::put;
using wire::Taker;

/// First byte of what the process says: how the call ended. Last byte: it has said all.
constexpr char kReturned = '=', kInput = 'i', kPolicy = 'p', kOther = '!', kEnd = '.';

std::string problems_text(char how, const std::vector<Problem>& problems) {
  std::string text(1, how);
  put(text, problems.size());
  for (const Problem& problem : problems)
    for (const std::string* part : {&problem.where, &problem.pointer, &problem.what}) put(text, *part);
  return text + kEnd;
}

std::string outcome_of(const std::function<void(Problems&)>& check) {
  try {
    Problems found;
    check(found);
    return problems_text(kReturned, found.all());
  } catch (const InputError& error) {
    return problems_text(kInput, error.problems());
  } catch (const PolicyError& error) {
    std::string text(1, kPolicy);
    put(text, error.time());
    for (const std::string* part : {&error.policy(), &error.decision(), &error.rule()}) put(text, *part);
    return text + kEnd;
  } catch (const std::exception& error) {
    std::string text(1, kOther);
    put(text, std::string(error.what()));
    return text + kEnd;
  }
}

/// What comes out of a pipe until its other end is closed, or the time is up.
std::string read_until(int descriptor, double limit) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limit));
  std::string text;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left) + 1) : 0;
    if (ready == 0) return text;
    if (ready < 0) continue;  // a signal
    char buffer[4096];
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR)) return text;
  }
}

void tell(const std::string& text, Problems& problems) {
  Taker taker(std::string_view(text).substr(1));
  if (text.front() == kOther) throw InternalError(taker.text());
  if (text.front() == kPolicy) {
    const auto time = taker.number<double>();
    std::string policy = taker.text(), decision = taker.text(), rule = taker.text();
    throw PolicyError(std::move(policy), time, std::move(decision), std::move(rule));
  }
  std::vector<Problem> found(taker.number<std::size_t>());
  for (Problem& problem : found)
    for (std::string* part : {&problem.where, &problem.pointer, &problem.what}) *part = taker.text();
  if (text.front() == kInput) throw InputError(std::move(found));
  for (Problem& problem : found) problems.add(std::move(problem));
}

}  // namespace

bool check_isolated(const std::function<void(Problems&)>& check, double limit, Problems& problems) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw InputError("cannot open a pipe to try a policy");
  const pid_t parent = ::getpid();
  std::fflush(nullptr);  // what is buffered would be written by both
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::close(ends[0]);
    wire::write_all(ends[1], outcome_of(check));
    ::_exit(0);  // without destructors: what is open belongs to the parent
  }
  ::close(ends[1]);
  const std::string text = child > 0 ? read_until(ends[0], limit) : "";
  ::close(ends[0]);
  if (child < 0) throw InputError("cannot start a process to try a policy");
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (text.empty() || text.back() != kEnd) return false;
  tell(text, problems);
  return true;
}

}  // namespace hetsched
