/// \file
/// The simulation of one run. Start reading at Engine::run() in engine.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/decision_clock.hpp"
#include "engine/executor.hpp"
#include "engine/tables.hpp"
#include "hetsched/policy.hpp"
#include "model/scenario.hpp"
#include "record/observer.hpp"

namespace hetsched {

/// What decides in a run.
struct Decider {
  Policy& policy;
  std::string title;  ///< in messages, after "policy "
  /// It is told of all requests to come that do not depend on what it does (SystemView::future).
  bool clairvoyant = false;
};

/// Simulates the instance under the decider's policy and reports what happens to the observers.
///
/// What happens at one instant (within 1 ps) is handled in this order: tasks and transfers that finish, releases,
/// requests dropped at their deadline, accelerators turned off and on; then the policy is called once with all of it.
///
/// Throws PolicyError if the policy throws, decides illegally, or leaves ready tasks waiting for ever;
/// InputError if the instance turns out to have no work at all.
DecisionTime simulate(const Instance& instance, const Tables& tables, const Decider& decider, Executor& executor,
                      std::span<Observer* const> observers);

/// The same of a scenario, under the policy that it names.
inline DecisionTime simulate(const Scenario& scenario, const Tables& tables, Policy& policy, Executor& executor,
                             std::span<Observer* const> observers, bool clairvoyant = false) {
  return simulate(scenario, tables, Decider{policy, scenario.policy.title(), clairvoyant}, executor, observers);
}

}  // namespace hetsched
