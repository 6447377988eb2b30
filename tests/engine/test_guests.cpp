// What an accelerator hands over occupies another one: does each wait for the other, and for nothing else? Closed forms
// by hand; transitions between tasks; outages and drops on either side.
#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/json_document.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

/// A GPU of 1 W and 11 W, a DLA of 0.5 W and 3 W that hands over to it; further members of the kinds and accelerators.
std::string soc(const std::string& dla, const std::string& gpu = "", const std::string& memory = "",
                const std::string& accelerators = R"({"name": "gpu", "kind": "gpu"}, {"name": "dla", "kind": "dla"})") {
  return R"({"format": 1, "name": "p", "kinds": [
      {"name": "gpu", "type": "gpu", "operating_points": [{"name": "o", "idle_power": 1, "active_power": 11}])" +
         gpu + R"(},
      {"name": "dla", "type": "dla", "operating_points": [{"name": "o", "idle_power": 0.5, "active_power": 3}],
       "fallback": "gpu")" +
         dla + R"(}], "memories": [{"name": "dram")" + memory + R"(}], "accelerators": [)" + accelerators + "]}";
}

/// Layers of 2 s on the DLA, 1 s on the GPU, 2 s on the DLA; "busy" and "other" are of the GPU alone.
std::map<std::string, std::string> models(const std::string& bytes = "", const std::string& more = "") {
  const auto of_gpu = [](const std::string& name, const std::string& time) {
    return R"({"format": 1, "name": ")" + name + R"(", "layers": [{"name": ")" + name +
           R"("}], "costs": [{"layer": ")" + name + R"(", "kind": "gpu", "time": )" + time + "}]}";
  };
  return {
      {"d",
       R"({"format": 1, "name": "d", "layers": [{"name": "a", "output_bytes": 10}, {"name": "b", "output_bytes": 20},
            {"name": "c"}], "costs": [{"layer": "a", "kind": "dla", "time": 2}, {"layer": "b", "kind": "gpu", "time": 1)" +
           bytes + R"(}, {"layer": "c", "kind": "dla", "time": 2}])" + more + "}"},
      {"busy", of_gpu("busy", "3")},
      {"other", of_gpu("other", "1")}};
}

std::string stream(const std::string& model, const std::string& at, const std::string& more = "") {
  return R"({"name": ")" + model + R"(", "model": ")" + model +
         R"(", "granularity": "model", "arrival": {"type": "trace", "times": [)" + at + "]}" + more + "}";
}

std::string workload(const std::string& streams) {
  return R"({"format": 1, "name": "w", "streams": [)" + streams + "]}";
}

std::vector<TaskRecord> rows_of(const Log& log, const std::string& model) {
  std::vector<TaskRecord> rows;
  for (const TaskRecord& row : log.tasks)
    if (row.model == model) rows.push_back(row);
  return rows;
}

void check_row(const TaskRecord& row, const std::string& accelerator, double start, double end, TaskStatus status) {
  CHECK(row.accelerator == accelerator);
  CHECK(row.start == Approx(start).epsilon(1e-12));
  CHECK(row.end == Approx(end).epsilon(1e-12));
  CHECK(row.status == status);
}

constexpr Backend kBoth[] = {Backend::simgrid, Backend::fluid};

}  // namespace

TEST_CASE("alone, a task takes all of its segments and a transition each way, and both sides draw what they do") {
  for (const Backend backend : kBoth) {
    const Log log = simulate_log(
        make_scenario({soc(R"(, "fallback_time": 0.1)"), workload(stream("d", "0")), models()}), "fcfs", {}, backend);
    const std::vector<TaskRecord> rows = rows_of(log, "d");
    REQUIRE(rows.size() == 3);
    check_row(rows[0], "dla", 0, 2, TaskStatus::part);
    check_row(rows[1], "gpu", 2, 3.2, TaskStatus::part);
    check_row(rows[2], "dla", 3.2, 5.2, TaskStatus::finished);
    for (const TaskRecord& row : rows) CHECK(row.predicted == Approx(row.end - row.start).epsilon(1e-12));
    CHECK(log.totals.measured == 1);
    CHECK(log.totals.prediction_error == Approx(0).epsilon(1e-12));
    const AcceleratorRecord &gpu = log.accelerators.at(0), &dla = log.accelerators.at(1);
    CHECK(gpu.tasks == 0);  // the task is the DLA's, and counts once
    CHECK(dla.tasks == 1);
    CHECK(gpu.busy == Approx(1.2 / 5.2).epsilon(1e-12));
    CHECK(dla.busy == Approx(4 / 5.2).epsilon(1e-12));
    CHECK(dla.waiting == Approx(1.2 / 5.2).epsilon(1e-12));
    CHECK(gpu.energy_active == Approx(1.2 * 11).epsilon(1e-12));
    CHECK(gpu.energy_idle == Approx(4 * 1).epsilon(1e-12));
    CHECK(dla.energy_active == Approx(4 * 3).epsilon(1e-12));
    CHECK(dla.energy_idle == Approx(1.2 * 0.5).epsilon(1e-12));
    CHECK(log.requests.at(0).energy == Approx(1.2 * 11 + 4 * 3).epsilon(1e-12));
    CHECK(*log.requests.at(0).latency == Approx(5.2).epsilon(1e-12));
  }
}

TEST_CASE("a guest waits for a slot, and gets it before what the policy would start next") {
  for (const Backend backend : kBoth) {
    const Log log = simulate_log(
        make_scenario({soc(R"(, "fallback_time": 0.1)"),
                       workload(stream("d", "0") + "," + stream("busy", "0") + "," + stream("other", "1")), models()}),
        "fcfs", {}, backend);
    const std::vector<TaskRecord> rows = rows_of(log, "d");
    REQUIRE(rows.size() == 3);
    check_row(rows[1], "gpu", 3, 4.2, TaskStatus::part);
    check_row(rows[2], "dla", 4.2, 6.2, TaskStatus::finished);
    check_row(rows_of(log, "other").at(0), "gpu", 4.2, 5.2, TaskStatus::finished);
  }
}

TEST_CASE("policies see guests, when their accelerator is free again, and are called when one has left") {
  std::vector<std::string> seen;
  bool started = false;
  Scripted policy([&](const SystemView& view, Decisions& out) {
    const Accelerator &gpu = view.accelerators[id_of<AcceleratorId>(0)],
                      &dla = view.accelerators[id_of<AcceleratorId>(1)];
    for (const Event& event : view.events)
      if (event.type == Event::Type::guest_left) {
        CHECK(view.now == Approx(3.2).epsilon(1e-12));
        CHECK(gpu.guests == 0);
        CHECK(gpu.free_slots == 1);
        seen.emplace_back("left");
      } else if (event.type == Event::Type::woken) {
        CHECK(gpu.guests == 1);
        CHECK(gpu.free_slots == 0);
        CHECK(gpu.free_at == Approx(3.2).epsilon(1e-12));
        CHECK(dla.free_at == Approx(5.2).epsilon(1e-12));
        seen.emplace_back("there");
      }
    for (const TaskRef task : view.ready) {
      if (!view.can_start(task, id_of<AcceleratorId>(1)) || started) continue;
      started = true;
      const ModelTask& it = view.model_task(task);
      CHECK(view.run_time(task, id_of<AcceleratorId>(1)) == Approx(5.2).epsilon(1e-12));
      CHECK(view.alone_energy_at(it, id_of<AcceleratorId>(1), id_of<PointId>(0)) ==
            Approx(4 * 3 + 1.2 * (11 + 0.5)).epsilon(1e-12));
      CHECK(view.segments(it, dla.kind).size() == 3);
      CHECK(dla.helper == id_of<AcceleratorId>(0));
      out.start(task, id_of<AcceleratorId>(1));
      out.wake_at(2.5);
    }
  });
  simulate_log(make_scenario({soc(R"(, "fallback_time": 0.1)"), workload(stream("d", "0")), models()}), policy);
  CHECK(seen == std::vector<std::string>{"there", "left"});
}

TEST_CASE("the one that is free first computes it, then by id; or the one that is named") {
  const std::string two = R"({"name": "gpu", "kind": "gpu", "count": 2}, {"name": "dla", "kind": "dla")";
  const auto helper = [&](const std::string& accelerators, const std::string& streams) {
    const Log log = simulate_log(make_scenario({soc("", "", "", accelerators), workload(streams), models()}), "fcfs");
    return std::string(rows_of(log, "d").at(1).accelerator);
  };
  CHECK(helper(two + "}", stream("d", "0")) == "gpu0");
  CHECK(helper(two + "}", stream("busy", "0") + "," + stream("d", "0")) == "gpu1");
  CHECK(helper(two + R"(, "fallback": "gpu1"})", stream("d", "0")) == "gpu1");
  const Log waits = simulate_log(make_scenario({soc("", "", "", two + R"(, "fallback": "gpu0"})"),
                                                workload(stream("busy", "0") + "," + stream("d", "0")), models()}),
                                 "fcfs");
  check_row(rows_of(waits, "d").at(1), "gpu0", 3, 4, TaskStatus::part);
}

TEST_CASE("traffic of a guest is that of the helper's slot: prediction alone, and a memory that both sides share") {
  for (const Backend backend : kBoth) {
    // 30 bytes at 20 B/s: the segment takes 1.5 s, and 0.1 s each way are hidden behind its traffic.
    const Log log =
        simulate_log(make_scenario({soc(R"(, "fallback_time": 0.1)", "", R"(, "bandwidth": 20, "energy_per_byte": 2)"),
                                    workload(stream("d", "0")), models(R"(, "bytes": 30)")}),
                     "fcfs", {}, backend);
    CHECK(log.totals.end == Approx(5.5).epsilon(1e-9));
    CHECK(log.totals.prediction_error == Approx(0).epsilon(1e-9));
    CHECK(rows_of(log, "d").at(1).bytes == Approx(30));
    CHECK(log.totals.energy_transfer == Approx(60));
  }
}

TEST_CASE("where the helper fails the guest begins again; where the accelerator fails the task does") {
  const auto run = [](const Outage& outage, Backend backend) {
    auto scenario = make_scenario({soc(R"(, "fallback_time": 0.1)"), workload(stream("d", "0")), models()});
    scenario->options.outages = {outage};
    return simulate_log(scenario, "fcfs", {}, backend);
  };
  for (const Backend backend : kBoth) {
    const std::vector<TaskRecord> helper = rows_of(run({"gpu", 2.5, 4}, backend), "d");
    REQUIRE(helper.size() == 4);
    check_row(helper[1], "gpu", 2, 2.5, TaskStatus::failed);
    check_row(helper[2], "gpu", 4, 5.2, TaskStatus::part);
    check_row(helper[3], "dla", 5.2, 7.2, TaskStatus::finished);
    const Log log = run({"dla", 2.5, 3}, backend);
    const std::vector<TaskRecord> own = rows_of(log, "d");
    REQUIRE(own.size() == 5);
    check_row(own[1], "gpu", 2, 2.5, TaskStatus::failed);
    check_row(own[2], "dla", 3, 5, TaskStatus::part);
    check_row(own[4], "dla", 6.2, 8.2, TaskStatus::finished);
    CHECK(log.accelerators.at(1).failures == 1);
    CHECK(log.accelerators.at(0).failures == 0);
  }
  // Off for good: what waits for it stays unfinished, and the run ends.
  auto never = make_scenario({soc(""), workload(stream("d", "0")), models()});
  never->options.outages = {{"gpu", 1, std::nullopt}};
  const Log log = simulate_log(never, "fcfs");
  CHECK(log.totals.stuck);
  CHECK(log.requests.at(0).status == RequestStatus::unfinished);
}

TEST_CASE("a request that is dropped takes its guest with it") {
  const Log log = simulate_log(
      make_scenario({soc(R"(, "fallback_time": 0.1)"),
                     workload(stream("d", "0", R"(, "deadline": 2.5, "drop": "late")") + "," + stream("other", "2.2")),
                     models()}),
      "fcfs");
  const std::vector<TaskRecord> rows = rows_of(log, "d");
  REQUIRE(rows.size() == 2);
  check_row(rows[1], "gpu", 2, 2.5, TaskStatus::aborted);
  check_row(rows_of(log, "other").at(0), "gpu", 2.5, 3.5, TaskStatus::finished);
  CHECK(log.requests.at(0).energy == Approx(2 * 3 + 0.5 * 11).epsilon(1e-12));
}

TEST_CASE("between tasks, the kind that is said to goes over: before it computes, or as a guest of the consumer's") {
  const std::string transitions =
      R"(, "transitions": [{"to": "gpu", "time": 0.1, "energy": 5}, {"from": "gpu", "time": 0.1, "bandwidth": 200}])";
  const auto run = [&](const std::string& dla, const std::string& more, Backend backend) {
    std::string layers = stream("d", "0");
    layers.replace(layers.find("\"model\", \"arr"), 7, "\"layer\"");
    return simulate_log(make_scenario({soc(dla), workload(layers), models("", more)}), "fcfs", {}, backend);
  };
  for (const Backend backend : kBoth) {
    const Log log = run(transitions, "", backend);
    check_row(log.task("a"), "dla", 0, 2, TaskStatus::finished);
    check_row(log.task("b"), "gpu", 2, 3.1, TaskStatus::finished);
    CHECK(log.task("b").energy == Approx(1.1 * 11 + 5).epsilon(1e-12));
    // 0.1 s and 20 bytes at 200 B/s, as a guest of the GPU, then 2 s
    const std::vector<TaskRecord> rows = rows_of(log, "d");
    REQUIRE(rows.size() == 4);
    check_row(rows[2], "gpu", 3.1, 3.3, TaskStatus::part);
    CHECK(rows[2].task == "c");
    check_row(rows[3], "dla", 3.1, 5.3, TaskStatus::finished);  // the slot was its own from 3.1 s on
    CHECK(rows[3].compute == Approx(3.3).epsilon(1e-12));
    CHECK(log.totals.prediction_error == Approx(0).epsilon(1e-12));
    CHECK(log.requests.at(0).energy == Approx(4 * 3 + 1.1 * 11 + 5 + 0.2 * 11).epsilon(1e-12));
    // What was measured after a layer goes before what the kinds say.
    const Log measured =
        run(transitions, R"(, "transitions": [{"after": "a", "from": "dla", "to": "gpu", "time": 0.5}])", backend);
    check_row(measured.task("b"), "gpu", 2, 3.5, TaskStatus::finished);
    // The kind itself does it.
    const Log own = run(R"(, "transitions": [{"from": "gpu", "on": "dla", "time": 0.3}])", "", backend);
    check_row(own.task("c"), "dla", 3, 5.3, TaskStatus::finished);
    CHECK(own.totals.prediction_error == Approx(0).epsilon(1e-12));
  }
}

TEST_CASE("within a task, transitions and their measurements go before fallback_time; bytes are those of the cut") {
  const auto end = [](const std::string& dla, const std::string& more) {
    return simulate_log(make_scenario({soc(dla), workload(stream("d", "0")), models("", more)}), "fcfs").totals.end;
  };
  // 10 bytes over, 20 back at 100 B/s
  CHECK(
      end(R"(, "fallback_time": 9, "transitions": [{"to": "gpu", "bandwidth": 100}, {"from": "gpu", "bandwidth": 100}])",
          "") == Approx(5.3).epsilon(1e-12));
  CHECK(end(R"(, "fallback_time": 0.1)",
            R"(, "transitions": [{"after": "b", "from": "gpu", "to": "dla", "time": 0.7}])") ==
        Approx(5.8).epsilon(1e-12));
}

TEST_CASE("a batch hands over as a whole, and who leaves it leaves its guest") {
  const Log log = simulate_choice(
      make_scenario({soc(R"(, "max_batch": 2, "fallback_time": 0.1)", R"(, "max_batch": 2)"),
                     workload(R"({"name": "s", "model": "d", "granularity": "model", "deadline": 5, "drop": "late",
                                  "arrival": {"type": "trace", "times": [0]}},
                                 {"name": "t", "model": "d", "granularity": "model",
                                  "arrival": {"type": "trace", "times": [0]}})"),
                     models()}),
      R"({"name": "fcfs", "decorators": ["batch"]})");
  // 4 s, 2.2 s, 4 s for two; one is dropped while the GPU computes for both.
  CHECK(log.requests.at(0).status == RequestStatus::dropped);
  CHECK(log.totals.end == Approx(10.2).epsilon(1e-12));
  for (const TaskRecord& row : log.tasks) CHECK(row.batch == 2);
}

TEST_CASE("a cap on power holds while a guest draws: it is counted when the task starts that hands it over") {
  const std::string two = R"({"name": "gpu", "kind": "gpu", "count": 2}, {"name": "dla", "kind": "dla"})";
  const auto run = [&](const std::string& choice) {
    return simulate_choice(
        make_scenario({soc("", "", "", two), workload(stream("busy", "0") + "," + stream("d", "0")), models()}),
        choice);
  };
  // Idle 2.5 W; a GPU adds 10 W, the DLA 2.5 W, its guest 10 W.
  CHECK(peak_power(run(R"("fcfs")")) == Approx(22.5));
  const Log capped = run(R"({"name": "fcfs", "decorators": [{"name": "power_cap", "parameters": {"cap": 15}}]})");
  CHECK(peak_power(capped) <= 15 * (1 + 1e-12));
  CHECK(capped.requests.size() == 2);
  for (const RequestRecord& request : capped.requests) CHECK(request.status == RequestStatus::finished);
}

TEST_CASE(
    "HaX-CoNN's GoogLeNet, divided at each group: its groups and the transition of that cut, as its table has it") {
  Problems problems;
  const Json data = Json::parse(read_file("tests/data/haxconn/googlenet_alexnet.json", problems).value())["googlenet"];
  const std::size_t groups = data["gpu_ms"].size();
  Json model = {{"format", 1},
                {"name", "googlenet"},
                {"layers", Json::array()},
                {"costs", Json::array()},
                {"transitions", Json::array()}};
  for (std::size_t g = 0; g < groups; ++g) {
    const std::string name = "g" + std::to_string(g);
    model["layers"].push_back({{"name", name}});
    model["costs"].push_back({{"layer", name}, {"kind", "gpu"}, {"time", data["gpu_ms"][g]}});
    model["costs"].push_back({{"layer", name}, {"kind", "dla"}, {"time", data["dla_ms"][g]}});
    if (g + 1 < groups)
      model["transitions"].push_back(
          {{"after", name}, {"from", "gpu"}, {"to", "dla"}, {"time", data["trans_ms_from_gpu"][g]}});
  }
  for (std::size_t cut = 1; cut < groups; ++cut) {
    double expected = data["trans_ms_from_gpu"][cut - 1];
    for (std::size_t g = 0; g < groups; ++g) expected += data[g < cut ? "gpu_ms" : "dla_ms"][g].get<double>();
    Scripted policy([&](const SystemView& view, Decisions& out) {
      for (const TaskRef task : view.ready) out.start(task, id_of<AcceleratorId>(index_of(task.task) < cut ? 0 : 1));
    });
    const Log log = simulate_log(make_scenario({soc(""),
                                                workload(R"({"name": "s", "model": "m", "arrival": {"type": "trace",
                                                             "times": [0]}})"),
                                                {{"m", model.dump()}}}),
                                 policy, cut % 2 == 0 ? Backend::simgrid : Backend::fluid);
    CHECK(log.totals.end == Approx(expected).epsilon(1e-12));
  }
}

TEST_CASE("GoogLeNet alone on AGX Xavier, from its groups, reformatting and softmax: within 3 % of what was measured") {
  // HaX-CoNN's artifact (Dagli and Belviranli, PPoPP 2024), fp16, TensorRT 7.1.3, in ms: its groups on the GPU and,
  // as differences of profiles, on the DLA; the GPU's reformatting of input and output; its softmax, which the DLA
  // lacks.
  const std::vector<double> gpu = {0.3606,  0.14896, 0.20476, 0.11362, 0.12427,
                                   0.12624, 0.14804, 0.1984,  0.12649, 0.20873};
  const std::vector<double> dla = {1.081, 0.2052, 0.3363, 0.3345, 0.2028, 0.2151, 0.2307, 0.309, 0.2224, 0.4091};
  Json model = {{"format", 1}, {"name", "m"}, {"layers", Json::array()}, {"costs", Json::array()}};
  const auto add = [&](const std::string& name, double on_gpu, std::optional<double> on_dla) {
    model["layers"].push_back({{"name", name}});
    model["costs"].push_back({{"layer", name}, {"kind", "gpu"}, {"time", on_gpu * 1e-3}});
    if (on_dla) model["costs"].push_back({{"layer", name}, {"kind", "dla"}, {"time", *on_dla * 1e-3}});
  };
  add("reformat", 0.181, 0);
  for (std::size_t g = 0; g < gpu.size(); ++g) add("g" + std::to_string(g), gpu[g], dla[g]);
  add("prob", 0.00606, std::nullopt);
  for (const Backend backend : kBoth) {
    const auto alone = [&](std::size_t accelerator) {
      Scripted policy([&](const SystemView& view, Decisions& out) {
        for (const TaskRef task : view.ready) out.start(task, id_of<AcceleratorId>(accelerator));
      });
      const std::string transition = R"(, "transitions": [{"to": "gpu", "time": 55.3e-6}])";  // mean over the cuts
      const Log log = simulate_log(make_scenario({soc(transition), workload(stream("m", "0")), {{"m", model.dump()}}}),
                                   policy, backend);
      return log.totals.end;
    };
    CHECK(alone(0) == Approx(1.96e-3).epsilon(0.03));
    CHECK(alone(1) == Approx(3.65e-3).epsilon(0.03));
    CHECK(alone(1) == Approx(3.6075e-3).epsilon(1e-4));
  }
}

TEST_CASE("where a profile's energy is all that is drawn, the active power counts for transitions alone") {
  for (const Backend backend : kBoth) {
    const Log log = simulate_log(make_scenario({soc(R"(, "fallback_time": 0.1)", R"(, "task_energy": "total")"),
                                                workload(stream("d", "0")), models(R"(, "energy": 7)")}),
                                 "fcfs", {}, backend);
    CHECK(log.accelerators.at(0).energy_active == Approx(7 + 0.2 * 11).epsilon(1e-12));
    CHECK(log.requests.at(0).energy == Approx(4 * 3 + 7 + 0.2 * 11).epsilon(1e-12));
  }
}

TEST_CASE("a guest pays dispatch and the switch of models where it is, and computes at that accelerator's point") {
  const auto run = [](const std::string& gpu, const std::string& streams) {
    return simulate_log(make_scenario({soc("", gpu), workload(streams), models()}), "fcfs");
  };
  const Log dispatched = run(R"(, "dispatch_time": 0.5)", stream("d", "0"));
  CHECK(dispatched.totals.end == Approx(5.5).epsilon(1e-12));
  CHECK(dispatched.totals.prediction_error == Approx(0).epsilon(1e-12));
  // From "other" to "d": 0.25 s and 4 J.
  const Log switched =
      run(R"(, "switch_time": 0.25, "switch_energy": 4)", stream("d", "0") + "," + stream("other", "0"));
  check_row(rows_of(switched, "d").at(1), "gpu", 2, 3.25, TaskStatus::part);
  CHECK(rows_of(switched, "d").at(1).energy == Approx(1.25 * 11 + 4).epsilon(1e-12));
  CHECK(switched.accelerators.at(0).switches == 1);
  // The GPU goes to half the speed in the middle of the segment.
  const std::string two_points = R"({"format": 1, "name": "p", "kinds": [
      {"name": "gpu", "type": "gpu", "operating_points": [{"name": "fast", "frequency": 2, "idle_power": 1, "active_power": 11},
        {"name": "slow", "frequency": 1, "idle_power": 1, "active_power": 5}]},
      {"name": "dla", "type": "dla", "operating_points": [{"name": "o", "idle_power": 0.5, "active_power": 3}],
       "fallback": "gpu"}],
      "accelerators": [{"name": "gpu", "kind": "gpu"}, {"name": "dla", "kind": "dla"}]})";
  for (const Backend backend : kBoth) {
    Scripted policy([&](const SystemView& view, Decisions& out) {
      for (const TaskRef task : view.ready) out.start(task, id_of<AcceleratorId>(1));
      if (view.now == 0) out.wake_at(2.5);
      if (view.now == 2.5) out.set_operating_point(id_of<AcceleratorId>(0), id_of<PointId>(1));
    });
    const Log log = simulate_log(make_scenario({two_points, workload(stream("d", "0")), models()}), policy, backend);
    check_row(rows_of(log, "d").at(1), "gpu", 2, 3.5, TaskStatus::part);
    CHECK(rows_of(log, "d").at(1).energy == Approx(0.5 * 11 + 1 * 5).epsilon(1e-12));
  }
}

TEST_CASE("guests come first in, first out; one whose helper fails keeps its place") {
  const std::string two = R"({"name": "gpu", "kind": "gpu"}, {"name": "dla", "kind": "dla", "count": 2})";
  const auto seats = [&](std::vector<Outage> outages) {
    auto scenario =
        make_scenario({soc("", "", "", two), workload(stream("busy", "0") + "," + stream("d", "0, 0.5")), models()});
    scenario->options.outages = std::move(outages);
    std::vector<std::pair<double, std::uint64_t>> begun;  // and of which request
    for (const TaskRecord& row : simulate_log(scenario, "fcfs").tasks)
      if (row.model == "d" && row.accelerator == "gpu") begun.emplace_back(row.start, row.request);
    return begun;
  };
  using Begun = std::vector<std::pair<double, std::uint64_t>>;
  CHECK(seats({}) == Begun{{3, 1}, {4, 2}});
  CHECK(seats({{"gpu", 3.5, 6}}) == Begun{{3, 1}, {6, 1}, {7, 2}});
}
