/// \file
/// The signals that ask a program to stop, as something that can be waited for.
#pragma once

#include <array>
#include <csignal>

namespace hetsched {

inline constexpr std::array kStopSignals = {SIGINT, SIGTERM, SIGHUP};

/// As long as it lives, SIGINT, SIGTERM and SIGHUP do nothing by themselves. Processes forked meanwhile have them
/// blocked. Those that this process ignores (nohup) stay ignored.
class StopSignals {
 public:
  StopSignals();
  /// What has arrived and was not asked for is forgotten.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Can be polled for input.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Has one arrived since this was last asked?
  [[nodiscard]] bool arrived() const;

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

}  // namespace hetsched
