#include "study/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include "base/errors.hpp"

namespace hetsched {

StopSignals::StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
  descriptor_ = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  HETSCHED_ASSERT(descriptor_ >= 0, "no descriptor for signals");
}

StopSignals::~StopSignals() {
  while (arrived()) {  // else it would be delivered now
  }
  ::close(descriptor_);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool StopSignals::arrived() const {
  signalfd_siginfo signal;
  return ::read(descriptor_, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal);
}

}  // namespace hetsched
