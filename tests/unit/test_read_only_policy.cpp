#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "policy/read_only_policy.hpp"

using namespace hetsched;

namespace {

/// A view of everything, small.
struct World {
  std::vector<OperatingPoint> points = {{"slow", 1e9, 1, 2}};
  std::vector<Kind> kinds = {{"big", "gpu", IdSpan<PointId, const OperatingPoint>(points)}};
  std::vector<Edge> edges = {{TaskId{0}, TensorId{0}, 8}};
  std::vector<ModelTask> tasks = {{"a", "conv2d", {}, edges}, {"b", "", edges, {}}};
  std::vector<AccuracyEntry> accuracy = {{1, 0.5}};
  std::vector<double> losses = {0.25}, bandwidths = {1e9};
  std::vector<Model> models = {{"net", IdSpan<TaskId, const ModelTask>(tasks), accuracy, losses, {}}};
  std::vector<Stream> streams = {{"camera"}};
  std::vector<Cost> costs = {{1, 2, 3}, {4, 5, 6}};
  std::vector<Route> routes = {{}};
  std::vector<FutureRequest> future = {{}};
  std::vector<TaskState> states = std::vector<TaskState>(2), gone = std::vector<TaskState>(2);
  std::vector<Replica> replicas = {{}};
  std::vector<Accelerator> accelerators = {{"gpu"}};
  std::vector<Request> requests = std::vector<Request>(2);
  std::vector<RequestRef> live = {RequestRef{0}};
  std::vector<TaskRef> ready = {{RequestRef{0}, TaskId{0}}};
  std::vector<Event> events = {{Event::Type::woken}};
  SystemView view;

  World() {
    requests[0].live = true;
    requests[0].tasks = IdSpan<TaskId, const TaskState>(states);
    requests[0].replicas = replicas;
    requests[1].tasks = IdSpan<TaskId, const TaskState>(gone);
    view.events = events;
    view.kinds = IdSpan<KindId, const Kind>(kinds);
    view.models = IdSpan<ModelId, const Model>(models);
    view.streams = IdSpan<StreamId, const Stream>(streams);
    view.costs = costs;
    view.routes = routes;
    view.memory_bandwidths = IdSpan<MemoryId, const double>(bandwidths);
    view.future = future;
    view.accelerators = IdSpan<AcceleratorId, const Accelerator>(accelerators);
    view.requests = IdSpan<RequestRef, const Request>(requests);
    view.live = live;
    view.ready = ready;
  }
};

struct Meddler final : Policy {
  explicit Meddler(std::function<void()> what) : meddle(std::move(what)) {}
  void begin(const SystemView& /*view*/) override { meddle(); }
  void decide(const SystemView& /*view*/, Decisions& /*out*/) override { meddle(); }
  std::function<void()> meddle;
};

/// What is said of a policy that does this; empty: nothing.
std::string told(const World& world, const std::function<void()>& meddle) {
  ReadOnlyPolicy policy(std::make_unique<Meddler>(meddle), "meddler");
  try {
    Decisions out;
    policy.decide(world.view, out);
  } catch (const PolicyError& error) {
    CHECK(error.policy() == "meddler");
    CHECK(error.decision() == "decide()");
    return error.rule();
  }
  return "";
}

}  // namespace

TEST_CASE("whatever a policy changes in a view is found, however deep, and named") {
  World w;
  const std::string rule = "it changed the view, which is read only: ";
  CHECK(told(w, [] {}).empty());
  CHECK(told(w, [&] { w.view.now = 5; }) == rule + "now");
  CHECK(told(w, [&] { w.view.base_power += 1; }) == rule + "base_power");
  CHECK(told(w, [&] { w.events[0].accelerator = AcceleratorId{0}; }) == rule + "events");
  CHECK(told(w, [&] { w.points[0].frequency = 2e9; }) == rule + "kinds");
  CHECK(told(w, [&] { w.kinds[0].name = "small"; }) == rule + "kinds");
  CHECK(told(w, [&] { w.edges[0].bytes = 9; }) == rule + "models");
  CHECK(told(w, [&] { w.accuracy[0].loss = 0; }) == rule + "models");
  CHECK(told(w, [&] { w.losses[0] = 0; }) == rule + "models");
  CHECK(told(w, [&] { w.streams[0].priority = 7; }) == rule + "streams");
  CHECK(told(w, [&] { w.costs[1].traffic = 7; }) == rule + "costs");
  CHECK(told(w, [&] { w.routes[0].latency = 7; }) == rule + "routes");
  CHECK(told(w, [&] { w.bandwidths[0] = 7; }) == rule + "memory_bandwidths");
  CHECK(told(w, [&] { w.future[0].arrival = 7; }) == rule + "future");
  CHECK(told(w, [&] { w.accelerators[0].available = false; }) == rule + "accelerators");
  CHECK(told(w, [&] { w.requests[0].deadline = 7; }) == rule + "requests");
  CHECK(told(w, [&] { w.states[1].missing = 7; }) == rule + "requests");
  CHECK(told(w, [&] { w.replicas[0].arrived = true; }) == rule + "requests");
  CHECK(told(w, [&] { w.live[0] = RequestRef{1}; }) == rule + "live");
  CHECK(told(w, [&] { w.ready[0].task = TaskId{1}; }) == rule + "ready");
  CHECK(told(w, [&] { w.view.live = {}, w.view.ready = {}; }) == rule + "live, ready");
  ReadOnlyPolicy policy(std::make_unique<Meddler>([&] { w.costs[0].time = 9; }), "meddler");
  CHECK_THROWS_AS(policy.begin(w.view), PolicyError);
}

TEST_CASE("what a place that is free refers to is not looked at, of one that has just ended it is") {
  World w;
  CHECK(told(w, [&] { w.gone[0].missing = 7; }).empty());
  w.events[0] = {Event::Type::request_finished, {RequestRef{1}, TaskId::none}};
  CHECK_FALSE(told(w, [&] { w.gone[0].missing = 8; }).empty());
}
