/// \file
/// Looks over a policy's shoulder: does the engine keep its side of the contract?
#pragma once

#include <cstdint>
#include <set>

#include "base/text.hpp"
#include "hetsched/policy.hpp"

namespace hetsched::contract {

/// Passes everything through to a policy and checks what the engine shows it.
class WatchedPolicy final : public Policy {
 public:
  explicit WatchedPolicy(Policy& policy) : policy_(policy) {}
  void begin(const SystemView& view) override;
  void decide(const SystemView& view, Decisions& out) override;

  /// Promises of policy.hpp that a view broke, each once.
  [[nodiscard]] const Strings& broken() const { return broken_; }
  [[nodiscard]] std::uint64_t arrived() const { return arrived_; }
  [[nodiscard]] std::uint64_t ended() const { return ended_.size(); }

 private:
  void expect(bool holds, const char* what);
  void check_events(const SystemView& view);
  void check_requests(const SystemView& view);
  void check_tasks(const SystemView& view, const Request& request);
  void check_accelerators(const SystemView& view);
  void check_memories(const SystemView& view);

  Policy& policy_;
  Strings broken_;
  std::uint64_t arrived_ = 0;
  Seconds last_ = 0;
  std::set<std::uint64_t> ended_;            ///< ids of requests
  IdVector<MemoryId, Bytes> used_at_start_;  ///< by what never leaves
};

}  // namespace hetsched::contract
