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
  fabric.routes.assign(2, IdVector<MemoryId, std::vector<LinkId>>(2));
  if (links) fabric.routes[0_memory][1_memory] = fabric.routes[1_memory][0_memory] = {LinkId{0}};
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
