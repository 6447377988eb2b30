#include <doctest/doctest.h>

#include <type_traits>
#include <utility>

#include "engine/tables.hpp"
#include "model/scenario.hpp"
#include "support/ids.hpp"

namespace hetsched {
namespace {

/// Two gpus that start slow and one that starts fast on "hbm", a dla with two slots on "dram".
PlatformSpec platform() {
  PlatformSpec spec;
  KindSpec gpu, dla;
  gpu.name = gpu.profile = "gpu";
  gpu.type = "gpu";
  gpu.operating_points = {{"fast", 2e9, 1, 10}, {"slow", 1e9, 1, 4}};
  gpu.dispatch_time = 0.5;
  gpu.switch_energy = 3;
  gpu.task_energy = TaskEnergy::total;
  gpu.port_bandwidth = 8e9;
  dla.name = dla.profile = "dla";
  dla.type = "dla";
  dla.operating_points = {{"only", 0, 1, 2}};
  dla.switch_time = 0.25;
  dla.slots = 2;
  spec.kinds = {gpu, dla};
  spec.memories = {
      {"dram", 4e9, 1e-12, {}, {}, {}, {}}, {"hbm", {}, 0, {}, {}, {}, {}}, {"disk", {}, 0, {}, {}, {}, {}}};
  spec.links = {{"pcie", 8e9, 1e-6, 2e-12, Sharing::shared, {}}, {"noc", 16e9, 2e-6, 0, Sharing::uncontended, {}}};
  spec.route_table = RouteTable(3);
  spec.route_table.set(MemoryId{0}, MemoryId{1}, spec.route_table.add({LinkId{1}, LinkId{0}}));
  spec.route_table.set(MemoryId{1}, MemoryId{0}, spec.route_table.add({LinkId{0}}));
  spec.accelerators = {{"gpu0", "gpu", "hbm", 1, "slow", ""},
                       {"gpu1", "gpu", "hbm", 1, "slow", ""},
                       {"gpu2", "gpu", "hbm", 1, "fast", ""},
                       {"dla0", "dla", "dram", 1, "only", ""}};
  return spec;
}

ProfileRow row(std::string layer, std::string variant, std::string kind, std::string point, double time) {
  ProfileRow r;
  r.layer = std::move(layer);
  r.variant = std::move(variant);
  r.kind = std::move(kind);
  r.point = std::move(point);
  r.time = time;
  return r;
}

std::shared_ptr<const Network> network() {
  auto net = std::make_shared<Network>();
  net->name = "net";
  for (const char* name : {"a", "b"}) {
    LayerSpec& layer = net->layers.emplace_back();
    layer.name = name;
    layer.op = "linear";
    layer.output_bytes = 100;
  }
  net->layers[1].variants = {{"lite", 0.125, {}}};
  net->costs = {row("a", "", "gpu", "", 1), row("a", "", "dla", "", 5), row("b", "", "gpu", "fast", 3),
                row("b", "lite", "dla", "", 2)};
  return net;
}

StreamSpec stream(std::string name, Arrival arrival, Granularity granularity = Granularity::layer) {
  StreamSpec spec;
  spec.name = std::move(name);
  spec.arrival = std::move(arrival);
  spec.granularity = granularity;
  return spec;
}

Periodic every(double rate, bool integer_ms = false) {
  Periodic periodic;
  periodic.rate = rate;
  periodic.integer_ms = integer_ms;
  return periodic;
}

/// Camera at 60 Hz in whole milliseconds, and a burst of whole models, of one network.
Scenario scenario() {
  Scenario s;
  s.platform = platform();
  s.workload.streams = {stream("camera", every(60, true)), stream("photos", Burst{}, Granularity::model),
                        stream("depth", every(4))};
  s.workload.streams[0].deadline.word = "period";
  s.workload.streams[0].priority = 7;
  s.workload.streams[1].deadline.value = 0.5;
  s.networks.assign(3, network());
  return s;
}

Tables tables_of(const Scenario& s) {
  Problems problems;
  Tables tables = Tables::build(s, problems);
  for (const Problem& problem : problems.all()) FAIL(problem.what);
  return tables;
}

SystemView view_of(const Tables& tables) {
  SystemView view;
  tables.fill(view);
  return view;
}

}  // namespace

TEST_CASE("kinds, points and accelerators are as the platform says") {
  const Tables tables = tables_of(scenario());
  const SystemView view = view_of(tables);
  REQUIRE(view.kinds.size() == 2);
  CHECK(view.kinds[0_kind].name == "gpu");
  CHECK(view.kinds[0_kind].type == "gpu");
  CHECK(view.kinds[0_kind].dispatch_time == 0.5);
  REQUIRE(view.kinds[0_kind].points.size() == 2);
  CHECK(view.kinds[0_kind].points[1_point].name == "slow");
  CHECK(view.kinds[0_kind].points[1_point].active_power == 4);
  CHECK(view.kinds[1_kind].first_column == 2_column);
  CHECK(view.kinds[1_kind].switch_time == 0.25);
  CHECK(view.columns == 3);
  CHECK(view.kinds[0_kind].energy_is_total);
  CHECK(view.kinds[0_kind].switch_energy == 3);
  CHECK(tables.port_bandwidth(0_kind) == 8e9);
  CHECK(tables.port_bandwidth(1_kind) == kNever);
  REQUIRE(tables.accelerators().size() == 4);
  CHECK(tables.accelerators()[1_accelerator].name == "gpu1");
  CHECK(tables.accelerators()[1_accelerator].memory == 1_memory);
  CHECK(tables.accelerators()[1_accelerator].point == 1_point);
  CHECK(tables.accelerators()[2_accelerator].point == 0_point);
  CHECK(tables.accelerators()[3_accelerator].kind == 1_kind);
  CHECK(tables.accelerators()[3_accelerator].slots == 2);
}

TEST_CASE("streams of one network at one granularity share a model") {
  const Tables tables = tables_of(scenario());
  const SystemView view = view_of(tables);
  REQUIRE(view.models.size() == 2);
  REQUIRE(view.streams.size() == 3);
  CHECK(view.streams[0_stream].model == 0_model);
  CHECK(view.streams[1_stream].model == 1_model);
  CHECK(view.streams[2_stream].model == 0_model);
  CHECK(view.models[0_model].name == "net");
  CHECK(view.models[0_model].tasks.size() == 2);
  CHECK(view.models[1_model].tasks.size() == 1);
  CHECK(view.models[1_model].tasks[0_task].name == "*");
  CHECK(tables.tensors(0_model) == 1);
  CHECK(tables.tensors(1_model) == 0);
}

TEST_CASE("tasks lead to their edges, variants and rows of costs") {
  const Tables tables = tables_of(scenario());
  const SystemView view = view_of(tables);
  const ModelTask& a = view.models[0_model].tasks[0_task];
  const ModelTask& b = view.models[0_model].tasks[1_task];
  CHECK(a.op == "linear");
  REQUIRE(a.outputs.size() == 1);
  CHECK(a.outputs[0].task == 1_task);
  CHECK(a.outputs[0].bytes == 100);
  CHECK(b.inputs.size() == 1);
  CHECK(b.variants == 2);
  CHECK(b.first_row == 1_row);
  CHECK(view.models[0_model].losses[b.first_alternative] == 0.125);
  CHECK(view.models[1_model].tasks[0_task].first_row == 3_row);
  CHECK(view.costs.size() == 4 * 3);
  CHECK(view.cost(a, 0_kind, 1_point).time == 2);
  CHECK(view.cost(b, 1_kind, 0_point, 1_variant).time == 2);
  CHECK(view.cost(b, 1_kind, 0_point).time == kNever);
  CHECK(tables.variant_name(1_row).empty());
  CHECK(tables.variant_name(2_row) == "lite");
}

TEST_CASE("best and mean times are over accelerators at the points they start at") {
  const Tables tables = tables_of(scenario());
  const SystemView view = view_of(tables);
  const Model& model = view.models[0_model];
  CHECK(model.tasks[0_task].best_time == 1);
  CHECK(model.tasks[0_task].mean_time == doctest::Approx((2 + 2 + 1 + 5) / 4.0));
  CHECK(model.tasks[1_task].best_time == 3);  // on the one gpu that starts fast
  CHECK(model.tasks[1_task].mean_time == 3);
  CHECK(model.best_time == 4);
  CHECK(model.mean_time == doctest::Approx(5.5));
}

TEST_CASE("a task that runs at no point accelerators start at has the times of all points, never infinite ones") {
  Scenario s = scenario();
  s.platform.accelerators[2].operating_point = "slow";
  const Tables tables = tables_of(s);
  CHECK(view_of(tables).models[0_model].tasks[1_task].best_time == 3);
  CHECK(view_of(tables).models[0_model].tasks[1_task].mean_time == 3);
}

TEST_CASE("periods and deadlines of streams") {
  const Tables tables = tables_of(scenario());
  const SystemView view = view_of(tables);
  CHECK(view.streams[0_stream].name == "camera");
  CHECK(view.streams[0_stream].priority == 7);
  CHECK(view.streams[0_stream].period == 0.016);  // 60 Hz in whole milliseconds
  CHECK(view.streams[0_stream].relative_deadline == 0.016);
  CHECK(view.streams[1_stream].period == kNever);
  CHECK(view.streams[1_stream].relative_deadline == 0.5);
  CHECK(view.streams[2_stream].period == 0.25);
  CHECK(view.streams[2_stream].relative_deadline == kNever);
}

TEST_CASE("a route has the latency of all its links and the speed of the slowest part") {
  const Tables tables = tables_of(scenario());
  const SystemView view = view_of(tables);
  REQUIRE(view.memories == 3);
  const Route& there = view.route(0_memory, 1_memory);
  CHECK(there.latency == 2e-6 + 1e-6);
  CHECK(there.seconds_per_byte == 1 / 4e9);  // the memory dram
  REQUIRE(tables.route_table().links(0_memory, 1_memory).size() == 2);
  CHECK(tables.route_table().links(0_memory, 1_memory)[0] == LinkId{1});
  CHECK(tables.route_table().links(0_memory, 1_memory)[1] == LinkId{0});
  CHECK(view.route(1_memory, 0_memory).latency == 1e-6);
  CHECK(view.route(1_memory, 1_memory).latency == 0);
  CHECK(view.route(1_memory, 1_memory).seconds_per_byte == 0);
  CHECK(tables.route_table().links(1_memory, 1_memory).empty());
  CHECK(view.route_time(0_memory, 2_memory, 1) == kNever);  // no route to the disk
  CHECK(tables.memory_bandwidths()[0_memory] == 4e9);
  CHECK(tables.memory_bandwidths()[1_memory] == kNever);
  CHECK(tables.memories()[0_memory].energy_per_byte == 1e-12);
  CHECK(tables.links()[LinkId{0}].name == "pcie");
  CHECK(tables.links()[LinkId{0}].energy_per_byte == 2e-12);
  CHECK(tables.links()[LinkId{0}].shared);
  CHECK_FALSE(tables.links()[LinkId{1}].shared);
}

TEST_CASE("a link slower than both memories sets the speed") {
  Scenario s = scenario();
  s.platform.links[0].bandwidth = 1e9;
  const Tables tables = tables_of(s);
  CHECK(view_of(tables).route(1_memory, 0_memory).seconds_per_byte == 1 / 1e9);
}

TEST_CASE("views outlive the scenario and a move of the tables") {
  static_assert(!std::is_copy_constructible_v<Tables> && std::is_nothrow_move_constructible_v<Tables>);
  auto s = std::make_unique<Scenario>(scenario());
  Tables first = tables_of(*s);
  const SystemView view = view_of(first);
  s.reset();
  const Tables second = std::move(first);
  CHECK(view.kinds[1_kind].points[0_point].name == "only");
  CHECK(view.models[1_model].name == "net");
  CHECK(view.models[0_model].tasks[1_task].inputs[0].bytes == 100);
  CHECK(view.streams[0_stream].name == "camera");
  CHECK(second.accelerators()[3_accelerator].name == "dla0");
  CHECK(second.variant_name(2_row) == "lite");
  CHECK(view_of(second).costs.data() == view.costs.data());
}

TEST_CASE("the tables of one stream are those of a workload that has no other") {
  Scenario all = scenario();
  all.platform.kinds[0].max_batch = 3;
  const Tables whole = tables_of(all);
  for (std::size_t stream = 0; stream < 3; ++stream) {
    CAPTURE(stream);
    Scenario one = all;
    one.workload.streams = {all.workload.streams[stream]};
    one.networks = {all.networks[stream]};
    const Tables built = tables_of(one), taken = Tables::of_stream(whole, StreamId(stream), one.workload.streams[0]);
    const SystemView a = view_of(built), b = view_of(taken);
    CHECK(b.models.size() == 1);
    CHECK(b.streams.size() == 1);
    CHECK(a.streams[0_stream].name == b.streams[0_stream].name);
    CHECK(a.streams[0_stream].relative_deadline == b.streams[0_stream].relative_deadline);
    CHECK(a.rows == b.rows);
    CHECK(a.columns == b.columns);
    REQUIRE(a.costs.size() == b.costs.size());
    for (std::size_t cell = 0; cell < a.costs.size(); ++cell) {
      CHECK(a.costs[cell].time == b.costs[cell].time);
      CHECK(a.costs[cell].energy == b.costs[cell].energy);
    }
    const Model &model = a.models[0_model], &same = b.models[0_model];
    CHECK(model.name == same.name);
    CHECK(model.best_time == same.best_time);
    REQUIRE(model.tasks.size() == same.tasks.size());
    for (const TaskId task : model.tasks.ids()) {
      CHECK(model.tasks[task].name == same.tasks[task].name);
      CHECK(model.tasks[task].first_row == same.tasks[task].first_row);
      CHECK(model.tasks[task].outputs.size() == same.tasks[task].outputs.size());
    }
    CHECK(taken.tensors(0_model) == built.tensors(0_model));
  }
}

TEST_CASE("problems of graphs and costs come out of build") {
  Scenario s = scenario();
  auto broken = std::make_shared<Network>(*network());
  broken->costs.pop_back();
  broken->costs.pop_back();
  s.networks.assign(3, broken);
  Problems problems;
  Tables::build(s, problems);
  REQUIRE(problems.size() == 2);  // by layer and as a whole
  CHECK(problems.all()[0].what.find("can run: b;") != std::string::npos);
  CHECK(problems.all()[1].what.find("can run: * (no row of its own") != std::string::npos);
}

}  // namespace hetsched
