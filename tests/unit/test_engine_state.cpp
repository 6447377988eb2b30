// Does State keep what policies see right, event by event? Policies trust it blindly: a task that is ready too early,
// or a place that is used again too soon, shows up far away as an odd schedule.
#include <doctest/doctest.h>

#include <vector>

#include "support/engine_parts.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// a feeds b and c, which feed d. On accelerator "one" (two slots) and, for half the time of one, "two".
contract::Inputs diamonds() {
  return {
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "slots": 2}, {"name": "f", "type": "gpu"}],
          "accelerators": [{"name": "one", "kind": "k"}, {"name": "two", "kind": "f"}]})",
      R"({"format": 1, "name": "w", "streams": [
          {"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}, "priority": 3},
          {"name": "t", "model": "m", "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", R"({"format": 1, "name": "m", "layers": [{"name": "a"}, {"name": "b", "inputs": ["a"]},
            {"name": "c", "inputs": ["a"]}, {"name": "d", "inputs": ["b", "c"]}],
            "costs": [{"layer": "a", "kind": "k", "time": 0.1}, {"layer": "b", "kind": "k", "time": 0.2},
                      {"layer": "c", "kind": "k", "time": 0.3}, {"layer": "d", "kind": "k", "time": 0.7},
                      {"layer": "a", "kind": "f", "time": 0.3}]})"}}};
}

constexpr TaskId a = 0_task, b = 1_task, c = 2_task, d = 3_task;

std::vector<TaskRef> ready(const State& state) { return {state.ready().begin(), state.ready().end()}; }
std::vector<RequestRef> live(const State& state) { return {state.live().begin(), state.live().end()}; }

/// Starts and finishes a task on the first accelerator; what finish() said.
bool run(State& state, TaskRef task, double start, double end) {
  state.take_slot(0_accelerator, 0_model);
  state.start(task, 0_accelerator, VariantId::original, start, end);
  state.begin_compute(task, start, end);
  state.free_slot(0_accelerator, end);
  return state.finish(task, end, end);
}

}  // namespace

TEST_CASE("of a request that is released those tasks are ready that wait for nobody") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef r = state.release(0_stream, 7, 2, 9, false);
  const Request& request = state.request(r);
  CHECK(request.id == 0);
  CHECK(request.index == 7);
  CHECK(request.stream == 0_stream);
  CHECK(request.arrival == 2);
  CHECK(request.deadline == 9);
  CHECK(request.priority == 3);
  CHECK(request.live);
  CHECK(request.unfinished == 4);
  CHECK(request.remaining_best == doctest::Approx(1.3).epsilon(1e-12));
  CHECK(request.remaining_mean == doctest::Approx(1.4).epsilon(1e-12));  // of a: 0.1 and 0.3
  CHECK(state.task({r, a}).missing == 0);
  CHECK(state.task({r, b}).missing == 1);
  CHECK(state.task({r, d}).missing == 2);
  CHECK(state.task({r, a}).progress == Progress::ready);
  CHECK(state.task({r, a}).ready == 2);
  CHECK(state.task({r, b}).progress == Progress::waiting);
  CHECK(ready(state) == std::vector<TaskRef>{{r, a}});
  CHECK(live(state) == std::vector<RequestRef>{r});
  REQUIRE(state.view(2).events.size() == 1);
  CHECK(state.view(2).events[0].type == Event::Type::task_ready);
}

TEST_CASE("a task becomes ready with the last of its predecessors, at that instant, and not before") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef r = state.release(0_stream, 0, 0, kNever, false);
  CHECK_FALSE(run(state, {r, a}, 0, 1));
  CHECK(ready(state) == std::vector<TaskRef>{{r, b}, {r, c}});
  CHECK_FALSE(run(state, {r, c}, 1, 2));
  CHECK(state.task({r, d}).missing == 1);
  CHECK(ready(state) == std::vector<TaskRef>{{r, b}});
  CHECK_FALSE(run(state, {r, b}, 1, 4));
  CHECK(state.task({r, d}).missing == 0);
  CHECK(state.task({r, d}).ready == 4);
  CHECK(state.task({r, b}).progress == Progress::finished);
  CHECK(ready(state) == std::vector<TaskRef>{{r, d}});
  CHECK(run(state, {r, d}, 4, 5));
  CHECK(ready(state).empty());
}

TEST_CASE("what remains shrinks task by task, and is nothing at the end, not the rounding of sums") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef r = state.release(0_stream, 0, 0, kNever, false);
  run(state, {r, a}, 0, 1);
  CHECK(state.request(r).unfinished == 3);
  CHECK(state.request(r).remaining_best == doctest::Approx(1.2).epsilon(1e-12));
  CHECK(state.request(r).remaining_mean == doctest::Approx(1.2).epsilon(1e-12));
  run(state, {r, b}, 1, 2);
  run(state, {r, c}, 2, 3);
  run(state, {r, d}, 3, 4);
  CHECK(state.request(r).unfinished == 0);
  CHECK(state.request(r).remaining_best == 0);
  CHECK(state.request(r).remaining_mean == 0);
}

TEST_CASE("a predecessor that feeds a task several tensors is missing once, and is there once") {
  contract::Inputs inputs = diamonds();
  inputs.workload = R"({"format": 1, "name": "w", "streams": [
      {"name": "s", "model": "m", "granularity": "group", "arrival": {"type": "burst", "count": 1}}]})";
  inputs.models["m"] = R"({"format": 1, "name": "m", "layers": [{"name": "x"}, {"name": "y", "inputs": ["x"]},
      {"name": "z", "inputs": ["x", "y"]}], "groups": [{"name": "g", "layers": ["x", "y"]}],
      "costs": [{"layer": "g", "kind": "k", "time": 1}, {"layer": "z", "kind": "f", "time": 1}]})";
  StateParts parts(inputs);
  State& state = parts.state;
  const RequestRef r = state.release(0_stream, 0, 0, kNever, false);
  REQUIRE(state.model_task({r, 1_task}).inputs.size() == 2);
  CHECK(state.task({r, 1_task}).missing == 1);
  run(state, {r, 0_task}, 0, 1);
  CHECK(state.task({r, 1_task}).missing == 0);
  CHECK(ready(state) == std::vector<TaskRef>{{r, 1_task}});
}

TEST_CASE("a gated request is live, but nothing of it is ready until its gate opens") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef r = state.release(0_stream, 0, 0, kNever, true);
  CHECK(live(state) == std::vector<RequestRef>{r});
  CHECK(state.account(r).gated);
  CHECK(ready(state).empty());
  CHECK_FALSE(state.has_events());
  state.open_gate(r, 3);
  CHECK_FALSE(state.account(r).gated);
  CHECK(ready(state) == std::vector<TaskRef>{{r, a}});
  CHECK(state.task({r, a}).ready == 3);
}

TEST_CASE("ready tasks stand by request and task, whatever order they became ready in") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef first = state.release(0_stream, 0, 0, kNever, true);
  const RequestRef second = state.release(1_stream, 0, 0, kNever, false);
  run(state, {second, a}, 0, 1);
  state.open_gate(first, 2);
  CHECK(ready(state) == std::vector<TaskRef>{{first, a}, {second, b}, {second, c}});
}

TEST_CASE("slots are counted, and the accelerator remembers the model that it was started for last") {
  StateParts parts(diamonds());
  State& state = parts.state;
  CHECK(state.accelerator(0_accelerator).free_slots == 2);
  CHECK(state.accelerator(0_accelerator).last_model == ModelId::none);
  state.take_slot(0_accelerator, 0_model);
  CHECK(state.accelerator(0_accelerator).free_slots == 1);
  CHECK(state.accelerator(0_accelerator).last_model == 0_model);
  CHECK(state.accelerator(1_accelerator).free_slots == 1);
  state.accelerator(0_accelerator).free_at = 8;
  state.free_slot(0_accelerator, 5);
  CHECK(state.accelerator(0_accelerator).free_slots == 2);
  CHECK(state.accelerator(0_accelerator).free_at == 5);
  state.free_slot(1_accelerator, 6);
  CHECK(state.accelerator(1_accelerator).free_at == 0);  // it was free before
}

TEST_CASE("a task that runs is told with place, variant and prediction; computing corrects the prediction") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef r = state.release(0_stream, 0, 0, kNever, false);
  state.start({r, a}, 1_accelerator, 1_variant, 2, 5);
  const TaskState& task = state.task({r, a});
  CHECK(task.progress == Progress::running);
  CHECK(task.accelerator == 1_accelerator);
  CHECK(task.variant == 1_variant);
  CHECK(task.start == 2);
  CHECK(task.finish == 5);
  CHECK(task.predicted == 3);
  CHECK(task.compute == kNever);
  CHECK(task.attempts == 1);
  CHECK(ready(state).empty());
  CHECK(state.account(r).running == 1);
  CHECK(state.account(r).first_start == 2);
  state.begin_compute({r, a}, 3, 6);
  CHECK(task.compute == 3);
  CHECK(task.finish == 6);
  CHECK(task.predicted == 3);
  state.finish({r, a}, 5.5, 5);
  CHECK(task.finish == 5.5);  // its own finish, where completions are tolerated early
  CHECK(state.account(r).running == 0);
  state.start({r, b}, 0_accelerator, VariantId::original, 7, 8);
  CHECK(state.account(r).first_start == 2);
}

TEST_CASE("a task that failed is ready once more, as of then; one that was aborted is not") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef r = state.release(0_stream, 0, 0, kNever, false);
  state.start({r, a}, 0_accelerator, VariantId::original, 0, 5);
  state.interrupt({r, a}, 2, true);
  const TaskState& task = state.task({r, a});
  CHECK(task.progress == Progress::ready);
  CHECK(task.ready == 2);
  CHECK(task.accelerator == AcceleratorId::none);
  CHECK(task.start == kNever);
  CHECK(task.finish == kNever);
  CHECK(state.account(r).running == 0);
  CHECK(ready(state) == std::vector<TaskRef>{{r, a}});
  state.start({r, a}, 0_accelerator, VariantId::original, 3, 8);
  CHECK(task.attempts == 2);
  state.interrupt({r, a}, 4, false);
  CHECK(task.progress == Progress::waiting);
  CHECK(ready(state).empty());
}

TEST_CASE("a request that ended is readable until its place is freed, and only then is the place another's") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef first = state.release(0_stream, 0, 0, kNever, false);
  const RequestRef second = state.release(0_stream, 1, 0, kNever, false);
  state.end(first);
  CHECK_FALSE(state.request(first).live);
  CHECK(state.request(first).id == 0);
  CHECK(live(state) == std::vector<RequestRef>{second});
  CHECK(ready(state) == std::vector<TaskRef>{{second, a}});
  const RequestRef third = state.release(0_stream, 2, 1, kNever, false);
  CHECK(third != first);
  state.free_ended();
  const RequestRef fourth = state.release(1_stream, 0, 2, kNever, false);
  CHECK(fourth == first);
  CHECK(state.request(fourth).id == 3);
  // Live requests and ready tasks stand by id of request, not by place.
  CHECK(live(state) == std::vector<RequestRef>{second, third, fourth});
  CHECK(ready(state) == std::vector<TaskRef>{{second, a}, {third, a}, {fourth, a}});
}

TEST_CASE("a place that is used again has nothing left of the request before") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef old = state.release(0_stream, 0, 0, 4, true);
  state.request(old).alternatives = 1;
  state.request(old).accuracy_loss = 0.5;
  state.account(old).energy = 8;
  state.account(old).forecast = 3;
  state.account(old).first_start = 1;
  state.account(old).running = 1;
  state.account(old).fetched.resize(4, 1.0);
  state.replicas(old).push_back({0_tensor, 0_memory, true});
  state.publish_replicas(old);
  state.end(old);
  state.free_ended();
  const RequestRef next = state.release(0_stream, 1, 5, kNever, false);
  REQUIRE(next == old);
  const Request& request = state.request(next);
  CHECK(request.deadline == kNever);
  CHECK(request.alternatives == 0);
  CHECK(request.accuracy_loss == 0);
  CHECK(request.replicas.empty());
  CHECK(state.replicas(next).empty());
  const RequestAccount& account = state.account(next);
  CHECK_FALSE(account.gated);
  CHECK(account.energy == 0);
  CHECK(account.forecast == kNever);
  CHECK(account.first_start == kNever);
  CHECK(account.running == 0);
  CHECK(account.fetched.empty());
  for (const TaskState& task : request.tasks) CHECK(task.attempts == 0);
}

TEST_CASE("a request is reported by how it ended: only one that finished has a finish, a latency and a tardiness") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef r = state.release(0_stream, 4, 1, 6, false);
  state.account(r).first_start = 2;
  state.account(r).forecast = 5;
  state.account(r).energy = 9;
  state.request(r).accuracy_loss = 0.25;
  const RequestRecord late = state.record(r, RequestStatus::late, 8);
  CHECK(late.stream == "s");
  CHECK(late.model == "m");
  CHECK(late.index == 4);
  CHECK(late.arrival == 1);
  CHECK(late.deadline == 6);
  CHECK(late.start == 2);
  CHECK(late.forecast == 5);
  CHECK(late.energy == 9);
  CHECK(late.accuracy_loss == 0.25);
  CHECK(late.end == 8);
  CHECK(late.finish == 8);
  CHECK(late.latency == 7);
  CHECK(late.tardiness == 2);
  CHECK(state.record(r, RequestStatus::finished, 5).tardiness == 0);
  for (const RequestStatus status : {RequestStatus::dropped, RequestStatus::unfinished}) {
    const RequestRecord record = state.record(r, status, 8);
    CHECK(record.end == 8);
    CHECK_FALSE(record.finish);
    CHECK_FALSE(record.latency);
    CHECK_FALSE(record.tardiness);
  }
  const RequestRecord fresh = state.record(state.release(0_stream, 0, 0, kNever, false), RequestStatus::finished, 3);
  CHECK_FALSE(fresh.deadline);
  CHECK_FALSE(fresh.start);
  CHECK_FALSE(fresh.forecast);
  CHECK_FALSE(fresh.tardiness);
}

TEST_CASE("events of an instant are told by kind, then by request, task and accelerator, not by order of entry") {
  StateParts parts(diamonds());
  State& state = parts.state;
  // The places of two requests, the later of which lies before the earlier.
  const RequestRef gone = state.release(0_stream, 0, 0, kNever, false);
  const RequestRef earlier = state.release(0_stream, 1, 0, kNever, false);
  state.end(gone);
  state.free_ended();
  const RequestRef later = state.release(0_stream, 2, 0, kNever, false);
  REQUIRE(later < earlier);
  state.clear_events();
  const std::vector<Event> sorted = {{Event::Type::task_finished, {earlier, b}},
                                     {Event::Type::task_finished, {earlier, c}},
                                     {Event::Type::task_finished, {later, a}},
                                     {Event::Type::request_arrived, {later}},
                                     {Event::Type::accelerator_changed, {}, 0_accelerator},
                                     {Event::Type::accelerator_changed, {}, 1_accelerator},
                                     {Event::Type::woken}};
  for (std::size_t e = sorted.size(); e-- > 0;) state.push_event(sorted[e]);
  state.sort_events();
  const std::span<const Event> events = state.view(0).events;
  REQUIRE(events.size() == sorted.size());
  for (std::size_t e = 0; e < sorted.size(); ++e) {
    CAPTURE(e);
    CHECK(events[e].type == sorted[e].type);
    CHECK(events[e].task == sorted[e].task);
    CHECK(events[e].accelerator == sorted[e].accelerator);
  }
  state.clear_events();
  CHECK_FALSE(state.has_events());
  state.push_event(sorted[1]);
  state.push_event(sorted[0]);
  state.sort_events();
  CHECK(state.view(0).events[0].task == sorted[0].task);
}

TEST_CASE("the view shows replicas once they are published") {
  StateParts parts(diamonds());
  State& state = parts.state;
  const RequestRef r = state.release(0_stream, 0, 0, kNever, false);
  state.replicas(r).push_back({2_tensor, 0_memory, true});
  state.publish_replicas(r);
  REQUIRE(state.view(0).requests[r].replicas.size() == 1);
  CHECK(state.view(0).requests[r].replicas[0].tensor == 2_tensor);
}

TEST_CASE("of the future a clairvoyant policy is told what has not come yet") {
  StateParts parts(diamonds());
  State& state = parts.state;
  CHECK(state.view(0).future.empty());
  state.foretell({{0, 0_stream, 0_model, 1}, {1, 0_stream, 0_model, 2}, {0, 1_stream, 0_model, 2}});
  CHECK(state.view(0).future.size() == 3);
  CHECK(state.view(1).future.size() == 2);  // what comes now has come
  CHECK(state.view(1.5).future.size() == 2);
  CHECK(state.view(2).future.empty());
}
