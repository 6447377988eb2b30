/// \file
/// Calls a policy: every exception becomes a PolicyError, a policy that only ever wakes itself is stopped, and the time
/// it takes is measured, and limited if so wished.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/engine.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {

class GuardedPolicy {
 public:
  /// A call that takes more wall-clock time than `limit` ends the run.
  GuardedPolicy(Policy& policy, std::string name, std::optional<double> limit)
      : policy_(policy), name_(std::move(name)), limit_(limit) {}

  void begin(const SystemView& view);
  /// `waiting`: something runs or will arrive, so that a call that decides nothing is no cause for suspicion.
  void decide(const SystemView& view, Decisions& out, bool waiting);
  /// Something started or finished: the policy does its work.
  void progress() { idle_calls_ = polls_ = 0; }

  [[nodiscard]] DecisionTime time() const { return clock_.total(); }
  /// Ends the run: the policy broke a rule.
  [[noreturn]] void failed(double now, const std::string& decision, const std::string& rule) const;

 private:
  template <class Call>
  void guarded(const char* what, double now, const Call& call);

  Policy& policy_;
  std::string name_;
  std::optional<double> limit_;
  DecisionClock clock_;
  std::uint64_t idle_calls_ = 0, polls_ = 0;
  double last_call_ = 0;
};

}  // namespace hetsched
