// Does the fluid executor share max-min fairly? Against plain progressive filling at every event, and SimGrid.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "base/random.hpp"
#include "engine/executors/executors.hpp"
#include "support/ids.hpp"

using namespace hetsched;

namespace {

constexpr double kNoEnd = std::numeric_limits<double>::infinity();

/// `coarse`: amounts are few and simple, so that much happens at once.
class Dice {
 public:
  Dice(std::uint64_t seed, bool coarse) : random_(seed, "test", "fluid"), coarse_(coarse) {}
  double amount(double least, double decades) {
    if (coarse_) return std::ldexp(10, static_cast<int>(below(4)));
    return least * std::pow(10, decades * uniform());
  }
  double uniform() { return random_.uniform(draw_++); }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }

 private:
  RandomStream random_;
  bool coarse_;
  std::uint64_t draw_ = 0;
};

struct Flow {
  double left = 0, cap = 0, rate = 0;
  std::vector<std::size_t> over;  ///< memories, then links
};

/// All rates grow together; the first bandwidth or cap that is full fixes its flows. From the definition, every time.
void fill(const Fabric& fabric, std::map<FlowId, Flow>& flows) {
  std::vector<double> room = fabric.memory_bandwidth.all();
  for (const Fabric::Link& link : fabric.links) room.push_back(link.bandwidth);
  std::vector<Flow*> open;
  for (auto& [id, flow] : flows) open.push_back(&flow);
  while (!open.empty()) {
    std::vector<double> users(room.size(), 0);
    for (const Flow* flow : open)
      for (const std::size_t r : flow->over) users[r] += 1;
    double level = kNoEnd;
    for (const Flow* flow : open) {
      level = std::min(level, flow->cap);
      for (const std::size_t r : flow->over) level = std::min(level, room[r] / users[r]);
    }
    const std::size_t before = open.size();
    std::vector<Flow*> fixed;
    for (Flow* flow : open) {
      bool full = flow->cap <= level;
      for (const std::size_t r : flow->over) full |= room[r] / users[r] <= level * (1 + 1e-12);
      if (full) fixed.push_back(flow);
    }
    for (Flow* flow : fixed) {
      flow->rate = level;
      for (const std::size_t r : flow->over) room[r] = std::max(0.0, room[r] - level);
      open.erase(std::find(open.begin(), open.end(), flow));
    }
    REQUIRE(open.size() < before);
  }
}

/// Memories of one port and several slots each, with or without links between them.
Fabric random_fabric(Dice& dice, bool links) {
  Fabric fabric;
  const std::size_t memories = 1 + dice.below(4), slots = 1 + dice.below(24);
  for (std::size_t m = 0; m < memories; ++m)
    fabric.memory_bandwidth.push_back(links && dice.uniform() < 0.2 ? kNoEnd : dice.amount(10, 1));
  for (std::size_t s = 0; s < slots; ++s) fabric.slot_memory.push_back(id_of<MemoryId>(dice.below(memories)));
  fabric.routes = RouteTable(memories);
  if (!links) return fabric;
  for (std::size_t l = 0; l < 3; ++l) fabric.links.push_back({dice.amount(5, 1), dice.uniform() < 0.8});
  for (const MemoryId from : fabric.memory_bandwidth.ids())
    for (const MemoryId to : fabric.memory_bandwidth.ids()) {
      std::vector<LinkId> route;
      for (std::size_t l = 0; from != to && l < 3; ++l)
        if (l == 0 || dice.uniform() < 0.4) route.push_back(id_of<LinkId>(l));
      fabric.routes.set(from, to, fabric.routes.add(route));
    }
  return fabric;
}

/// Starts, ends and gives up flows at random; true if the executor ends all of them when plain filling does.
void check_against_filling(std::uint64_t seed, bool links, int events) {
  Dice dice(seed, seed % 3 == 0);
  Fabric fabric = random_fabric(dice, links);
  fabric.rates_change = true;
  const std::size_t slots = fabric.slot_memory.size();
  const auto executor = executor_named("fluid").make(fabric);
  std::map<FlowId, Flow> flows;
  std::vector<FlowId> finished;
  double now = 0;
  for (int event = 0; event < events; ++event) {
    INFO("seed " << seed << ", event " << event << ", " << flows.size() << " flows");
    // Some start, at one instant.
    for (std::uint64_t n = dice.below(4); n > 0; --n) {
      const bool transfer = links && fabric.memory_bandwidth.size() > 1 && dice.uniform() < 0.4;
      const double bytes = dice.amount(0.01, 5);
      if (transfer) {
        const auto from = id_of<MemoryId>(dice.below(fabric.memory_bandwidth.size()));
        const auto to = id_of<MemoryId>((index_of(from) + 1) % fabric.memory_bandwidth.size());
        const FlowId id = flow_of(id_of<TransferId>(dice.below(6)), slots);
        if (flows.contains(id)) continue;
        Flow flow{bytes, kNoEnd, 0, {}};
        for (const MemoryId m : {from, to})
          if (fabric.limited(m)) flow.over.push_back(index_of(m));
        for (const LinkId l : fabric.routes.links(from, to))
          if (fabric.links[l].shared)
            flow.over.push_back(fabric.memory_bandwidth.size() + index_of(l));
          else
            flow.cap = std::min(flow.cap, fabric.links[l].bandwidth);
        executor->start_transfer(id, from, to, bytes);
        flows[id] = flow;
      } else {
        const auto slot = id_of<SlotId>(dice.below(slots));
        if (flows.contains(flow_of(slot)) || !fabric.limited(fabric.slot_memory[slot])) continue;
        const double cap = dice.uniform() < 0.3 ? kNoEnd : dice.amount(1, 2.5);
        executor->start_traffic(slot, bytes, cap);
        flows[flow_of(slot)] = {bytes, cap, 0, {index_of(fabric.slot_memory[slot])}};
      }
    }
    fill(fabric, flows);
    if (!flows.empty() && dice.uniform() < 0.15) {
      const auto victim = std::next(flows.begin(), static_cast<std::ptrdiff_t>(dice.below(flows.size())));
      CHECK(executor->cancel(victim->first) == doctest::Approx(victim->second.left).epsilon(1e-9));
      flows.erase(victim);
      fill(fabric, flows);
    }
    // Caps and bandwidths change.
    for (auto& [id, flow] : flows)
      if (index_of(id) < slots && dice.uniform() < 0.1) {
        flow.cap = dice.amount(1, 2.5);
        executor->set_max_rate(id_of<SlotId>(index_of(id)), flow.cap);
      }
    for (const MemoryId m : fabric.memory_bandwidth.ids())
      if (fabric.limited(m) && dice.uniform() < 0.05)
        executor->set_bandwidth(m, fabric.memory_bandwidth[m] = dice.amount(10, 1));
    fill(fabric, flows);
    // Time passes: to a date, or to the first end.
    double next = kNoEnd;
    for (const auto& [id, flow] : flows) next = std::min(next, now + flow.left / flow.rate);
    const double stop = dice.uniform() < 0.4 || flows.empty() ? now + dice.uniform() : kNoEnd;
    executor->wait(stop, finished);
    const double then = std::min(stop, next);
    CHECK(executor->now() == doctest::Approx(then).epsilon(1e-11));
    for (auto& [id, flow] : flows) flow.left -= flow.rate * (executor->now() - now);
    now = executor->now();
    for (const FlowId id : finished) {
      REQUIRE(flows.contains(id));
      CHECK(flows[id].left <= flows[id].rate * 1e-9 * (1 + now));
      flows.erase(id);
    }
    for (const auto& [id, flow] : flows) CHECK(flow.left > -flow.rate * 1e-9 * (1 + now));
    CHECK(std::is_sorted(finished.begin(), finished.end()));
  }
}

}  // namespace

TEST_CASE("max-min sharing of single memories: 300 random runs against plain filling") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) check_against_filling(seed, false, 200);
}

TEST_CASE("max-min sharing over links: 300 random runs against plain filling") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) check_against_filling(seed, true, 200);
}

TEST_CASE("the level by hand: a cap below it, one above it, and what an end leaves") {
  Fabric fabric;
  fabric.memory_bandwidth = {12};
  fabric.slot_memory = {0_memory, 0_memory, 0_memory};
  const auto executor = executor_named("fluid").make(fabric);
  std::vector<FlowId> finished;
  executor->start_traffic(SlotId{0}, 4, 2);    // at its cap: ends at 2
  executor->start_traffic(SlotId{1}, 20, 8);   // 5, then 6, then 8
  executor->start_traffic(SlotId{2}, 22, 99);  // 5, then 6, then 12
  executor->wait(kNoEnd, finished);
  CHECK(executor->now() == 2);
  CHECK(finished == std::vector<FlowId>{flow_of(SlotId{0})});
  executor->wait(kNoEnd, finished);  // 10 left at 6
  CHECK(executor->now() == doctest::Approx(2 + 10. / 6).epsilon(1e-15));
  executor->wait(kNoEnd, finished);  // 2 left at 12
  CHECK(executor->now() == doctest::Approx(2 + 10. / 6 + 2. / 12).epsilon(1e-15));
  CHECK(finished == std::vector<FlowId>{flow_of(SlotId{2})});
}
