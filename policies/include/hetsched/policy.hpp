/// \file
/// Everything a scheduling policy needs. A policy includes this header and nothing else of ours
/// (built-in policies may also use policies/support).
///
/// A policy is a function of what it has seen: at each instant at which something happened the engine
/// hands it a read-only SystemView and collects its Decisions. It cannot advance time or block, and it
/// never sees the future, unless it says so (Params::clairvoyant): a request that has not arrived is not in
/// the view. Costs are predictions.
///
/// Contract
///  - `decide` must be a deterministic function of the views so far, the parameters and `Params::seed`:
///    no clocks, no threads, no input or output.
///  - Everything in a SystemView is valid only during the call. Another request may take the place
///    (RequestRef) of one that has left; `Request::id` is never used again.
///  - Decisions are intents. The engine checks and carries them out in order and stops the run at an
///    illegal one, naming the policy, the time, the decision and the rule.
///  - Where memories have a capacity, a start, load or prefetch takes at once all the room that it lacks, or is
///  illegal;
///    nothing leaves a memory but what is evicted or given up, and tensors that nobody is to read any more.
///  - What is not started stays ready and is offered again. Deciding nothing is legal as long as
///    something is running, will arrive, or will wake the policy; else the run ends as a deadlock.
///
/// Units are SI throughout: seconds, joules, watts, bytes, hertz.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "hetsched/decisions.hpp"
#include "hetsched/params.hpp"
#include "hetsched/tolerance.hpp"
#include "hetsched/view.hpp"

namespace hetsched {

class Policy {
 public:
  virtual ~Policy() = default;
  /// Called once before the first `decide`: platform, models and costs are known, nothing has arrived.
  virtual void begin(const SystemView& /*view*/) {}
  /// Called once per instant at which something happened.
  virtual void decide(const SystemView& view, Decisions& out) = 0;
};

/// What a platform or workload must have for a policy or decorator to do anything that it is there for; without it a
/// run says that it has no effect.
enum class Needs : std::uint8_t {
  nothing,
  batches,  ///< a kind with a max_batch above 1
  points,   ///< a kind with several operating points
  room,     ///< a memory with a capacity, or a home of weights
};

/// What is to be known of a policy before it is trusted; `hetsched policies NAME` prints it. Empty: not said.
struct PolicyFacts {
  std::string_view source = {};       ///< the paper, textbook or code that defines it
  std::string_view complexity = {};   ///< of one call (R ready tasks, A accelerators), or of planning a request
  std::string_view knowledge = {};    ///< what it uses beyond predicted times: deadlines, energy, the future, ...
  std::string_view verified_by = {};  ///< published numbers, closed forms or peers that its tests compare with
  std::string_view rules = {};        ///< how ties go, and what else the source leaves open
  Needs needs = Needs::nothing;
};

/// How a policy is known: its name, one line of what it does, and how to make one.
struct PolicyEntry {
  std::string_view name;
  std::string_view summary;  ///< one line
  PolicyFacts facts;
  std::unique_ptr<Policy> (*make)(Params&);
  std::string_view family = {};  ///< lists show it under this heading; empty: of a plugin
};

template <class P>
constexpr PolicyEntry policy(std::string_view name, std::string_view summary, const PolicyFacts& facts) {
  return {
      name, summary, facts, [](Params& params) -> std::unique_ptr<Policy> { return std::make_unique<P>(params); }, {}};
}

template <class P>
constexpr PolicyEntry policy(std::string_view name, std::string_view summary, std::string_view source) {
  return policy<P>(name, summary, PolicyFacts{.source = source});
}

/// A policy around another one: it hands on what it wants the inner one to see, and changes or adds to what
/// that decides. Experiments name any number of them in "decorators", the outermost first.
struct DecoratorEntry {
  std::string_view name;
  std::string_view summary;  ///< one line
  PolicyFacts facts;
  std::unique_ptr<Policy> (*wrap)(Params&, std::unique_ptr<Policy> inner);
};

template <class D>
constexpr DecoratorEntry decorator(std::string_view name, std::string_view summary, const PolicyFacts& facts) {
  return {name, summary, facts, [](Params& params, std::unique_ptr<Policy> inner) -> std::unique_ptr<Policy> {
            return std::make_unique<D>(params, std::move(inner));
          }};
}

}  // namespace hetsched
