#include "study/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include "base/errors.hpp"

namespace hetsched {

StopSignals::StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : kStopSignals) {
    struct sigaction action {};
    // Who started this program wanted it to be ignored: nohup HUP, and shells INT for what scripts run with &.
    const bool ignored = ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
    if (!ignored) sigaddset(&signals, signal);
  }
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
