/// \file
/// A policy that asks another process before each start.
#pragma once

#include "agent/observation.hpp"
#include "agent/wire.hpp"

namespace hetsched::agent {

/// Asks as long as something can be started: each answer is one start, or to wait until something happens.
/// The answer to wait is not offered where the run would stand still for ever: nothing runs and nothing will
/// arrive.
class RemotePolicy final : public Policy {
 public:
  RemotePolicy(const Wire& wire, std::uint32_t window, const Score& score)
      : wire_(wire), score_(score), choices_(window) {}

  /// Exits the process (code 0) when the other end abandons the episode.
  void decide(const SystemView& view, Decisions& out) override;

 private:
  const Wire& wire_;
  const Score& score_;
  Choices choices_;
  std::string bytes_;
};

}  // namespace hetsched::agent
