// Do tensors move between memories in latency + bytes / bandwidth, sharing links fairly, and at what energy?
#include <doctest/doctest.h>

#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// Two accelerators with memories of their own; a 10 GB/s link of 2 ms latency between them.
constexpr const char* kTwoMemories = R"({"format": 1, "name": "p",
  "kinds": [{"name": "k", "type": "npu", "dispatch_time": 0.5}],
  "memories": [{"name": "m0", "energy_per_byte": "1 pJ/B"}, {"name": "m1", "energy_per_byte": "2 pJ/B"}],
  "links": [{"name": "pcie", "bandwidth": "10 GB/s", "latency": "2 ms", "energy_per_byte": "10 pJ/B"}],
  "routes": [{"from": "m0", "to": "m1", "links": ["pcie"]}],
  "accelerators": [{"name": "a0", "kind": "k", "memory": "m0"}, {"name": "a1", "kind": "k", "memory": "m1"}]})";

/// x feeds y and z with one tensor of 1 GB.
constexpr const char* kFork = R"({"format": 1, "name": "fork", "layers": [
  {"name": "x", "output_bytes": "1 GB"}, {"name": "y", "inputs": ["x"]}, {"name": "z", "inputs": ["x"]}],
  "costs": [{"layer": "x", "kind": "k", "time": 1}, {"layer": "y", "kind": "k", "time": 1}, {"layer": "z", "kind": "k", "time": 1}]})";

std::string burst(const std::string& model, int count = 1) {
  return R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": ")" + model +
         R"(", "arrival": {"type": "burst", "count": )" + std::to_string(count) + "}}]}";
}

/// Runs task t of any request on accelerator where[t].
Log run_mapped(const Inputs& in, std::vector<std::size_t> where, bool prefetch = false) {
  Scripted policy([=](const SystemView& view, Decisions& out) {
    IdVector<AcceleratorId, bool> taken(view.accelerators.size(), false);
    for (const TaskRef t : view.ready) {
      const auto a = id_of<AcceleratorId>(where[index_of(t.task)]);
      if (view.accelerators[a].free_slots == 0 || taken[a]) continue;
      out.start(t, a);
      taken[a] = true;
    }
    if (!prefetch) return;
    for (const Event& e : view.events)
      if (e.type == Event::Type::task_finished)
        for (const Edge& edge : view.model_task(e.task).outputs)
          out.prefetch({e.task.request, edge.task}, id_of<AcceleratorId>(where[index_of(edge.task)]));
  });
  return simulate_log(make_scenario(in), policy);
}

}  // namespace

TEST_CASE("a task waits for latency + bytes / bandwidth, then computes") {
  const Log log = run_mapped({kTwoMemories, burst("fork"), {{"fork", kFork}}}, {0, 1, 0});
  // x: dispatch 0..0.5, compute ..1.5. y on a1: dispatch ..2.0, transfer 2 ms + 0.1 s, compute 1 s.
  const TaskRecord& y = log.task("y");
  CHECK(y.start == doctest::Approx(1.5).epsilon(1e-12));
  CHECK(y.inputs == doctest::Approx(2.0).epsilon(1e-12));
  CHECK(y.compute == doctest::Approx(2.102).epsilon(1e-12));
  CHECK(y.end == doctest::Approx(3.102).epsilon(1e-12));
  CHECK(y.predicted == doctest::Approx(1.602).epsilon(1e-12));
  REQUIRE(log.transfers.size() == 1);
  // 1 GB at 1 + 10 + 2 pJ per byte
  CHECK(log.transfers[0].energy == doctest::Approx(0.013).epsilon(1e-12));
  CHECK(y.energy_transfer == doctest::Approx(0.013).epsilon(1e-12));
  CHECK(log.totals.energy_transfer == doctest::Approx(0.013).epsilon(1e-12));
}

TEST_CASE("a tensor is moved once for all who read it there") {
  const Log log = run_mapped({kTwoMemories, burst("fork"), {{"fork", kFork}}}, {0, 1, 1});
  CHECK(log.transfers.size() == 1);
  CHECK(log.task("z").compute == log.task("z").inputs);
}

TEST_CASE("a prefetch moves data while the accelerator is free or busy") {
  const Log log = run_mapped({kTwoMemories, burst("fork"), {{"fork", kFork}}}, {0, 1, 1}, true);
  // the transfer begins when x ends, 1.5, and is there at 1.602, before y's dispatch is over
  CHECK(log.transfers.at(0).start == doctest::Approx(1.5).epsilon(1e-12));
  CHECK(log.transfers.at(0).end == doctest::Approx(1.602).epsilon(1e-12));
  CHECK(log.task("y").end == doctest::Approx(3.0).epsilon(1e-12));
}

TEST_CASE("transfers over one link share its bandwidth; an uncontended link gives it to all") {
  for (const bool shared : {true, false}) {
    // n senders, each with a receiver of its own, all over one bus of 1 GB/s, 1 GB each, after 1 s
    for (const int n : {2, 5, 16}) {
      std::string memories, routes, accelerators, layers, costs;
      for (int i = 0; i < n; ++i) {
        const std::string s = std::to_string(i), comma = i > 0 ? "," : "";
        memories += comma + R"({"name": "f)" + s + R"("}, {"name": "t)" + s + R"("})";
        accelerators += comma + R"({"name": "af)" + s + R"(", "kind": "k", "memory": "f)" + s + R"("}, {"name": "at)" +
                        s + R"(", "kind": "k", "memory": "t)" + s + R"("})";
        layers += comma + R"({"name": "p)" + s + R"(", "inputs": [], "output_bytes": 1e9}, {"name": "c)" + s +
                  R"(", "inputs": ["p)" + s + R"("]})";
        costs += comma + R"({"layer": "p)" + s + R"(", "kind": "k", "time": 1}, {"layer": "c)" + s +
                 R"(", "kind": "k", "time": 1})";
      }
      Inputs in;
      in.platform = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}], "memories": [)" + memories +
                    R"(], "links": [{"name": "bus", "bandwidth": "1 GB/s", "sharing": ")" +
                    (shared ? "shared" : "uncontended") +
                    R"("}], "routes": [{"from": "*", "to": "*", "links": ["bus"]}],
                    "accelerators": [)" +
                    accelerators + "]}";
      in.models["m"] = R"({"format": 1, "name": "m", "layers": [)" + layers + R"(], "costs": [)" + costs + "]}";
      in.workload = burst("m");
      Scripted policy([](const SystemView& view, Decisions& out) {
        for (const TaskRef t : view.ready) {
          const std::string_view name = view.model_task(t).name;
          const auto i = static_cast<std::size_t>(std::stoi(std::string(name.substr(1))));
          out.start(t, id_of<AcceleratorId>(2 * i + (name[0] == 'c' ? 1 : 0)));
        }
      });
      const Log log = simulate_log(make_scenario(in), policy);
      for (int i = 0; i < n; ++i)
        CHECK(log.task("c" + std::to_string(i)).end == doctest::Approx(1 + (shared ? n : 1) + 1).epsilon(1e-11));
    }
  }
}

TEST_CASE("a transfer crosses both memories and every link of its route") {
  // m0 20 GB/s, link 10 GB/s, link 4 GB/s, m1 8 GB/s: 4 GB/s; m1's own traffic of another task shares m1.
  Inputs in;
  in.platform = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}],
    "memories": [{"name": "m0", "bandwidth": "20 GB/s"}, {"name": "m1", "bandwidth": "6 GB/s"}],
    "links": [{"name": "l0", "bandwidth": "10 GB/s"}, {"name": "l1", "bandwidth": "4 GB/s"}],
    "routes": [{"from": "m0", "to": "m1", "links": ["l0", "l1"]}],
    "accelerators": [{"name": "a0", "kind": "k", "memory": "m0"}, {"name": "a1", "kind": "k", "memory": "m1"},
                     {"name": "a2", "kind": "k", "memory": "m1"}]})";
  in.models["m"] = R"({"format": 1, "name": "m", "layers": [{"name": "x", "inputs": [], "output_bytes": "12 GB"},
    {"name": "y", "inputs": ["x"]}, {"name": "t", "inputs": []}],
    "costs": [{"layer": "x", "kind": "k", "time": 1}, {"layer": "y", "kind": "k", "time": 1},
              {"layer": "t", "kind": "k", "time": 1, "bytes": "12 GB"}]})";
  in.workload = burst("m");
  // Tasks in topological order: x, y, t or x, t, y: map by name.
  Scripted policy([](const SystemView& view, Decisions& out) {
    for (const TaskRef t : view.ready) {
      const std::string_view name = view.model_task(t).name;
      out.start(t, name == "x" ? 0_accelerator : name == "y" ? 1_accelerator : 2_accelerator);
    }
  });
  const Log log = simulate_log(make_scenario(in), policy);
  // t moves 6 GB by t=1 at 6 GB/s. Then transfer and t share m1: 3 GB/s each: t's other 6 GB end at 3, when the
  // transfer has 6 of 12 GB; it goes on at 4 GB/s: ends at 4.5. y ends at 5.5.
  CHECK(log.task("t").end == doctest::Approx(3).epsilon(1e-9));
  CHECK(log.task("y").compute == doctest::Approx(4.5).epsilon(1e-9));
  CHECK(log.task("y").end == doctest::Approx(5.5).epsilon(1e-9));
}
