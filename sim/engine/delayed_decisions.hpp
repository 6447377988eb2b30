/// \file
/// Decisions that take effect later, because deciding takes simulated time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hetsched/policy.hpp"
#include "model/instance.hpp"

namespace hetsched {

class DelayedDecisions {
 public:
  struct Held {
    Decision decision;
    std::vector<std::uint64_t> ids;  ///< of the requests it concerns: their places may be others' by then
    std::string broken_rule;  ///< when it was decided; what earlier decisions of the same call change may mend it
    std::string in_words;
  };

  [[nodiscard]] bool waiting() const { return !held_.empty(); }
  /// Keeps what has been decided in this view; returns the time until it takes effect, s.
  double hold(std::span<const Decision> decided, const SystemView& view, const DecisionLatency& latency);
  /// Hands them out; nothing waits any more.
  std::vector<Held> release() { return std::exchange(held_, {}); }
  /// Is a decision still legal, about the same request?
  static bool holds(const Held& held, const SystemView& view);

 private:
  std::vector<Held> held_;
};

}  // namespace hetsched
