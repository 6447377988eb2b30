#include "engine/executors/fluid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace hetsched {
namespace {

class FluidExecutor final : public Executor {
 public:
  explicit FluidExecutor(const Fabric& fabric) : fabric_(fabric) {}

  double now() const override { return now_; }
  void start_traffic(SlotId slot, double bytes, double max_rate) override;
  void start_transfer(FlowId flow, MemoryId from, MemoryId to, double bytes) override;
  double cancel(FlowId flow) override;
  void wait(double until, std::vector<FlowId>& finished) override;

 private:
  struct Flow {
    double left = 0, cap = 0, rate = 0;
    std::vector<std::size_t> resources;  ///< memories first, then links
  };
  void share();
  void pass(double time);

  Fabric fabric_;
  double now_ = 0;
  std::map<FlowId, Flow> flows_;
};

void FluidExecutor::start_traffic(SlotId slot, double bytes, double max_rate) {
  flows_[flow_of(slot)] = {bytes, max_rate, 0, {index_of(fabric_.slot_memory[slot])}};
}

void FluidExecutor::start_transfer(FlowId flow, MemoryId from, MemoryId to, double bytes) {
  const std::size_t memories = fabric_.memory_bandwidth.size();
  Flow f{bytes, std::numeric_limits<double>::infinity(), 0, {}};
  for (const MemoryId memory : {from, to})
    if (fabric_.limited(memory)) f.resources.push_back(index_of(memory));
  for (const LinkId link : fabric_.routes[from][to]) {
    if (fabric_.links[link].shared) {
      f.resources.push_back(memories + index_of(link));
    } else {
      f.cap = std::min(f.cap, fabric_.links[link].bandwidth);
    }
  }
  flows_[flow] = f;
}

double FluidExecutor::cancel(FlowId flow) {
  const double left = flows_.at(flow).left;
  flows_.erase(flow);
  return left;
}

/// Progressive filling: all rates grow together; the first resource or cap that is full fixes its flows.
void FluidExecutor::share() {
  std::vector<double> room = fabric_.memory_bandwidth.all();
  for (const Fabric::Link& link : fabric_.links) room.push_back(link.bandwidth);
  std::vector<Flow*> open;
  for (auto& [number, flow] : flows_) open.push_back(&flow);
  while (!open.empty()) {
    std::vector<double> users(room.size(), 0);
    for (const Flow* flow : open)
      for (const std::size_t r : flow->resources) users[r] += 1;
    double level = std::numeric_limits<double>::infinity();
    for (const Flow* flow : open) {
      level = std::min(level, flow->cap);
      for (const std::size_t r : flow->resources) level = std::min(level, room[r] / users[r]);
    }
    std::vector<Flow*> fixed;
    for (Flow* flow : open) {
      bool full = flow->cap <= level;
      for (const std::size_t r : flow->resources) full |= room[r] / users[r] <= level * (1 + 1e-15);
      if (full) fixed.push_back(flow);
    }
    for (Flow* flow : fixed) {
      flow->rate = level;
      for (const std::size_t r : flow->resources) room[r] = std::max(0.0, room[r] - level);
      open.erase(std::find(open.begin(), open.end(), flow));
    }
  }
}

void FluidExecutor::pass(double time) {
  for (auto& [number, flow] : flows_) flow.left = std::max(0.0, flow.left - flow.rate * time);
  now_ += time;
}

void FluidExecutor::wait(double until, std::vector<FlowId>& finished) {
  finished.clear();
  share();
  double next = std::numeric_limits<double>::infinity();
  for (const auto& [number, flow] : flows_) next = std::min(next, flow.left / flow.rate);
  if (now_ + next > until + 1e-12) {
    pass(std::max(0.0, until - now_));
    now_ = until;
    return;
  }
  std::vector<FlowId> done;
  for (const auto& [number, flow] : flows_)
    if (flow.left / flow.rate <= next + 1e-12) done.push_back(number);
  pass(next);
  for (const FlowId number : done) flows_.erase(number);
  finished = done;
}

}  // namespace

std::unique_ptr<Executor> make_fluid_executor(const Fabric& fabric) { return std::make_unique<FluidExecutor>(fabric); }

}  // namespace hetsched
