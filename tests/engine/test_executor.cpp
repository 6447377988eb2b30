// Does SimGrid's executor keep the dates it is asked for, whatever its clock makes of them, and let go of flows at any
// time? Its clock goes on from test to test, and rounds more and more: what is compared closely comes first.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "base/errors.hpp"
#include "base/random.hpp"
#include "contract/isolated.hpp"
#include "engine/executor.hpp"
#include "engine/executors/executors.hpp"
#include "support/ids.hpp"

using namespace hetsched;

namespace {

/// Two memories with a link between them, and a slot at each; or without the link.
Fabric fabric(bool links) {
  Fabric fabric;
  fabric.memory_bandwidth = {100, 50};
  if (links) fabric.links = {{10, true}};
  fabric.routes = RouteTable(2);
  if (links) {
    const std::uint32_t route = fabric.routes.add({LinkId{0}});
    fabric.routes.set(0_memory, 1_memory, route);
    fabric.routes.set(1_memory, 0_memory, route);
  }
  fabric.slot_memory = {0_memory, 1_memory};
  return fabric;
}

constexpr SlotId kSlots[] = {SlotId{0}, SlotId{1}};
constexpr FlowId kTransfer = flow_of(TransferId{0}, 2), kOther = flow_of(TransferId{1}, 2);

}  // namespace

TEST_CASE("executors are chosen by name, and the first is the reference") {
  CHECK(reference_executor().name == "simgrid");
  CHECK(executor_named("fluid").make(fabric(true))->now() == 0);
  CHECK_THROWS_WITH_AS(executor_named("simgird"), "\"simgird\" is no executor; there are: simgrid, fluid", InputError);
}

TEST_CASE("the end of a transfer is told at its date, between stops, alone and shared") {
  std::vector<FlowId> finished;
  const auto until_done = [&](Executor& executor, double stop) {
    do executor.wait(stop, finished);  // may return before
    while (finished.empty() && executor.now() < stop);
    return executor.now();
  };
  const auto executor = executor_named("simgrid").make(fabric(true));
  executor->start_transfer(kTransfer, 0_memory, 1_memory, 21);  // 10 B/s: 2.1 s
  CHECK(until_done(*executor, 1) == 1);
  CHECK(finished.empty());
  CHECK(until_done(*executor, 3) == doctest::Approx(2.1).epsilon(1e-12));
  CHECK(finished == std::vector<FlowId>{kTransfer});
  // Two that share until one is given up: 10 B of 20 after 2 s, then 10 B/s.
  const double begin = executor->now();
  executor->start_transfer(kTransfer, 0_memory, 1_memory, 20);
  executor->start_transfer(kOther, 1_memory, 0_memory, 20);
  CHECK(until_done(*executor, begin + 2) == begin + 2);
  CHECK(executor->cancel(kOther) == doctest::Approx(10).epsilon(1e-9));
  CHECK(until_done(*executor, 100) == doctest::Approx(begin + 3).epsilon(1e-9));
  CHECK(finished == std::vector<FlowId>{kTransfer});
}

TEST_CASE("caps that change under flows: three of 20 bytes on a memory of 10 bytes per second") {
  // Caps 8, 3, 3; at 1 s 2, 9, 9; at 2 s 20 each. Rates 4, 3, 3; then 2, 4, 4; then a third each until 5.9, then 10.
  for (const char* name : {"simgrid", "fluid"})
    for (const bool links : {false, true}) {
      INFO(name << (links ? " with links" : ""));
      Fabric three = fabric(links);
      three.memory_bandwidth[0_memory] = 10;
      three.slot_memory = {0_memory, 0_memory, 0_memory};
      three.rates_change = true;
      const auto executor = executor_named(name).make(three);
      std::vector<FlowId> finished;
      constexpr double kCaps[3][3] = {{8, 3, 3}, {2, 9, 9}, {20, 20, 20}};
      for (std::uint32_t slot = 0; slot < 3; ++slot) executor->start_traffic(SlotId{slot}, 20, kCaps[0][slot]);
      for (int second = 1; second <= 2; ++second) {
        executor->wait(second, finished);
        CHECK(finished.empty());
        for (std::uint32_t slot = 0; slot < 3; ++slot) executor->set_max_rate(SlotId{slot}, kCaps[second][slot]);
      }
      std::vector<double> ends(3);
      for (std::size_t ended = 0; ended < 3; ended += finished.size()) {
        executor->wait(100, finished);
        for (const FlowId flow : finished) ends[index_of(flow)] = executor->now();
      }
      CHECK(ends[0] == doctest::Approx(6).epsilon(1e-9));
      CHECK(ends[1] == doctest::Approx(5.9).epsilon(1e-9));
      CHECK(ends[2] == doctest::Approx(5.9).epsilon(1e-9));
    }
}

TEST_CASE("a memory's bandwidth changes under traffic and a transfer, up and down") {
  for (const char* name : {"simgrid", "fluid"}) {
    INFO(name);
    Fabric two = fabric(true);
    two.rates_change = true;
    const auto executor = executor_named(name).make(two);
    std::vector<FlowId> finished;
    executor->start_traffic(kSlots[1], 30, 60);                   // 40 of 50 B/s: the transfer has its link's 10
    executor->start_transfer(kTransfer, 0_memory, 1_memory, 20);  // 10 B/s
    executor->wait(0.5, finished);                                // 10 and 15 left
    executor->set_bandwidth(1_memory, 8);                         // 4 each
    executor->wait(1.5, finished);                                // 6 and 11 left
    executor->set_bandwidth(1_memory, 200);                       // 60 and 10
    executor->wait(100, finished);
    CHECK(executor->now() == doctest::Approx(1.6).epsilon(1e-9));
    CHECK(finished == std::vector<FlowId>{flow_of(kSlots[1])});
    executor->wait(100, finished);
    CHECK(executor->now() == doctest::Approx(2.6).epsilon(1e-9));
    CHECK(finished == std::vector<FlowId>{kTransfer});
  }
}

TEST_CASE("a date may be asked for again: SimGrid's clock may lie one unit above it") {
  const RandomStream random(1, "test", "dates");
  std::uint64_t draw = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<double> dates;
    // To a date of more than twice the clock the step is rounded, and so is their sum.
    for (double date = random.uniform(draw++); date < 1e6; date *= 1 + 8 * random.uniform(draw++))
      dates.push_back(date);
    // In a process of its own: SimGrid's clock begins at 0, and what may happen is that it ends the process.
    const auto found = contract::isolated(
        [&]() -> std::optional<contract::Violation> {
          const auto executor = executor_named("simgrid").make(fabric(round % 2 == 0));
          std::vector<FlowId> finished;
          for (const double date : dates)
            for (int again = 0; again < 3; ++again) {
              executor->wait(date, finished);
              if (executor->now() != date) return contract::Violation{"date", "it went to another date"};
            }
          return std::nullopt;
        },
        60);
    if (found) FAIL_CHECK(found->what);
  }
}

TEST_CASE("flows in flight or given up may be left behind at any date") {
  const RandomStream random(2, "test", "dates");
  std::uint64_t draw = 0;
  std::vector<FlowId> finished;
  for (int round = 0; round < 400; ++round) {
    const bool links = round % 2 == 0;
    const auto executor = executor_named("simgrid").make(fabric(links));
    const double date = 0.1 + 3 * random.uniform(draw++);
    executor->wait(date, finished);
    executor->start_traffic(kSlots[0], 400.1234567, 80);
    executor->start_traffic(kSlots[1], 300, 60);
    if (links) executor->start_transfer(kTransfer, 0_memory, 1_memory, 30.7654321);
    const int end = round / 2 % 5;
    if (end == 0) continue;  // in flight since this very date
    if (end == 1) {          // given up at the date of its start
      CHECK(executor->cancel(flow_of(kSlots[0])) == 400.1234567);
      if (links) CHECK(executor->cancel(kTransfer) == 30.7654321);
      continue;
    }
    executor->wait(5 * date, finished);  // in flight
    if (end == 2) continue;
    (void)executor->cancel(flow_of(kSlots[1]));
    if (end == 3) continue;
    executor->wait(9 * date, finished);
  }
}
