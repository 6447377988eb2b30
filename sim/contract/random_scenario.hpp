/// \file
/// Small random scenarios that use everything platforms, networks, workloads and run options have to offer,
/// all from one number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "contract/inputs.hpp"

namespace hetsched::contract {

struct RandomScenario {
  std::uint64_t seed = 0;
  Inputs inputs;
  RunOptions options;
  double scale = 1;            ///< what all times were multiplied by
  std::optional<EndRule> end;  ///< in place of the workload's own

  /// What is needed to run it by hand: the seed, the JSON texts and the options.
  [[nodiscard]] std::string text() const;
  /// The scenario itself; throws InputError if the generator wrote something that is refused.
  [[nodiscard]] std::shared_ptr<Scenario> make() const;
};

/// The scenario of a seed, the same on every machine. Every task can run on some accelerator that is on, or
/// will be on again. All times of the scenario are multiplied by `scale`, all rates, frequencies, powers and
/// bandwidths divided; with `surprises` there may also be outages, execution jitter, decision latency, and
/// rules of releasing and ending that do not scale. With `sparse` few requests come, each long after the one before: a
/// clock that is moved to a date in one step rounds most where that is far away. With `round` all numbers have one
/// decimal place, and few values: then many things are equal, and few of them in binary.
RandomScenario random_scenario(std::uint64_t seed, double scale = 1, bool surprises = true, bool sparse = false,
                               bool round = false);

}  // namespace hetsched::contract
