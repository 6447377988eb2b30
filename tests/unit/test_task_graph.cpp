#include <doctest/doctest.h>

#include "model/task_graph.hpp"
#include "support/ids.hpp"

namespace hetsched {
namespace {

LayerSpec layer(std::string name, std::vector<InputSpec> inputs, double output_bytes = 0) {
  LayerSpec spec;
  spec.name = std::move(name);
  spec.op = "conv2d";
  spec.inputs = std::move(inputs);
  if (output_bytes > 0) spec.output_bytes = output_bytes;
  return spec;
}

/// in -> (left, right) -> out
Network diamond() {
  Network network;
  network.name = "diamond";
  network.layers = {layer("in", {}, 100), layer("left", {{"in", {}}}, 10), layer("right", {{"in", {}}}, 20),
                    layer("out", {{"left", {}}, {"right", {}}})};
  return network;
}

TaskGraph compiled(const Network& network, Granularity granularity) {
  Problems problems;
  TaskGraph graph = compile_task_graph(network, granularity, problems);
  REQUIRE(problems.empty());
  return graph;
}

std::vector<std::string> names(const TaskGraph& graph) {
  std::vector<std::string> all;
  for (const GraphTask& task : graph.tasks) all.push_back(task.name);
  return all;
}

void check_edges(const std::vector<Edge>& edges, const std::vector<Edge>& expected) {
  REQUIRE(edges.size() == expected.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    CAPTURE(i);
    CHECK(edges[i].task == expected[i].task);
    CHECK(edges[i].tensor == expected[i].tensor);
    CHECK(edges[i].bytes == expected[i].bytes);
  }
}

using Strings = std::vector<std::string>;
using Layers = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("by layer, an output is one tensor for all who read it") {
  const TaskGraph graph = compiled(diamond(), Granularity::layer);
  CHECK(names(graph) == Strings{"in", "left", "right", "out"});
  CHECK(graph.tasks[0_task].op == "conv2d");
  CHECK(graph.tasks[2_task].layers == Layers{2});
  CHECK(graph.tensors == 3);
  check_edges(graph.tasks[0_task].inputs, {});
  check_edges(graph.tasks[0_task].outputs, {{1_task, 0_tensor, 100}, {2_task, 0_tensor, 100}});
  check_edges(graph.tasks[3_task].inputs, {{1_task, 1_tensor, 10}, {2_task, 2_tensor, 20}});
  check_edges(graph.tasks[3_task].outputs, {});
}

TEST_CASE("an input with bytes of its own is a tensor of its own, and an unknown size is 0") {
  Network network = diamond();
  network.layers[2].inputs = {{"in", 7.0}};
  network.layers[1].output_bytes.reset();
  const TaskGraph graph = compiled(network, Granularity::layer);
  CHECK(graph.tensors == 4);
  check_edges(graph.tasks[0_task].outputs, {{1_task, 0_tensor, 100}, {2_task, 1_tensor, 7}});
  check_edges(graph.tasks[3_task].inputs, {{1_task, 2_tensor, 0}, {2_task, 3_tensor, 20}});
}

TEST_CASE("two inputs from one layer are two edges if one has bytes of its own") {
  Network network = diamond();
  network.layers[3].inputs = {{"left", 5.0}, {"left", {}}};
  const TaskGraph graph = compiled(network, Granularity::layer);
  check_edges(graph.tasks[3_task].inputs, {{1_task, 1_tensor, 10}, {1_task, 2_tensor, 5}});
  check_edges(graph.tasks[1_task].outputs, {{3_task, 1_tensor, 10}, {3_task, 2_tensor, 5}});
}

TEST_CASE("inputs left out mean the layer before") {
  Network network;
  network.layers = {layer("a", {}, 3), layer("b", {}, 4)};
  network.layers[1].inputs.reset();
  check_edges(compiled(network, Granularity::layer).tasks[1_task].inputs, {{0_task, 0_tensor, 3}});
}

TEST_CASE("by group, a branch becomes one task and its inner tensors vanish") {
  Network network = diamond();
  network.groups = {{"branches", {"left", "right"}}};
  const TaskGraph graph = compiled(network, Granularity::group);
  CHECK(names(graph) == Strings{"in", "branches", "out"});
  CHECK(graph.tasks[1_task].op.empty());
  CHECK(graph.tasks[1_task].layers == Layers{1, 2});
  CHECK(graph.tensors == 3);
  check_edges(graph.tasks[1_task].inputs, {{0_task, 0_tensor, 100}});  // read twice inside, moved once
  check_edges(graph.tasks[1_task].outputs, {{2_task, 1_tensor, 10}, {2_task, 2_tensor, 20}});

  network.groups = {{"head", {"in", "left"}}};
  const TaskGraph head = compiled(network, Granularity::group);
  CHECK(names(head) == Strings{"head", "right", "out"});
  check_edges(head.tasks[0_task].outputs, {{1_task, 0_tensor, 100}, {2_task, 1_tensor, 10}});
  CHECK(head.tensors == 3);
}

TEST_CASE("a group comes after everything that any of its layers reads") {
  Network network;
  network.layers = {layer("a", {}), layer("b", {}), layer("c", {{"b", {}}}), layer("d", {{"a", {}}})};
  network.groups = {{"late", {"a", "c"}}};
  const TaskGraph graph = compiled(network, Granularity::group);
  CHECK(names(graph) == Strings{"b", "late", "d"});
  check_edges(graph.tasks[1_task].inputs, {{0_task, 0_tensor, 0}});
  check_edges(graph.tasks[2_task].inputs, {{1_task, 1_tensor, 0}});
}

TEST_CASE("groups that wait for each other are a problem that names them") {
  Network network;
  network.name = "knot";
  network.layers = {layer("a", {}), layer("b", {}), layer("c", {{"a", {}}}), layer("d", {{"b", {}}})};
  network.groups = {{"first", {"a", "d"}}, {"second", {"b", "c"}}};
  Problems problems;
  compile_task_graph(network, Granularity::group, problems);
  REQUIRE(problems.size() == 1);
  const std::string what = problems.all()[0].what;
  CAPTURE(what);
  CHECK(what.find("\"knot\"") != std::string::npos);
  CHECK(what.find("first -> second -> first") != std::string::npos);
  CHECK(compiled(network, Granularity::layer).tasks.size() == 4);
}

TEST_CASE("the whole model is one task with the model's variants") {
  Network network = diamond();
  network.layers[1].variants = {{"small", 0.5, {}}};
  network.variants = {{"int8", 0.01, {}}, {"int4", 0.1, {}}};
  const TaskGraph graph = compiled(network, Granularity::model);
  CHECK(names(graph) == Strings{"*"});
  CHECK(graph.tasks[0_task].layers == Layers{0, 1, 2, 3});
  CHECK(graph.tasks[0_task].variants == Strings{"int8", "int4"});
  CHECK(graph.losses == std::vector<double>{0.01, 0.1});
  CHECK(graph.tensors == 0);
  CHECK(graph.combinations.empty());
}

TEST_CASE("alternatives are numbered by task, then variant; sets of them are bits") {
  Network network = diamond();
  network.layers[1].variants = {{"l1", 0.1, {}}, {"l2", 0.2, {}}};
  network.layers[3].variants = {{"o1", 0.3, {}}};
  network.accuracy.combinations = {{{"out:o1", "left:l2"}, 0.6}, {{"left:l1"}, 0.11}};

  const TaskGraph graph = compiled(network, Granularity::layer);
  CHECK(graph.tasks[1_task].first_alternative == 0);
  CHECK(graph.tasks[3_task].first_alternative == 2);
  CHECK(graph.losses == std::vector<double>{0.1, 0.2, 0.3});
  REQUIRE(graph.combinations.size() == 2);
  CHECK(graph.combinations[0].alternatives == 0b001);
  CHECK(graph.combinations[0].loss == 0.11);
  CHECK(graph.combinations[1].alternatives == 0b110);
  CHECK(graph.combinations[1].loss == 0.6);

  SUBCASE("variants inside a group cannot be chosen") {
    network.groups = {{"tail", {"right", "out"}}};
    const TaskGraph grouped = compiled(network, Granularity::group);
    CHECK(grouped.losses == std::vector<double>{0.1, 0.2});
    REQUIRE(grouped.combinations.size() == 1);
    CHECK(grouped.combinations[0].alternatives == 0b01);
  }
  SUBCASE("if no listed set can be chosen, none may be: losses do not add up instead") {
    network.accuracy.combinations = {{{"out:o1"}, 0.3}};
    network.groups = {{"tail", {"right", "out"}}};
    const TaskGraph grouped = compiled(network, Granularity::group);
    CHECK(grouped.losses.size() == 2);
    REQUIRE(grouped.combinations.size() == 1);
    CHECK(grouped.combinations[0].alternatives == 0);
  }
}

}  // namespace hetsched
