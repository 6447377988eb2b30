#include "engine/executors/fluid.hpp"

#include <algorithm>
#include <limits>

#include "base/errors.hpp"
#include "engine/executors/fair_memory.hpp"
#include "engine/executors/filling.hpp"
#include "engine/instant.hpp"

namespace hetsched {
namespace {

constexpr double kNoEnd = std::numeric_limits<double>::infinity();

/// What both have: a clock that goes from one end of a flow to the next. `Shares` knows when flows end.
template <class Shares>
class FluidExecutor final : public Executor {
 public:
  explicit FluidExecutor(const Fabric& fabric) : shares_(fabric) {}

  double now() const override { return now_; }
  void start_traffic(SlotId slot, double bytes, double max_rate) override {
    shares_.start_traffic(now_, slot, bytes, max_rate);
  }
  void start_transfer(FlowId flow, MemoryId from, MemoryId to, double bytes) override {
    shares_.start_transfer(now_, flow, from, to, bytes);
  }
  void set_max_rate(SlotId slot, double rate) override { shares_.set_max_rate(now_, slot, rate); }
  void set_bandwidth(MemoryId memory, double bandwidth) override { shares_.set_bandwidth(now_, memory, bandwidth); }
  double cancel(FlowId flow) override { return shares_.cancel(now_, static_cast<std::uint32_t>(index_of(flow))); }
  void wait(double until, std::vector<FlowId>& finished) override {
    finished.clear();
    const double next = shares_.next_end(now_);
    const double date = std::min(next, until);
    const double width = instant_width(date);
    now_ = std::max(now_, date);
    if (next > date + width) return;
    ended_.clear();
    shares_.finish(now_, width, ended_);
    std::sort(ended_.begin(), ended_.end());
    for (const std::uint32_t flow : ended_) finished.push_back(id_of<FlowId>(flow));
  }

 private:
  Shares shares_;
  double now_ = 0;
  std::vector<std::uint32_t> ended_;
};

/// Without links: each memory by itself.
class Memories {
 public:
  explicit Memories(const Fabric& fabric) : slot_memory_(fabric.slot_memory) {
    for (const double bandwidth : fabric.memory_bandwidth) memories_.emplace_back(bandwidth);
  }

  void start_traffic(double now, SlotId slot, double bytes, double max_rate) {
    const MemoryId memory = slot_memory_[slot];
    memories_[memory].start(now, static_cast<std::uint32_t>(index_of(slot)), bytes, max_rate);
    note(memory);
  }
  void start_transfer(double /*now*/, FlowId /*flow*/, MemoryId /*from*/, MemoryId /*to*/, double /*bytes*/) {
    HETSCHED_ASSERT(false, "a transfer has a route with links");
  }
  void set_max_rate(double now, SlotId slot, double rate) {
    const MemoryId memory = slot_memory_[slot];
    memories_[memory].set_cap(now, static_cast<std::uint32_t>(index_of(slot)), rate);
    note(memory);
  }
  void set_bandwidth(double now, MemoryId memory, double bandwidth) {
    memories_[memory].set_bandwidth(now, bandwidth);
    note(memory);
  }
  double cancel(double now, std::uint32_t flow) {
    const MemoryId memory = slot_memory_[id_of<SlotId>(flow)];
    const double left = memories_[memory].cancel(now, flow);
    note(memory);
    return left;
  }
  [[nodiscard]] double next_end(double /*now*/) const { return ends_.empty() ? kNoEnd : ends_.top_key(); }
  void finish(double now, double width, std::vector<std::uint32_t>& ended) {
    while (!ends_.empty() && ends_.top_key() <= now + width) {
      const MemoryId memory = id_of<MemoryId>(ends_.top());
      memories_[memory].finish(now, width, ended);
      note(memory);
    }
  }

 private:
  void note(MemoryId memory) {
    const auto item = static_cast<std::uint32_t>(index_of(memory));
    if (const double end = memories_[memory].next_end(); end < kNoEnd)
      ends_.set(item, end);
    else if (ends_.contains(item))
      ends_.remove(item);
  }

  IdVector<SlotId, MemoryId> slot_memory_;
  IdVector<MemoryId, FairMemory> memories_;
  IndexedHeap ends_;  ///< of memories: when their next flow ends
};

/// With links: memories and links are resources that flows use several of.
class Network {
 public:
  explicit Network(const Fabric& fabric) : fabric_(fabric), filling_(bandwidths(fabric)) {}

  void start_traffic(double now, SlotId slot, double bytes, double max_rate) {
    over_ = {static_cast<std::uint32_t>(index_of(fabric_.slot_memory[slot]))};
    filling_.start(now, static_cast<std::uint32_t>(index_of(flow_of(slot))), bytes, max_rate, over_);
  }
  void start_transfer(double now, FlowId flow, MemoryId from, MemoryId to, double bytes) {
    const std::size_t memories = fabric_.memory_bandwidth.size();
    double cap = kNoEnd;
    over_.clear();
    for (const MemoryId memory : {from, to})
      if (fabric_.limited(memory)) over_.push_back(static_cast<std::uint32_t>(index_of(memory)));
    for (const LinkId link : fabric_.routes.links(from, to)) {
      if (fabric_.links[link].shared)
        over_.push_back(static_cast<std::uint32_t>(memories + index_of(link)));
      else
        cap = std::min(cap, fabric_.links[link].bandwidth);
    }
    filling_.start(now, static_cast<std::uint32_t>(index_of(flow)), bytes, cap, over_);
  }
  void set_max_rate(double now, SlotId slot, double rate) {
    filling_.set_cap(now, static_cast<std::uint32_t>(index_of(flow_of(slot))), rate);
  }
  void set_bandwidth(double /*now*/, MemoryId memory, double bandwidth) {
    filling_.set_bandwidth(static_cast<std::uint32_t>(index_of(memory)), bandwidth);
  }
  double cancel(double now, std::uint32_t flow) { return filling_.cancel(now, flow); }
  [[nodiscard]] double next_end(double now) { return filling_.next_end(now); }
  void finish(double now, double width, std::vector<std::uint32_t>& ended) { filling_.finish(now, width, ended); }

 private:
  static std::vector<double> bandwidths(const Fabric& fabric) {
    std::vector<double> all = fabric.memory_bandwidth.all();
    for (const Fabric::Link& link : fabric.links) all.push_back(link.bandwidth);
    return all;
  }

  Fabric fabric_;
  Filling filling_;
  std::vector<Filling::Resource> over_;
};

}  // namespace

std::unique_ptr<Executor> make_fluid_executor(const Fabric& fabric) {
  if (fabric.multi_hop()) return std::make_unique<FluidExecutor<Network>>(fabric);
  return std::make_unique<FluidExecutor<Memories>>(fabric);
}

}  // namespace hetsched
