// Does each slot go through its stages, and account for every second and joule on the way? Everything that is reported
// about time and energy is measured here, and a task that is disturbed on its way is where sums go wrong.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/executor.hpp"
#include "engine/executors/fluid.hpp"
#include "engine/fabric.hpp"
#include "support/engine_parts.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

/// One stream per model, each with a burst of 4; accelerators of these kinds, named as they are, on memory "mem".
contract::Inputs inputs(const std::string& kinds, const std::string& accelerators, const std::string& costs,
                        const std::string& memory = "") {
  const std::string model = R"(, "layers": [{"name": "x"}, {"name": "y"}], "costs": [)" + costs + "]}";
  return {R"({"format": 1, "name": "p", "memories": [{"name": "mem")" + memory + R"(}], "kinds": [)" + kinds +
              R"(], "accelerators": [)" + accelerators + "]}",
          R"({"format": 1, "name": "w", "streams": [
              {"name": "s", "model": "m", "arrival": {"type": "burst", "count": 4}},
              {"name": "t", "model": "n", "arrival": {"type": "burst", "count": 4}}]})",
          {{"m", R"({"format": 1, "name": "m")" + model}, {"n", R"({"format": 1, "name": "n")" + model}}};
}

constexpr AcceleratorId a = 0_accelerator, b = 1_accelerator;
constexpr TaskId x = 0_task, y = 1_task;

/// An accelerator of 2 W idle and 10 W active, or 1 W and 4 W at half the speed; x takes 4 s and 3 J at full speed.
contract::Inputs one(const std::string& members = "") {
  return inputs(R"({"name": "k", "type": "npu", "operating_points": [
                    {"name": "fast", "frequency": 2, "idle_power": 2, "active_power": 10},
                    {"name": "slow", "frequency": 1, "idle_power": 1, "active_power": 4}])" +
                    members + "}",
                R"({"name": "a", "kind": "k"})",
                R"({"layer": "x", "kind": "k", "point": "fast", "time": 4, "energy": 3},
                   {"layer": "x", "kind": "k", "point": "slow", "time": 8, "energy": 2},
                   {"layer": "y", "kind": "k", "point": "fast", "time": 0.5, "energy": 1})");
}

/// Requests 0 to 3 of model m, 4 of model n, all released at 0.
template <class ExecutorType = RecordingExecutor>
struct Site : EngineParts<ExecutorType> {
  template <class... Arguments>
  explicit Site(Arguments&&... arguments) : EngineParts<ExecutorType>(std::forward<Arguments>(arguments)...) {
    for (std::uint64_t i = 0; i < 4; ++i) this->state.release(0_stream, i, 0, kNever, false);
    this->state.release(1_stream, 0, 0, kNever, false);
  }
  /// The next event that is not void: the end of a stage.
  EventQueue::Entry next() {
    for (;;) {
      const EventQueue::Entry entry = this->events.pop();
      if (this->devices.slot(std::get<due::StageEnd>(entry.what).slot).stamp == entry.stamp) return entry;
    }
  }
  SlotId start(RequestRef request, AcceleratorId on, double now, std::vector<TaskRef> also = {}) {
    return this->devices.start({{request, x}, on, VariantId::original, std::move(also)}, now);
  }
  void finish(SlotId slot, double at) {
    const Slot copy = this->devices.slot(slot);
    this->devices.finish(slot, at);
    this->state.free_slot(copy.accelerator, at);
    for_each_task(copy, [&](TaskRef task) { this->state.finish(task, at, at); });
  }
  /// What the engine does when an accelerator is turned off.
  void fail(SlotId slot, double at) {
    const Slot copy = this->devices.slot(slot);
    this->devices.interrupt(slot, TaskStatus::failed, at);
    this->state.free_slot(copy.accelerator, at);
    for_each_task(copy, [&](TaskRef task) { this->state.interrupt(task, at, true); });
  }
};

}  // namespace

TEST_CASE("overhead, waiting for inputs, computing: each stage has its time, its power and its event") {
  Site<> site(one(R"(, "dispatch_time": 1)"));
  const SlotId slot = site.start(0_request, a, 2);
  CHECK(site.state.accelerator(a).free_slots == 0);
  CHECK(site.state.accelerator(a).free_at == 7);  // 1 s and 4 s after 2
  CHECK(site.devices.slot(slot).stage == Stage::overhead);
  CHECK(site.next().date == 3);
  site.devices.begin_waiting(slot, 2, 3);
  CHECK(site.devices.slot(slot).stage == Stage::waiting);
  site.devices.fetched(slot, 4);
  CHECK(site.devices.slot(slot).stage == Stage::waiting);
  site.devices.fetched(slot, 5);
  CHECK(site.devices.slot(slot).stage == Stage::computing);
  CHECK(site.state.task({0_request, x}).compute == 5);
  CHECK(site.state.accelerator(a).free_at == 9);
  CHECK(site.next().date == 9);
  site.finish(slot, 9);
  CHECK_FALSE(site.devices.in_use(slot));
  site.devices.close(10);

  const TaskRecord& task = site.log.task("x");
  CHECK(task.status == TaskStatus::finished);
  CHECK(task.start == 2);
  CHECK(task.inputs == 3);
  CHECK(task.compute == 5);
  CHECK(task.end == 9);
  CHECK(task.predicted == 5);
  CHECK(task.expected == 5);
  // 10 W while in use but for the wait, which is idle, and the task's own 3 J.
  CHECK(task.energy == Approx(10 * 5 + 3).epsilon(1e-12));
  CHECK(site.state.account(0_request).energy == Approx(53).epsilon(1e-12));
  const AcceleratorRecord& record = site.log.accelerators.at(0);
  CHECK(record.tasks == 1);
  CHECK(record.busy == Approx(0.4).epsilon(1e-12));
  CHECK(record.overhead == Approx(0.1).epsilon(1e-12));
  CHECK(record.waiting == Approx(0.2).epsilon(1e-12));
  CHECK(record.idle == Approx(0.3).epsilon(1e-12));
  CHECK(record.off == 0);
  CHECK(record.energy_active == Approx(53).epsilon(1e-12));
  CHECK(record.energy_idle == Approx(2 * 5).epsilon(1e-12));
  CHECK(site.reporter.totals.measured == 1);
  CHECK(site.reporter.totals.prediction_error == Approx(2.0 / 7).epsilon(1e-12));  // the wait was not foreseen
}

TEST_CASE("a task of another model than the last costs a switch; the first one on an accelerator does not") {
  Site<> site(one(R"(, "switch_time": 2, "switch_energy": 5)"));
  SlotId slot = site.start(0_request, a, 0);
  CHECK(site.devices.slot(slot).overhead == 0);
  CHECK(site.events.empty());  // an overhead of no length is no event: the caller goes on
  site.devices.begin_waiting(slot, 0, 0);
  site.finish(slot, 4);
  slot = site.start(1_request, a, 4);
  CHECK(site.devices.slot(slot).overhead == 0);
  site.devices.begin_waiting(slot, 0, 4);
  site.finish(slot, 8);
  slot = site.start(4_request, a, 8);
  CHECK(site.devices.slot(slot).overhead == 2);
  CHECK(site.next().date == 10);
  site.devices.begin_waiting(slot, 0, 10);
  site.finish(slot, 14);
  site.devices.close(14);
  CHECK(site.log.tasks.at(1).switch_time == 0);
  CHECK(site.log.tasks.at(2).switch_time == 2);
  CHECK(site.log.tasks.at(2).energy == Approx(10 * 6 + 3 + 5).epsilon(1e-12));
  CHECK(site.log.accelerators.at(0).switches == 1);
}

TEST_CASE("weights do not survive an outage: whatever was there last, the next task costs no switch") {
  Site<> site(one(R"(, "switch_time": 2, "switch_energy": 5)"));
  const SlotId slot = site.start(0_request, a, 0);
  site.devices.begin_waiting(slot, 0, 0);
  site.finish(slot, 4);
  REQUIRE(site.state.accelerator(a).last_model == 0_model);
  site.devices.set_available(a, false, 5);
  CHECK(site.state.accelerator(a).last_model == ModelId::none);
  site.devices.set_available(a, true, 6);
  CHECK(site.state.accelerator(a).last_model == ModelId::none);
  CHECK(site.devices.slot(site.start(4_request, a, 7)).overhead == 0);
}

TEST_CASE("an accelerator that is off draws nothing, and is not taken for idle") {
  Site<> site(one());
  site.devices.set_available(a, false, 3);
  CHECK_FALSE(site.state.accelerator(a).available);
  CHECK_FALSE(site.devices.in_use(0_slot));
  site.devices.set_available(a, true, 8);
  CHECK(site.state.accelerator(a).available);
  site.devices.close(10);
  const AcceleratorRecord& record = site.log.accelerators.at(0);
  CHECK(record.off == Approx(0.5).epsilon(1e-12));
  CHECK(record.idle == Approx(0.5).epsilon(1e-12));
  CHECK(record.energy_idle == Approx(2 * 5).epsilon(1e-12));
}

TEST_CASE("a task that fails is charged for what it did, and counts as a failure") {
  Site<> site(one());
  const SlotId slot = site.start(0_request, a, 0);
  site.devices.begin_waiting(slot, 0, 0);
  const std::uint64_t stamp = site.devices.slot(slot).stamp;
  site.fail(slot, 1);
  CHECK(site.devices.slot(slot).stamp != stamp);  // the end of the stage that is queued is void
  site.start(0_request, a, 1.5);
  site.devices.close(2);
  REQUIRE(site.log.tasks.size() == 2);
  CHECK(site.log.tasks[1].ready == 1);  // once more
  const TaskRecord& task = site.log.tasks[0];
  CHECK(task.status == TaskStatus::failed);
  CHECK(task.end == 1);
  CHECK(task.energy == Approx(10 + 3.0 / 4).epsilon(1e-12));
  CHECK(site.log.accelerators.at(0).failures == 1);
  CHECK(site.log.accelerators.at(0).tasks == 0);
  CHECK(site.reporter.totals.measured == 0);
}

TEST_CASE("a task that is given up at the instant it began has switched and computed nothing") {
  Site<> site(one(R"(, "switch_time": 2, "switch_energy": 5)"));
  SlotId slot = site.start(0_request, a, 0);
  site.devices.begin_waiting(slot, 0, 0);
  site.finish(slot, 4);
  slot = site.start(4_request, a, 4);
  site.fail(slot, 4);
  CHECK(site.log.tasks.at(1).energy == 0);
  // Given up during its overhead it has switched, but never got to its inputs.
  slot = site.start(1_request, a, 4);
  CHECK(site.devices.slot(slot).overhead == 2);
  site.fail(slot, 5);
  CHECK(site.log.tasks.at(2).energy == Approx(10 + 5).epsilon(1e-12));
  CHECK(site.log.tasks.at(2).inputs == 5);
  CHECK(site.log.tasks.at(2).compute == 5);
}

TEST_CASE("a change of the operating point in the middle of a task: the rest goes on at the new speed and power") {
  Site<> site(one());
  const SlotId slot = site.start(0_request, a, 0);
  site.devices.begin_waiting(slot, 0, 0);
  site.devices.set_operating_point(a, 1_point, 1);  // a quarter is done
  CHECK(site.state.accelerator(a).point == 1_point);
  CHECK(site.next().date == 7);  // three quarters of 8 s; the event of the first piece is void
  CHECK(site.state.accelerator(a).free_at == 7);
  CHECK(site.state.task({0_request, x}).compute == 0);
  site.devices.set_operating_point(a, 0_point, 5);  // half of what was left then, and so on
  CHECK(site.next().date == 6);
  site.finish(slot, 6);
  site.devices.close(8);
  const TaskRecord& task = site.log.task("x");
  CHECK(task.operating_point == "fast");
  // 10 W for 2 s and 4 W for 4 s; a half at 3 J, a half at 2 J.
  CHECK(task.energy == Approx(20 + 16 + 1.5 + 1).epsilon(1e-12));
  CHECK(site.log.accelerators.at(0).energy_idle == Approx(2 * 2).epsilon(1e-12));
  CHECK(site.log.accelerators.at(0).tasks == 1);
}

TEST_CASE("a change of the operating point of an idle accelerator changes what it draws from then on") {
  Site<> site(one());
  site.devices.set_operating_point(a, 1_point, 4);
  site.devices.close(10);
  CHECK(site.log.accelerators.at(0).energy_idle == Approx(2 * 4 + 1 * 6).epsilon(1e-12));
  CHECK(site.events.empty());
}

TEST_CASE("where a profile's energy is all that is drawn, it replaces the active power while computing") {
  Site<> site(one(R"(, "task_energy": "total", "dispatch_time": 1)"));
  const SlotId slot = site.start(0_request, a, 0);
  site.devices.begin_waiting(slot, 0, 1);
  site.finish(slot, 5);
  CHECK(site.log.task("x").energy == Approx(10 * 1 + 3).epsilon(1e-12));
  // A fraction of a second is no different.
  const SlotId brief = site.devices.start({{0_request, y}, a}, 5);
  site.devices.begin_waiting(brief, 0, 6);
  site.finish(brief, 6.5);
  CHECK(site.log.task("y").energy == Approx(10 * 1 + 1).epsilon(1e-12));
}

TEST_CASE("slots share the power of their accelerator, and each takes one task") {
  Site<> site(one(R"(, "slots": 2)"));
  REQUIRE(site.devices.slots().size() == 2);
  const SlotId first = site.start(0_request, a, 0);
  CHECK(site.state.accelerator(a).free_slots == 1);
  CHECK(site.state.accelerator(a).free_at == 0);
  const SlotId second = site.start(1_request, a, 1);
  CHECK(first != second);
  CHECK(site.state.accelerator(a).free_at == 4);  // the first of them
  site.devices.begin_waiting(first, 0, 0);
  site.devices.begin_waiting(second, 0, 1);
  site.finish(first, 4);
  CHECK(site.start(2_request, a, 4) == first);
  site.fail(first, 4);
  site.finish(second, 5);
  site.devices.close(5);
  CHECK(site.log.tasks.at(0).slot == 0);
  CHECK(site.log.tasks.at(2).slot == 1);
  CHECK(site.log.tasks.at(0).energy == Approx(5 * 4 + 3).epsilon(1e-12));
  CHECK(site.log.accelerators.at(0).busy == Approx(8.0 / 10).epsilon(1e-12));
  CHECK(site.log.accelerators.at(0).energy_idle == Approx(1 + 1).epsilon(1e-12));
}

TEST_CASE("what a policy expects is recorded beside the prediction, and errs on its own") {
  Site<> site(one());
  Start start{{0_request, x}, a};
  start.expected = 5;
  const SlotId slot = site.devices.start(start, 0);
  site.devices.begin_waiting(slot, 0, 0);
  site.finish(slot, 4);
  CHECK(site.log.task("x").predicted == 4);
  CHECK(site.log.task("x").expected == 5);
  CHECK(site.reporter.totals.prediction_error == 0);
  CHECK(site.reporter.totals.expectation_error == Approx(0.25).epsilon(1e-12));
}

TEST_CASE("jitter is the same for a task of a request wherever and whenever it runs, and stays within its spread") {
  const auto scenario = contract::make_scenario(one());
  scenario->options.execution_jitter = {JitterDistribution::uniform, 0.5};
  const auto times = [&](std::vector<RequestRef> order) {
    Site<> site(scenario);
    std::vector<double> took(4);
    double now = 0;
    for (const RequestRef r : order) {
      const SlotId slot = site.start(r, a, now);
      site.devices.begin_waiting(slot, 0, now);
      const double end = site.next().date;
      CHECK(site.devices.slot(slot).predicted == Approx(4).epsilon(1e-12));
      CHECK(end - now > 2);
      CHECK(end - now < 6);
      took[index_of(r)] = end - now;
      site.finish(slot, end);
      now = end;
    }
    return took;
  };
  const std::vector<double> forth = times({0_request, 1_request, 2_request, 3_request});
  const std::vector<double> back = times({3_request, 2_request, 1_request, 0_request});
  for (std::size_t i = 0; i < 4; ++i) CHECK(forth[i] == Approx(back[i]).epsilon(1e-12));
  CHECK(forth[0] != forth[1]);
}

TEST_CASE("traffic flows through a limited memory at the port's rate, or at that of computing if that is less") {
  const auto asked = [](const std::string& members, const std::string& memory) {
    Site<> site(inputs(
        R"({"name": "k", "type": "npu")" + members + "}", R"({"name": "a", "kind": "k"})",
        R"({"layer": "x", "kind": "k", "time": 4, "bytes": 100}, {"layer": "y", "kind": "k", "time": 1})", memory));
    const SlotId slot = site.start(0_request, a, 0);
    site.devices.begin_waiting(slot, 0, 0);
    CHECK(site.devices.slot(slot).flowing == !site.executor.traffic.empty());
    return std::pair{site.executor.traffic, site.events.next()};
  };
  const auto [slow, none] = asked("", R"(, "bandwidth": 1000)");
  REQUIRE(slow.size() == 1);
  CHECK(slow[0].slot == 0_slot);
  CHECK(slow[0].bytes == 100);
  CHECK(slow[0].max_rate == 25);  // it takes its 4 s whatever the memory could do
  CHECK(none == kNever);          // the end of the flow is its end
  CHECK(asked(R"(, "port_bandwidth": 10)", R"(, "bandwidth": 1000)").first.at(0).max_rate == 10);
  // An unlimited memory serves nobody slower: an event tells the end, at the rate of the port.
  const auto [nothing, end] = asked("", "");
  CHECK(nothing.empty());
  CHECK(end == 4);
  CHECK(asked(R"(, "port_bandwidth": 10)", "").second == 10);
}

TEST_CASE("who shares a memory slows down, and is charged for the bytes that it has moved") {
  /// Two accelerators, each with traffic of 100 B in 1 s, on a memory of 100 B/s.
  const auto scenario = contract::make_scenario(
      inputs(R"({"name": "k", "type": "npu"})", R"({"name": "a", "kind": "k"}, {"name": "b", "kind": "k"})",
             R"({"layer": "x", "kind": "k", "time": 1, "bytes": 100}, {"layer": "y", "kind": "k", "time": 1})",
             R"(, "bandwidth": 100, "energy_per_byte": 2)"));
  StateParts fixed(scenario);
  struct Fluid : Executor {
    explicit Fluid(const Fabric& fabric) : is(make_fluid_executor(fabric)) {}
    double now() const override { return is->now(); }
    void start_traffic(SlotId slot, double bytes, double rate) override { is->start_traffic(slot, bytes, rate); }
    void start_transfer(FlowId flow, MemoryId from, MemoryId to, double bytes) override {
      is->start_transfer(flow, from, to, bytes);
    }
    void set_max_rate(SlotId slot, double rate) override { is->set_max_rate(slot, rate); }
    void set_bandwidth(MemoryId memory, double bandwidth) override { is->set_bandwidth(memory, bandwidth); }
    double cancel(FlowId flow) override { return is->cancel(flow); }
    void wait(double until, std::vector<FlowId>& finished) override { is->wait(until, finished); }
    std::unique_ptr<Executor> is;
  };
  Site<Fluid> site(scenario, fabric_of(fixed.tables));
  std::vector<FlowId> done;
  const SlotId first = site.start(0_request, a, 0);
  site.devices.begin_waiting(first, 0, 0);
  site.executor.wait(0.5, done);
  CHECK(done.empty());
  const SlotId second = site.start(1_request, b, 0.5);
  site.devices.begin_waiting(second, 0, 0.5);
  site.executor.wait(kNever, done);  // the first has 50 B left and half the memory: 1 s more
  CHECK(site.executor.now() == Approx(1.5).epsilon(1e-12));
  REQUIRE(done == std::vector<FlowId>{flow_of(first)});
  site.finish(first, 1.5);
  site.executor.wait(1.75, done);  // alone again, it moves 25 B of the other 50
  site.fail(second, 1.75);
  REQUIRE(site.log.tasks.size() == 2);
  CHECK(site.log.tasks[0].energy_transfer == Approx(200).epsilon(1e-12));
  CHECK(site.log.tasks[0].bytes == Approx(100).epsilon(1e-12));
  CHECK(site.log.tasks[1].energy_transfer == Approx(150).epsilon(1e-12));
  CHECK(site.log.tasks[1].bytes == Approx(75).epsilon(1e-12));
  CHECK(site.reporter.totals.energy_transfer == Approx(350).epsilon(1e-12));
  CHECK(site.executor.now() == 1.75);
  site.executor.wait(5, done);
  CHECK(done.empty());  // its flow was given up
}

TEST_CASE("a change of the operating point stops a flow and goes on with the bytes that are left") {
  Site<> site(inputs(
      R"({"name": "k", "type": "npu", "operating_points": [{"name": "fast", "frequency": 2}, {"name": "slow", "frequency": 1}]})",
      R"({"name": "a", "kind": "k"})",
      R"({"layer": "x", "kind": "k", "time": 4, "bytes": 100}, {"layer": "y", "kind": "k", "time": 1})",
      R"(, "bandwidth": 1000)"));
  const SlotId slot = site.start(0_request, a, 0);
  site.devices.begin_waiting(slot, 0, 0);
  site.executor.left = 60;
  site.devices.set_operating_point(a, 1_point, 1);
  CHECK(site.executor.cancelled == std::vector<FlowId>{flow_of(slot)});
  REQUIRE(site.executor.traffic.size() == 2);
  CHECK(site.executor.traffic[1].bytes == Approx(60).epsilon(1e-12));
  CHECK(site.executor.traffic[1].max_rate == Approx(12.5).epsilon(1e-12));  // 100 B in 8 s
  site.finish(slot, 9);
  CHECK(site.executor.cancelled.size() == 1);  // a flow that is through is not given up
  CHECK(site.log.task("x").bytes == Approx(100).epsilon(1e-12));
}

TEST_CASE("a batch takes one slot; its cost is that of all together and is shared by them") {
  Site<> site(one(R"(, "max_batch": 3)"));
  const SlotId slot = site.start(0_request, a, 0, {{1_request, x}, {2_request, x}});
  site.devices.begin_waiting(slot, 0, 0);
  CHECK(site.next().date == 12);  // three times one: nothing is fixed
  for (const RequestRef r : {0_request, 1_request, 2_request})
    CHECK(site.state.task({r, x}).progress == Progress::running);
  site.finish(slot, 12);
  REQUIRE(site.log.tasks.size() == 3);
  for (const TaskRecord& task : site.log.tasks) {
    CHECK(task.batch == 3);
    CHECK(task.energy == Approx((10 * 12 + 9) / 3.0).epsilon(1e-12));
  }
  site.devices.close(12);
  CHECK(site.log.accelerators.at(0).tasks == 3);
  CHECK(site.devices.slot(slot).batch == 1);
}

TEST_CASE("who leaves a batch is charged for its part so far; the others go on at the cost of all") {
  Site<> site(one(R"(, "max_batch": 3)"));
  const SlotId slot = site.start(0_request, a, 0, {{1_request, x}, {2_request, x}});
  site.devices.begin_waiting(slot, 3, 0);
  site.devices.leave(slot, {0_request, x}, 1, 1);  // the first: another takes its place
  CHECK(site.devices.slot(slot).stage == Stage::waiting);
  site.devices.fetched(slot, 2);
  site.devices.leave(slot, {1_request, x}, 1, 3);  // nobody waits for anything any more
  CHECK(site.devices.slot(slot).stage == Stage::computing);
  CHECK(site.devices.slot(slot).task == TaskRef{2_request, x});
  CHECK(site.next().date == 15);
  site.finish(slot, 15);
  REQUIRE(site.log.tasks.size() == 3);
  CHECK(site.log.tasks[0].status == TaskStatus::aborted);
  CHECK(site.log.tasks[0].request == 0);
  CHECK(site.log.tasks[0].end == 1);
  CHECK(site.log.tasks[1].request == 1);
  CHECK(site.log.tasks[2].status == TaskStatus::finished);
  CHECK(site.log.tasks[2].energy == Approx(10 * 12 + 9).epsilon(1e-12));
}

TEST_CASE("energy is counted once: what tasks are charged with is what the accelerator has drawn while in use") {
  Site<> site(one(R"(, "max_batch": 3, "dispatch_time": 1)"));
  const SlotId slot = site.start(0_request, a, 0, {{1_request, x}, {2_request, x}});
  site.devices.begin_waiting(slot, 0, 1);
  site.devices.leave(slot, {1_request, x}, 0, 4);
  site.devices.set_operating_point(a, 1_point, 5);
  site.fail(slot, 9);
  site.devices.close(10);
  double charged = 0;
  for (const TaskRecord& task : site.log.tasks) charged += task.energy;
  CHECK(charged == Approx(site.log.accelerators.at(0).energy_active).epsilon(1e-12));
  double drawn = 0;
  for (const PowerRecord& piece : site.log.pieces) drawn += piece.power * (piece.to - piece.from);
  CHECK(drawn == Approx(site.reporter.totals.energy_active + site.reporter.totals.energy_idle).epsilon(1e-12));
}

TEST_CASE("at the end of a run, what still runs is measured and reported as unfinished") {
  Site<> site(one());
  const SlotId slot = site.start(0_request, a, 0);
  site.devices.begin_waiting(slot, 0, 0);
  site.devices.close(2);
  CHECK(site.log.task("x").status == TaskStatus::unfinished);
  CHECK(site.log.task("x").energy == Approx(10 * 2 + 1.5).epsilon(1e-12));
  CHECK(site.log.accelerators.at(0).busy == 1);
  CHECK(site.log.accelerators.at(0).tasks == 0);
  CHECK(site.log.accelerators.at(0).failures == 0);
  CHECK(site.reporter.totals.energy_active == Approx(21.5).epsilon(1e-12));
}
