// Is each decision refused for the one reason that holds, in words that help, and accepted as soon as the reason is
// gone? A rule that is not checked lets a policy win by cheating; one that is too strict stops an honest run.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/rules.hpp"
#include "support/engine_parts.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// "a" runs x and y at its first point, x also at its second; y has variants v and w, of which the accuracy table lists
/// v. "b" runs y only, up to 3 of them in a batch. Stream g comes after s.
contract::Inputs inputs() {
  return {
      R"({"format": 1, "name": "p",
          "kinds": [{"name": "k", "type": "cpu", "max_batch": 2, "operating_points": [{"name": "p0"}, {"name": "p1"}]},
                    {"name": "o", "type": "gpu", "max_batch": 3}],
          "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "o"}]})",
      R"({"format": 1, "name": "w", "streams": [
          {"name": "s", "model": "m", "arrival": {"type": "burst", "count": 4}},
          {"name": "g", "model": "n", "arrival": {"type": "burst", "count": 1}, "after": "s"}]})",
      {{"m", R"({"format": 1, "name": "m", "layers": [
            {"name": "x"}, {"name": "y", "variants": [{"name": "v"}, {"name": "w"}]}],
            "accuracy": {"combinations": [{"variants": ["y:v"], "loss": 0.1}]},
            "costs": [{"layer": "x", "kind": "k", "point": "p0", "time": 1}, {"layer": "x", "kind": "k", "point": "p1", "time": 2},
                      {"layer": "y", "kind": "k", "point": "p0", "time": 1}, {"layer": "y", "kind": "o", "time": 1},
                      {"layer": "y", "variant": "v", "kind": "k", "point": "p0", "time": 1},
                      {"layer": "y", "variant": "w", "kind": "k", "point": "p0", "time": 1},
                      {"layer": "y", "variant": "w", "kind": "o", "time": 1}]})"},
       {"n",
        R"({"format": 1, "name": "n", "layers": [{"name": "z"}], "costs": [{"layer": "z", "kind": "k", "point": "p0", "time": 1}]})"}}};
}

constexpr AcceleratorId a = 0_accelerator, b = 1_accelerator;
constexpr TaskId x = 0_task, y = 1_task;

/// Requests 0 to 3 of stream s, of which x is ready, and 4 of g, which waits for s.
struct Situation : StateParts {
  Situation() : StateParts(inputs()) {
    for (std::uint64_t i = 0; i < 4; ++i) state.release(0_stream, i, 0, kNever, false);
    state.release(1_stream, 0, 0, kNever, true);
  }
  std::string rule(const Decision& decision) { return broken_rule(decision, state.view(1)); }
  std::string words(const Decision& decision) { return in_words(decision, state.view(1)); }
  void run(TaskRef task, AcceleratorId on) {
    state.take_slot(on, 0_model);
    state.start(task, on, VariantId::original, 0, 1);
  }
  void finish(TaskRef task, AcceleratorId on) {
    state.free_slot(on, 1);
    state.finish(task, 1, 1);
  }
  /// y is ready, too.
  void finish_x(RequestRef request) {
    run({request, x}, a);
    finish({request, x}, a);
  }
};

}  // namespace

TEST_CASE("a start must name a live request, a task of it, and an accelerator") {
  Situation s;
  CHECK(s.rule(Start{{0_request, x}, a}).empty());
  CHECK(s.rule(Start{{5_request, x}, a}) == "no live request has index 5");
  CHECK(s.rule(Start{{RequestRef::none, x}, a}) == "no live request has index 4294967295");
  s.state.end(0_request);
  CHECK(s.rule(Start{{0_request, x}, a}) ==
        "no live request has index 0; it has ended, or an earlier decision of this call dropped it");
  CHECK(s.rule(Start{{1_request, 2_task}, a}) == "the request has no task with index 2, only 2");
  CHECK(s.rule(Start{{1_request, x}, 2_accelerator}) == "there is no accelerator with index 2; the platform has 2");
}

TEST_CASE("only a ready task is started, and whatever else it is, is told") {
  Situation s;
  CHECK(s.rule(Start{{0_request, y}, a}) == "the task is not ready: 1 of its predecessors have not finished");
  CHECK(s.rule(Start{{4_request, 0_task}, a}) ==
        "the task is not ready: its request waits for the stream it comes after");
  s.run({0_request, x}, a);
  CHECK(s.rule(Start{{0_request, x}, a}) == "the task runs already");
  s.finish({0_request, x}, a);
  CHECK(s.rule(Start{{0_request, x}, a}) == "the task has finished already");
  CHECK(s.rule(Start{{0_request, y}, a}).empty());
  s.state.open_gate(4_request, 1);
  CHECK(s.rule(Start{{4_request, 0_task}, a}).empty());
}

TEST_CASE("a start needs an accelerator that is on, has a free slot, and can run the task at its point") {
  Situation s;
  s.state.accelerator(a).available = false;
  CHECK(s.rule(Start{{0_request, x}, a}) == "the accelerator is turned off");
  s.state.accelerator(a).available = true;
  s.run({0_request, x}, a);
  CHECK(s.rule(Start{{1_request, x}, a}) == "the accelerator has no free slot");
  CHECK(s.rule(Start{{1_request, x}, b}) == "the accelerator cannot run this task at its operating point");
  s.finish({0_request, x}, a);
  s.state.accelerator(a).point = 1_point;
  CHECK(s.rule(Start{{1_request, x}, a}).empty());
  CHECK(s.rule(Start{{0_request, y}, a}) == "the accelerator cannot run this task at its operating point");
}

TEST_CASE("a start as a variant needs the variant, its cost there, and an accuracy that is known") {
  Situation s;
  s.finish_x(0_request);
  CHECK(s.rule(Start{{0_request, y}, a, 1_variant}).empty());
  CHECK(s.rule(Start{{0_request, y}, a, 3_variant}) == "the task has no variant 3; variants are 0 to 2");
  CHECK(s.rule(Start{{0_request, y}, b, 1_variant}) ==
        "the accelerator cannot run this task as this variant at its operating point");
  CHECK(s.rule(Start{{0_request, y}, a, 2_variant}) == "the model does not list this combination of variants");
}

TEST_CASE("the time that a policy expects is a number and not negative; it may be nothing") {
  Situation s;
  const auto expecting = [&](double expected) {
    Start start{{0_request, x}, a};
    start.expected = expected;
    return s.rule(start);
  };
  CHECK(expecting(0).empty());
  CHECK(expecting(kNever).empty());
  CHECK(expecting(-1e-9) == "the expected time must be a number and not negative");
  CHECK(expecting(std::nan("")) == "the expected time must be a number and not negative");
}

TEST_CASE("a batch holds equal ready tasks of different requests, no more than the kind computes at once") {
  Situation s;
  for (const RequestRef r : {0_request, 1_request, 2_request}) s.finish_x(r);
  const auto batch = [&](AcceleratorId on, std::vector<TaskRef> also, VariantId variant = VariantId::original) {
    return s.rule(Start{{0_request, y}, on, variant, std::move(also)});
  };
  CHECK(batch(a, {{1_request, y}}).empty());
  CHECK(batch(b, {{1_request, y}, {2_request, y}}).empty());
  CHECK(batch(a, {{1_request, y}, {2_request, y}}) == "a batch of 3 is larger than the kind's max_batch, 2");
  CHECK(batch(a, {{9_request, y}}) == "in the batch: no live request has index 9");
  CHECK(batch(a, {{1_request, 7_task}}) == "in the batch: the request has no task with index 7, only 2");
  CHECK(batch(a, {{3_request, x}}) == "in the batch: only the same task of the same model can be computed with it");
  CHECK(batch(a, {{3_request, y}}) == "in the batch: a task is not ready");
  CHECK(batch(a, {{0_request, y}}) == "in the batch: a task is there twice");
  CHECK(batch(b, {{1_request, y}, {1_request, y}}) == "in the batch: a task is there twice");
  CHECK(batch(a, {{1_request, y}}, 1_variant).empty());
  // Another model's task of the same number.
  s.state.open_gate(4_request, 1);
  CHECK(s.rule(Start{{3_request, x}, a, VariantId::original, {{4_request, 0_task}}}) ==
        "in the batch: only the same task of the same model can be computed with it");
}

TEST_CASE("an input may be fetched ahead for any task that has not finished, free accelerator or not") {
  Situation s;
  CHECK(s.rule(Prefetch{{0_request, y}, b}).empty());
  s.run({0_request, x}, a);
  CHECK(s.rule(Prefetch{{1_request, x}, a}).empty());
  CHECK(s.rule(Prefetch{{0_request, x}, a}).empty());
  s.finish({0_request, x}, a);
  CHECK(s.rule(Prefetch{{0_request, x}, a}) == "the task has finished already");
  CHECK(s.rule(Prefetch{{0_request, y}, 2_accelerator}) == "there is no accelerator with index 2; the platform has 2");
  CHECK(s.rule(Prefetch{{8_request, y}, a}) == "no live request has index 8");
}

TEST_CASE("an operating point is set if the kind has it and what runs there has a cost at it") {
  Situation s;
  s.finish_x(0_request);
  CHECK(s.rule(SetOperatingPoint{a, 1_point}).empty());
  CHECK(s.rule(SetOperatingPoint{a, 2_point}) == "the accelerator has no operating point 2; points are 0 to 1");
  CHECK(s.rule(SetOperatingPoint{b, 1_point}) == "the accelerator has no operating point 1; points are 0 to 0");
  CHECK(s.rule(SetOperatingPoint{3_accelerator, 0_point}) ==
        "there is no accelerator with index 3; the platform has 2");
  s.run({0_request, y}, a);
  CHECK(s.rule(SetOperatingPoint{a, 1_point}) == "the task that runs there has no cost at that point");
  CHECK(s.rule(SetOperatingPoint{a, 0_point}).empty());  // where it is already
  s.finish({0_request, y}, a);
  s.run({1_request, x}, a);
  CHECK(s.rule(SetOperatingPoint{a, 1_point}).empty());
}

TEST_CASE("drop and forecast name a live request; times are numbers that can come") {
  Situation s;
  CHECK(s.rule(Drop{0_request}).empty());
  CHECK(s.rule(Drop{4_request}).empty());
  CHECK(s.rule(Drop{7_request}) == "no live request has index 7");
  CHECK(s.rule(Forecast{0_request, 0}).empty());
  CHECK(s.rule(Forecast{0_request, kNever}).empty());
  CHECK(s.rule(Forecast{0_request, -1}) == "the time must be a number, and not negative");
  CHECK(s.rule(Forecast{0_request, std::nan("")}) == "the time must be a number, and not negative");
  CHECK(s.rule(Forecast{7_request, 1}) == "no live request has index 7");
  CHECK(s.rule(WakeAt{1}).empty());  // now
  CHECK(s.rule(WakeAt{0.999}) == "the time must be finite and not before now");
  CHECK(s.rule(WakeAt{kNever}) == "the time must be finite and not before now");
  CHECK(s.rule(WakeAt{std::nan("")}) == "the time must be finite and not before now");
}

TEST_CASE("decisions in words name what there is, and number what there is not") {
  Situation s;
  CHECK(s.words(Start{{0_request, x}, a}) == "start(task x of request 0 of stream s, on a)");
  CHECK(s.words(Start{{0_request, y}, b, 1_variant, {{1_request, y}, {2_request, y}}}) ==
        "start(task y of request 0 of stream s, on b, as variant 1, in a batch of 3)");
  CHECK(s.words(Start{{9_request, 3_task}, 5_accelerator}) == "start(task 3 of request at 9, on accelerator 5)");
  CHECK(s.words(Start{{0_request, 3_task}, a}) == "start(task 3 of request at 0, on a)");
  CHECK(s.words(Prefetch{{4_request, 0_task}, b}) == "prefetch(task z of request 4 of stream g, to b)");
  CHECK(s.words(SetOperatingPoint{b, 6_point}) == "set_operating_point(b, 6)");
  CHECK(s.words(Drop{4_request}) == "drop(request 4 of stream g)");
  CHECK(s.words(Drop{9_request}) == "drop(request at 9)");
  CHECK(s.words(WakeAt{2.5}) == "wake_at(2.5 s)");
  CHECK(s.words(Forecast{0_request, 3}) == "forecast(request 0 of stream s, 3 s)");
}

TEST_CASE("a decision concerns the requests of its tasks: those of a batch all, the first one first") {
  CHECK(requests_of(Start{{3_request, x}, a, VariantId::original, {{1_request, x}, {2_request, x}}}) ==
        std::vector<RequestRef>{3_request, 1_request, 2_request});
  CHECK(requests_of(Prefetch{{3_request, x}, a}) == std::vector<RequestRef>{3_request});
  CHECK(requests_of(Drop{2_request}) == std::vector<RequestRef>{2_request});
  CHECK(requests_of(Forecast{2_request, 0}) == std::vector<RequestRef>{2_request});
  CHECK(requests_of(SetOperatingPoint{a, 0_point}).empty());
  CHECK(requests_of(WakeAt{0}).empty());
}

TEST_CASE(
    "startable tasks are those that an accelerator could run at any of its points, were it free; five are named") {
  Situation s;
  CHECK(
      startable(s.state.view(1)) ==
      "x of request 0 of stream s, x of request 1 of stream s, x of request 2 of stream s, x of request 3 of stream s");
  s.state.accelerator(a).point = 1_point;  // z could run at the other one
  s.state.open_gate(4_request, 1);
  CHECK(
      startable(s.state.view(1)) ==
      "x of request 0 of stream s, x of request 1 of stream s, x of request 2 of stream s, x of request 3 of stream s, "
      "z of request 4 of stream g");
  s.state.release(0_stream, 4, 1, kNever, false);
  s.state.release(0_stream, 5, 1, kNever, false);
  CHECK(
      startable(s.state.view(1)) ==
      "x of request 0 of stream s, x of request 1 of stream s, x of request 2 of stream s, x of request 3 of stream s, "
      "z of request 4 of stream g and 2 more");
  s.finish_x(0_request);
  s.state.accelerator(a).available = false;
  CHECK(startable(s.state.view(1)) == "y of request 0 of stream s");  // b is still there
  s.state.accelerator(b).available = false;
  CHECK(startable(s.state.view(1)).empty());
}
