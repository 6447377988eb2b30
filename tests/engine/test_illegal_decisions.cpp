// Is every illegal decision refused with its rule, whatever a policy does?
#include <doctest/doctest.h>

#include <cmath>

#include "base/errors.hpp"
#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

Inputs inputs() {
  return {
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}, {"name": "other", "type": "gpu"}],
             "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "other"}]})",
      R"({"format": 1, "name": "w", "streams": [
             {"name": "s", "model": "m", "arrival": {"type": "trace", "times": [0, 0, 10]}},
             {"name": "g", "model": "n", "arrival": {"type": "trace", "times": [0]}, "after": "s"}]})",
      {{"m",
        R"({"format": 1, "name": "m", "layers": [{"name": "x"}, {"name": "y", "variants": [{"name": "v", "accuracy_loss": 0.1}]}],
             "costs": [{"layer": "x", "kind": "k", "time": 1}, {"layer": "y", "kind": "k", "time": 1},
                       {"layer": "y", "variant": "v", "kind": "k", "time": 0.5}, {"layer": "y", "kind": "other", "time": 1}]})"},
       {"n",
        R"({"format": 1, "name": "n", "layers": [{"name": "z"}], "costs": [{"layer": "z", "kind": "k", "time": 1}]})"}}};
}

/// What the engine says when a policy does `wrong` at its first call and first come, first served afterwards.
std::string refusal(const std::function<void(const SystemView&, Decisions&)>& wrong) {
  auto scenario = make_scenario(inputs());
  scenario->policy.name = "bad";
  Scripted policy(wrong);
  try {
    simulate_log(scenario, policy);
  } catch (const PolicyError& e) {
    CHECK(e.policy() == "bad");
    return e.decision() + ": " + e.rule();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("starts") {
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.start({77_request, 0_task}, 0_accelerator);
        }) == "start(task 0 of request at 77, on a): no live request has index 77");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.start({0_request, 9_task}, 0_accelerator);
        }) == "start(task 9 of request at 0, on a): the request has no task with index 9, only 2");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.start({0_request, 0_task}, 5_accelerator);
        }) ==
        "start(task x of request 0 of stream s, on accelerator 5): there is no accelerator with index 5; the platform "
        "has 2");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.start({0_request, 1_task}, 0_accelerator);
        }) ==
        "start(task y of request 0 of stream s, on a): the task is not ready: 1 of its predecessors have not finished");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.start({2_request, 0_task}, 0_accelerator);
        }) ==
        "start(task z of request 2 of stream g, on a): the task is not ready: its request waits for the stream it "
        "comes after");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.start({0_request, 0_task}, 1_accelerator);
        }) ==
        "start(task x of request 0 of stream s, on b): the accelerator cannot run this task at its operating point");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.start({0_request, 0_task}, 0_accelerator, 1_variant);
        }) ==
        "start(task x of request 0 of stream s, on a, as variant 1): the task has no variant 1; variants are 0 to 0");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.start({0_request, 0_task}, 0_accelerator);
          out.start({0_request, 0_task}, 0_accelerator);
        }) == "start(task x of request 0 of stream s, on a): the task runs already");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.start({0_request, 0_task}, 0_accelerator);
          out.start({1_request, 0_task}, 0_accelerator);
        }) == "start(task x of request 1 of stream s, on a): the accelerator has no free slot");
}

TEST_CASE("other decisions") {
  CHECK(refusal([](const SystemView&, Decisions& out) { out.drop(9_request); }) ==
        "drop(request at 9): no live request has index 9");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.prefetch({0_request, 0_task}, 8_accelerator);
        }) ==
        "prefetch(task x of request 0 of stream s, to accelerator 8): there is no accelerator with index 8; the "
        "platform has 2");
  CHECK(refusal([](const SystemView&, Decisions& out) { out.set_operating_point(0_accelerator, 3_point); }) ==
        "set_operating_point(a, 3): the accelerator has no operating point 3; points are 0 to 0");
  CHECK(refusal([](const SystemView&, Decisions& out) { out.wake_at(-1); }) ==
        "wake_at(-1 s): the time must be finite and not before now");
  CHECK(refusal([](const SystemView&, Decisions& out) { out.wake_at(kNever); }) ==
        "wake_at(inf s): the time must be finite and not before now");
  CHECK(refusal([](const SystemView&, Decisions& out) { out.forecast(0_request, std::nan("")); }) ==
        "forecast(request 0 of stream s, nan s): the time must be a number, and not negative");
  CHECK(refusal([](const SystemView&, Decisions& out) { out.forecast(0_request, -5); }) ==
        "forecast(request 0 of stream s, -5 s): the time must be a number, and not negative");
  for (const double expected : {-3.0, std::nan("")})
    CHECK(refusal([&](const SystemView&, Decisions& out) {
            Start start{{0_request, 0_task}, 0_accelerator};
            start.expected = expected;
            out.add(start);
          }) == "start(task x of request 0 of stream s, on a): the expected time must be a number and not negative");
}

TEST_CASE("a policy that throws, sleeps for ever, or only wakes itself") {
  CHECK(refusal([](const SystemView&, Decisions&) { throw std::runtime_error("no idea"); }) ==
        "decide(): it threw: no idea");
  CHECK(refusal([](const SystemView&, Decisions&) { throw 1; }) ==
        "decide(): it threw something that is no std::exception");
  CHECK(refusal([](const SystemView&, Decisions&) {}) ==
        "decided nothing: deadlock: nothing runs, nothing will arrive or wake the policy, but tasks are ready: x of "
        "request 0 of "
        "stream s, x of request 1 of stream s, x of request 3 of stream s");
  CHECK(refusal([](const SystemView& view, Decisions& out) { out.wake_at(view.now); }) ==
        "decide(): it was called 1000000 times in a row without anything starting, finishing or arriving");
}

TEST_CASE("dropping what runs, and what has been dropped") {
  // legal: the running task is aborted
  CHECK(refusal([](const SystemView& view, Decisions& out) {
          for (const TaskRef t : view.ready)
            if (view.accelerators[0_accelerator].free_slots > 0) {
              out.start(t, 0_accelerator);
              break;
            }
          for (const RequestRef r : view.live) out.drop(r);
        }) == "nothing");
  CHECK(refusal([](const SystemView&, Decisions& out) {
          out.drop(0_request);
          out.start({0_request, 0_task}, 0_accelerator);
        }) ==
        "start(task 0 of request at 0, on a): no live request has index 0; it has ended, or an earlier decision of "
        "this call dropped it");
}
