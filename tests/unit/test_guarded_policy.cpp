// Is a policy that only ever wakes itself stopped, after how many calls, and what counts as doing something?
#include <doctest/doctest.h>

#include <cstdint>

#include "engine/guarded_policy.hpp"
#include "support/simulation.hpp"

using namespace hetsched;

namespace {

/// Calls of a policy that decides nothing.
class Idle {
 public:
  explicit Idle(bool time_passes) : time_passes_(time_passes) {}

  /// How many calls it takes, of at most so many, until it is stopped.
  std::uint64_t calls_until_stopped(std::uint64_t most) {
    for (std::uint64_t call = 0; call < most; ++call) {
      if (time_passes_) view.now += 1e-6;
      try {
        guarded.decide(view, decisions, true);
      } catch (const PolicyError&) {
        return call;
      }
      view.events = {};
    }
    return most;
  }

  testing::Scripted policy{[](const SystemView&, Decisions&) {}};
  GuardedPolicy guarded{policy, "idle", std::nullopt};
  SystemView view;
  Decisions decisions;

 private:
  bool time_passes_;
};

}  // namespace

TEST_CASE("a policy that is called for ever is stopped: after 10,000,000 polls, or 1,000,000 calls at one instant") {
  CHECK(Idle(true).calls_until_stopped(10000100) == 10000000);
  CHECK(Idle(false).calls_until_stopped(1000100) == 1000000);
}

TEST_CASE("what starts or finishes, and what arrives, begins the count anew") {
  Idle idle(false);
  CHECK(idle.calls_until_stopped(1000000) == 1000000);
  idle.guarded.progress();
  CHECK(idle.calls_until_stopped(1000000) == 1000000);
  const Event arrival{Event::Type::request_arrived};
  idle.view.events = std::span(&arrival, 1);
  CHECK(idle.calls_until_stopped(1000100) == 1000001);
}
