// Does each tensor move once per destination, for all who want it, and is every byte paid for? Here lies the difference
// between a prefetch that helps and one that moves the same data twice.
#include <doctest/doctest.h>

#include <vector>

#include "support/engine_parts.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

/// Accelerators a, b and c with memories m0, m1 and m2, a link to each; x feeds y and z with one tensor of 100 B and w
/// with 40 B of its own; u reads nothing that has bytes.
contract::Inputs inputs() {
  return {
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}],
          "memories": [{"name": "m0", "energy_per_byte": 1}, {"name": "m1", "energy_per_byte": 2}, {"name": "m2", "energy_per_byte": 4}],
          "links": [{"name": "near", "bandwidth": 100, "energy_per_byte": 10},
                    {"name": "far", "bandwidth": 100, "latency": 2, "energy_per_byte": 20}],
          "routes": [{"from": "m0", "to": "m1", "links": ["near"]}, {"from": "m0", "to": "m2", "links": ["near", "far"]},
                     {"from": "m1", "to": "m2", "links": ["far"]}],
          "accelerators": [{"name": "a", "kind": "k", "memory": "m0"}, {"name": "b", "kind": "k", "memory": "m1"},
                           {"name": "c", "kind": "k", "memory": "m2"}]})",
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "burst", "count": 2}}]})",
      {{"m", R"({"format": 1, "name": "m", "layers": [
            {"name": "x", "output_bytes": 100}, {"name": "y", "inputs": ["x"]}, {"name": "z", "inputs": ["x"]},
            {"name": "w", "inputs": [{"from": "x", "bytes": 40}]}, {"name": "u", "inputs": ["y"]}],
            "costs": [{"layer": "x", "kind": "k", "time": 1}, {"layer": "y", "kind": "k", "time": 1}, {"layer": "z", "kind": "k", "time": 1},
                      {"layer": "w", "kind": "k", "time": 1}, {"layer": "u", "kind": "k", "time": 1}]})"}}};
}

constexpr TaskId x = 0_task, y = 1_task, z = 2_task, w = 3_task, u = 4_task;
constexpr MemoryId m0 = 0_memory, m1 = 1_memory, m2 = 2_memory;

/// Two requests, x of which has been computed on a.
struct Site : EngineParts<> {
  Site() : EngineParts(inputs()) {
    for (std::uint64_t i = 0; i < 2; ++i) compute({state.release(0_stream, i, 0, kNever, false), x}, 0_accelerator);
    state.clear_events();
  }
  void compute(TaskRef task, AcceleratorId on) {
    state.start(task, on, VariantId::original, 0, 1);
    state.finish(task, 1, 1);
  }
  std::vector<SlotId> finish(TransferId transfer, double now) {
    std::vector<SlotId> waiting;
    transfers.finish(transfer, now, waiting);
    return waiting;
  }
  const std::vector<Replica>& replicas(RequestRef r) { return state.replicas(r); }
};

}  // namespace

TEST_CASE("an input that lies elsewhere is moved, its slot waits, and the view knows that it is under way") {
  Site site;
  CHECK_FALSE(site.transfers.any());
  CHECK(site.transfers.bring({0_request, y}, m1, 1_slot, 3) == 1);
  CHECK(site.transfers.any());
  REQUIRE(site.executor.transfers.size() == 1);  // no latency: its bytes flow at once
  const RecordingExecutor::Transfer& flow = site.executor.transfers[0];
  CHECK(flow.flow == flow_of(0_transfer, 3));  // after the traffic of three slots
  CHECK(flow.from == m0);
  CHECK(flow.to == m1);
  CHECK(flow.bytes == 100);
  REQUIRE(site.state.view(3).requests[0_request].replicas.size() == 1);
  CHECK_FALSE(site.state.view(3).requests[0_request].replicas[0].arrived);
  CHECK(site.state.view(3).requests[0_request].replicas[0].memory == m1);

  CHECK(site.finish(0_transfer, 4) == std::vector<SlotId>{1_slot});
  CHECK_FALSE(site.transfers.any());
  CHECK(site.state.view(4).requests[0_request].replicas[0].arrived);
  REQUIRE(site.state.view(4).events.size() == 1);
  CHECK(site.state.view(4).events[0].type == Event::Type::tensor_arrived);
  CHECK(site.state.view(4).events[0].task == TaskRef{0_request, y});
}

TEST_CASE("bytes are charged to both memories and every link of the route, and to the request and task") {
  Site site;
  site.transfers.bring({0_request, y}, m2, 2_slot, 1);
  site.transfers.begin_flow(0_transfer, site.events.pop().stamp);
  site.finish(0_transfer, 5);
  const double energy = 100 * (1 + 10 + 20 + 4);
  REQUIRE(site.log.transfers.size() == 1);
  const TransferRecord& record = site.log.transfers[0];
  CHECK(record.request == 0);
  CHECK(record.producer == "x");
  CHECK(record.consumer == "y");
  CHECK(record.from == "m0");
  CHECK(record.to == "m2");
  CHECK(record.start == 1);
  CHECK(record.end == 5);
  CHECK(record.bytes == 100);
  CHECK(record.energy == Approx(energy).epsilon(1e-12));
  CHECK(site.reporter.totals.energy_transfer == Approx(energy).epsilon(1e-12));
  CHECK(site.state.account(0_request).energy == Approx(energy).epsilon(1e-12));
  CHECK(site.state.account(0_request).fetched[y] == Approx(energy).epsilon(1e-12));
  CHECK(site.state.account(0_request).fetched[z] == 0);
  CHECK(site.state.account(1_request).energy == 0);
  REQUIRE(site.log.pieces.size() == 4);
  double drawn = 0;
  for (const PowerRecord& piece : site.log.pieces) drawn += piece.power * (piece.to - piece.from);
  CHECK(drawn == Approx(energy).epsilon(1e-12));
  CHECK(site.log.pieces[0].component == "m0");
  CHECK(site.log.pieces[1].component == "near");
  CHECK(site.log.pieces[2].component == "far");
  CHECK(site.log.pieces[3].component == "m2");
}

TEST_CASE("bytes flow when the latency of the route is over, and not if the transfer is another one by then") {
  Site site;
  site.transfers.bring({0_request, y}, m2, 2_slot, 1);
  CHECK(site.executor.transfers.empty());
  const EventQueue::Entry latency = site.events.pop();
  CHECK(latency.date == 3);
  CHECK(std::get<due::LatencyEnd>(latency.what).transfer == 0_transfer);
  site.transfers.give_up(0_request, 2);
  site.transfers.begin_flow(0_transfer, latency.stamp);  // there is none any more
  site.transfers.bring({1_request, y}, m2, 2_slot, 2);   // takes its place
  site.transfers.begin_flow(0_transfer, latency.stamp);
  CHECK(site.executor.transfers.empty());
  const EventQueue::Entry next = site.events.pop();
  CHECK(next.date == 4);
  CHECK(next.stamp != latency.stamp);
  site.transfers.begin_flow(0_transfer, next.stamp);
  CHECK(site.executor.transfers.size() == 1);
}

TEST_CASE("who needs a tensor that is under way joins its transfer; all who wait are told") {
  Site site;
  CHECK(site.transfers.bring({0_request, y}, m1, 1_slot, 1) == 1);
  CHECK(site.transfers.bring({0_request, z}, m1, 0_slot, 2) == 1);
  CHECK(site.executor.transfers.size() == 1);
  CHECK(site.finish(0_transfer, 3) == std::vector<SlotId>{1_slot, 0_slot});
  CHECK(site.log.transfers.size() == 1);
  // Once it is there, nobody waits.
  CHECK(site.transfers.bring({0_request, z}, m1, 0_slot, 4) == 0);
  CHECK(site.executor.transfers.size() == 1);
}

TEST_CASE("other tensors, other destinations and other requests are transfers of their own") {
  Site site;
  site.transfers.bring({0_request, y}, m1, 1_slot, 1);
  site.transfers.bring({0_request, w}, m1, 1_slot, 1);
  CHECK(site.executor.transfers.size() == 2);
  CHECK(site.executor.transfers[1].bytes == 40);
  site.transfers.bring({1_request, y}, m1, 1_slot, 1);
  CHECK(site.executor.transfers.size() == 3);
  site.transfers.bring({0_request, y}, m2, 2_slot, 1);
  CHECK(site.events.next() == 3);
  CHECK(site.executor.transfers[0].flow != site.executor.transfers[1].flow);
  CHECK(site.executor.transfers[1].flow != site.executor.transfers[2].flow);
  site.finish(1_transfer, 2);
  CHECK(site.replicas(0_request).size() == 3);
  CHECK_FALSE(site.replicas(0_request)[0].arrived);
  CHECK(site.replicas(0_request)[1].arrived);
  CHECK_FALSE(site.replicas(0_request)[2].arrived);
  site.finish(2_transfer, 3);
  CHECK(site.log.transfers.back().request == 1);
  CHECK_FALSE(site.replicas(0_request)[0].arrived);
}

TEST_CASE("nothing is moved that lies there, has no bytes, or does not exist yet") {
  Site site;
  CHECK(site.transfers.bring({0_request, y}, m0, 0_slot, 1) == 0);  // computed there
  CHECK(site.transfers.bring({0_request, u}, m1, 0_slot, 1) == 0);  // y has not been computed
  site.compute({0_request, y}, 0_accelerator);
  CHECK(site.transfers.bring({0_request, u}, m1, 0_slot, 1) == 0);  // an edge without bytes
  CHECK_FALSE(site.transfers.any());
  CHECK(site.replicas(0_request).empty());
}

TEST_CASE("a prefetch keeps nobody waiting; who needs the tensor before it has arrived joins") {
  Site site;
  CHECK(site.transfers.bring({0_request, y}, m1, SlotId::none, 1) == 0);
  CHECK(site.executor.transfers.size() == 1);
  CHECK(site.transfers.bring({0_request, y}, m1, SlotId::none, 1) == 0);  // once is enough
  CHECK(site.executor.transfers.size() == 1);
  CHECK(site.transfers.bring({0_request, z}, m1, 1_slot, 2) == 1);
  CHECK(site.executor.transfers.size() == 1);
  CHECK(site.finish(0_transfer, 3) == std::vector<SlotId>{1_slot});
}

TEST_CASE("a slot that was given up waits for nothing; its transfer goes on for the others") {
  Site site;
  site.transfers.bring({0_request, y}, m1, 1_slot, 1);
  site.transfers.bring({0_request, z}, m1, 0_slot, 1);
  site.transfers.bring({1_request, y}, m1, 1_slot, 1);
  site.transfers.forget_slot(1_slot);
  CHECK(site.transfers.any());
  CHECK(site.finish(0_transfer, 3) == std::vector<SlotId>{0_slot});
  CHECK(site.finish(1_transfer, 3).empty());
}

TEST_CASE("a slot whose batch loses one request waits for the others' tensors still") {
  Site site;
  site.transfers.bring({0_request, y}, m1, 1_slot, 1);
  site.transfers.bring({0_request, w}, m1, 1_slot, 1);
  site.transfers.bring({1_request, y}, m1, 1_slot, 1);
  CHECK(site.transfers.forget_slot(1_slot, 0_request) == 2);
  CHECK(site.transfers.forget_slot(1_slot, 0_request) == 0);
  CHECK(site.finish(0_transfer, 3).empty());
  CHECK(site.finish(2_transfer, 3) == std::vector<SlotId>{1_slot});
}

TEST_CASE("of a request that ends the transfers are given up, and what was moved is paid for; others' go on") {
  Site site;
  site.transfers.bring({0_request, y}, m1, 1_slot, 1);
  site.transfers.bring({0_request, w}, m2, 2_slot, 1);  // still in its latency: not a byte has moved
  site.transfers.bring({1_request, y}, m1, 1_slot, 1);
  site.executor.left = 30;
  site.transfers.give_up(0_request, 2);
  CHECK(site.executor.cancelled == std::vector<FlowId>{flow_of(0_transfer, 3)});
  REQUIRE(site.log.transfers.size() == 2);
  CHECK(site.log.transfers[0].bytes == 70);
  CHECK(site.log.transfers[0].end == 2);
  CHECK(site.log.transfers[0].energy == Approx(70 * 13).epsilon(1e-12));
  CHECK(site.log.transfers[1].bytes == 0);
  CHECK(site.log.transfers[1].energy == 0);
  CHECK(site.state.account(0_request).energy == Approx(70 * 13).epsilon(1e-12));
  CHECK(site.state.view(2).events.empty());  // nothing has arrived
  CHECK(site.transfers.any());
  CHECK(site.finish(2_transfer, 3) == std::vector<SlotId>{1_slot});
  CHECK_FALSE(site.transfers.any());
}

TEST_CASE("a place whose transfer is over is used again: flows have as few names as there are flows at once") {
  Site site;
  site.transfers.bring({0_request, y}, m1, 1_slot, 1);
  site.finish(0_transfer, 2);
  site.transfers.bring({1_request, y}, m1, 2_slot, 2);
  REQUIRE(site.executor.transfers.size() == 2);
  CHECK(site.executor.transfers[1].flow == site.executor.transfers[0].flow);
  CHECK(site.finish(0_transfer, 3) == std::vector<SlotId>{2_slot});  // and nobody of before
}
