// What tasks take in memory, and what is refused because it never fits.
#include <doctest/doctest.h>

#include <string>

#include "contract/inputs.hpp"
#include "engine/tables.hpp"
#include "model/task_room.hpp"
#include "support/ids.hpp"

using namespace hetsched;

namespace {

contract::Inputs inputs(const std::string& memories, const std::string& granularity, const std::string& kind = "") {
  return {R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu", "max_batch": 4)" + kind + R"(}], )" +
              memories + R"("accelerators": [{"name": "x", "kind": "k"}]})",
          R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "granularity": ")" + granularity +
              R"(", "arrival": {"type": "burst", "count": 1}}]})",
          {{"m", R"({"format": 1, "name": "m", "layers": [
               {"name": "a", "weight_bytes": 100, "output_bytes": 40, "variants": [{"name": "small", "precision": "int4"}, {"name": "fast"}]},
               {"name": "b", "weight_bytes": 50, "output_bytes": 20.5, "workspace_bytes": 7},
               {"name": "c", "inputs": ["a", "b"], "output_bytes": 10}],
             "groups": [{"name": "g", "layers": ["a", "b"]}], "variants": [{"name": "half", "precision": "int4"}],
             "costs": [{"layer": "a", "kind": "k", "time": 1}, {"layer": "b", "kind": "k", "time": 1},
                       {"layer": "c", "kind": "k", "time": 1}, {"layer": "a", "variant": "small", "kind": "k", "time": 1},
                       {"layer": "a", "variant": "fast", "kind": "k", "time": 1},
                       {"layer": "*", "variant": "half", "kind": "k", "time": 1}]})"}}};
}

std::string room(const std::string& granularity, std::size_t task, std::size_t variant = 0) {
  const auto scenario = contract::make_scenario(inputs("", granularity));
  Problems problems;
  const TaskGraph graph =
      compile_task_graph(*scenario->networks[0], scenario->workload.streams[0].granularity, problems);
  const TaskRoom room =
      TaskRooms(*scenario->networks[0]).of(graph.tasks[id_of<TaskId>(task)], id_of<VariantId>(variant));
  std::string text = room.own_weights ? "" : "shared ";
  for (const Bytes part : {room.weights, room.inputs, room.outputs, room.workspace})
    text += std::to_string(static_cast<int>(part)) + " ";
  return text;
}

std::string refused(const contract::Inputs& inputs) {
  Problems problems;
  (void)Tables::build(*contract::make_scenario(inputs), problems);
  return problems.empty() ? "" : problems.all().front().what;
}

std::string memory(const std::string& members) { return R"("memories": [{"name": "card", )" + members + "}], "; }

}  // namespace

TEST_CASE("a layer takes its weights, inputs, outputs in whole bytes, and workspace") {
  CHECK(room("layer", 0) == "100 0 40 0 ");
  CHECK(room("layer", 1) == "50 40 21 7 ");
  CHECK(room("layer", 2) == "0 61 10 0 ");  // what nobody in the model reads is an output, too
}

TEST_CASE("variants with a precision or dims have weights of their own; others share the original's") {
  CHECK(room("layer", 0, 1) == "50 0 40 0 ");
  CHECK(room("layer", 0, 2) == "shared 100 0 40 0 ");
  CHECK(room("model", 0, 1) == "75 0 10 68 ");
}

TEST_CASE("tensors inside a group or a whole model are its workspace, while they are needed") {
  CHECK(room("group", 0) == "150 0 61 7 ");   // both outputs are read by c
  CHECK(room("model", 0) == "150 0 10 68 ");  // a's 40, b's 21 and workspace 7 while b runs
}

TEST_CASE("what no accelerator has room for is refused by model, kind and bytes") {
  CHECK(refused(inputs(memory(R"("capacity": 303)"), "model")).empty());
  CHECK(refused(inputs(memory(R"("capacity": 227)"), "model")) ==
        "task \"*\" of model \"m\" does not fit into the memory of any accelerator that could run it: it needs 228 B "
        "(weights 150 B, inputs 0 B, outputs 10 B, workspace 68 B), but kind \"k\" has room for 227 B in memory "
        "\"card\"");
  CHECK(refused(inputs(memory(R"("capacity": 300, "reserve": 80)"), "model")).find("has room for 220 B") !=
        std::string::npos);
  CHECK(refused(inputs("", "model", R"(, "memory_capacity": 227)")).find("it needs 228 B") != std::string::npos);
  CHECK(refused(inputs("", "model", R"(, "memory_capacity": 228)")).empty());
}

TEST_CASE("weights without a home must fit together, all the time") {
  CHECK(refused(inputs(memory(R"("capacity": 271)"), "layer")).empty());
  CHECK(
      refused(inputs(memory(R"("capacity": 190)"), "layer")) ==
      "the weights of models \"m\" 200 B do not fit into memory \"card\" together, where they lie all the time: it has "
      "room for 190 B; name a home in the platform, from which they can be loaded");
  CHECK(refused(inputs(memory(R"("capacity": 302)"), "model")) ==
        "task \"*\" of model \"m\" does not fit into memory \"card\": it needs 78 B beside the weights that lie there "
        "all "
        "the time, which leave 77 B; name a home in the platform, from which weights can be loaded");
}

TEST_CASE("batches that do not fit cannot run") {
  const auto scenario = contract::make_scenario(inputs(memory(R"("capacity": 400)"), "model"));
  Problems problems;
  const Tables tables = Tables::build(*scenario, problems);
  REQUIRE(problems.empty());
  SystemView view;
  tables.fill(view);
  const ModelTask& task = view.models[id_of<ModelId>(0)].tasks[id_of<TaskId>(0)];
  const auto time = [&](std::uint32_t batch) {
    return view.cost(task, KindId{}, PointId{}, VariantId::original, batch).time;
  };
  CHECK(time(2) < kNever);   // 150 and 75 of weights, 2 x 78
  CHECK(time(3) == kNever);  // 3 x 78
}
