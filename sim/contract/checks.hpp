/// \file
/// What every policy must keep on any scenario: the contract of policy.hpp, and that times may be scaled.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "contract/log.hpp"
#include "contract/random_scenario.hpp"

namespace hetsched::contract {

/// A policy that is to be checked.
struct Subject {
  std::string name;
  /// `limited`: for a platform whose memories have a capacity, or weights a home: with the decorator cache around it,
  /// which makes any policy work there.
  std::function<std::unique_ptr<Policy>(std::uint64_t run_seed, bool limited)> make;
  bool clairvoyant = false;
};

struct Violation {
  std::string kind;  ///< equal for violations of one rule, whatever task or time they concern
  std::string what;  ///< for people
};

/// Runs a scenario under a policy and checks the run (WatchedPolicy, broken_conservation()). What is wrong is added
/// to `broken`. Throws what logged_run() throws.
Log checked_run(const RandomScenario& scenario, const Subject& subject, MakeExecutor make_executor, Strings& broken);

/// Decisions are legal, the run ends, what the engine shows and records is consistent, and a second run is the same
/// in all records. Nothing if all of it holds. `seen`, if any, is given the log of the run, if that has one.
std::optional<Violation> broken_contract(const RandomScenario& scenario, const Subject& subject,
                                         std::optional<Log>* seen = nullptr);

/// With all times doubled everything takes exactly twice as long: random_scenario(seed, 1, false) and
/// random_scenario(seed, 2, false). Nothing if it holds.
std::optional<Violation> broken_scaling(std::uint64_t seed, const Subject& subject);

/// In another unit of time, in which all times are `factor` times as large and rounded anew, the same is decided: each
/// task runs on the same accelerator in the same order, requests end in the same way, and times are the same but for
/// rounding. In random_scenario(seed, factor, false, false, true), where much is equal. `rescaled` is the policy with
/// its parameters in that unit. Nothing if it holds.
std::optional<Violation> broken_units(std::uint64_t seed, double factor, const Subject& subject,
                                      const Subject& rescaled);

}  // namespace hetsched::contract
