#include "engine/executors/filling.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace hetsched {
namespace {

constexpr double kNoEnd = std::numeric_limits<double>::infinity();
/// A resource with so much of its bandwidth left holds nobody back.
constexpr double kRoom = 1e-12;

}  // namespace

Filling::Filling(std::vector<double> bandwidths) : resources_(bandwidths.size()) {
  for (std::size_t r = 0; r < bandwidths.size(); ++r) resources_[r].bandwidth = bandwidths[r];
}

double Filling::next_end(double now) {
  if (!dirty_.empty()) refill(now);
  return ends_.empty() ? kNoEnd : ends_.top_key();
}

void Filling::start(double now, Flow flow, double bytes, double cap, std::span<const Resource> over) {
  if (flow >= flows_.size()) flows_.resize(flow + std::size_t{1});
  FlowState& it = flows_[flow];
  it.left = bytes;
  it.since = now;
  it.rate = 0;
  it.cap = cap;
  it.uses.clear();
  bool room = cap < kNoEnd;
  for (const Resource r : over) {
    ResourceState& resource = resources_[r];
    const double uses = static_cast<double>(std::count(over.begin(), over.end(), r));
    room = room && !resource.dirty && resource.used + uses * cap <= resource.bandwidth * (1 - kRoom);
    it.uses.push_back({r, static_cast<std::uint32_t>(resource.users.size())});
    resource.users.emplace_back(flow, static_cast<std::uint32_t>(it.uses.size() - 1));
  }
  if (room)
    set_rate(now, flow, cap);
  else
    for (const Resource r : over) mark(r);
}

void Filling::set_cap(double now, Flow flow, double cap) {
  flows_[flow].cap = cap;
  for (const Use& use : flows_[flow].uses) mark(use.resource);
  if (flows_[flow].uses.empty()) set_rate(now, flow, cap);
}

void Filling::set_bandwidth(Resource resource, double bandwidth) {
  resources_[resource].bandwidth = bandwidth;
  mark(resource);
}

double Filling::cancel(double now, Flow flow) {
  const FlowState& it = flows_[flow];
  const double left = std::max(0.0, it.left - it.rate * (now - it.since));
  remove(flow);
  return left;
}

void Filling::finish(double now, double width, std::vector<Flow>& ended) {
  const std::size_t before = ended.size();
  while (!ends_.empty() && ends_.top_key() <= now + width) {
    ended.push_back(ends_.top());
    ends_.remove(ended.back());
  }
  for (std::size_t i = before; i < ended.size(); ++i) remove(ended[i]);
}

void Filling::remove(Flow flow) {
  FlowState& it = flows_[flow];
  if (ends_.contains(flow)) ends_.remove(flow);
  for (const Use& use : it.uses) {
    ResourceState& resource = resources_[use.resource];
    // Others may get what it leaves if somebody is held back here.
    if (resource.used > resource.bandwidth * (1 - kRoom)) mark(use.resource);
    const auto last = resource.users.back();
    resource.users[use.place] = last;
    flows_[last.first].uses[last.second].place = use.place;
    resource.users.pop_back();
    resource.used = resource.users.empty() ? 0 : resource.used - it.rate;
  }
  it.uses.clear();
}

void Filling::mark(Resource resource) {
  if (std::exchange(resources_[resource].dirty, true)) return;
  dirty_.push_back(resource);
}

void Filling::set_rate(double now, Flow flow, double rate) {
  FlowState& it = flows_[flow];
  it.left = std::max(0.0, it.left - it.rate * (now - it.since));
  it.since = now;
  for (const Use& use : it.uses) resources_[use.resource].used += rate - it.rate;
  it.rate = rate;
  ends_.set(flow, now + it.left / rate);
}

/// Everything whose rates may change: what is reached from dirty resources through flows.
void Filling::gather() {
  seen_resources_.clear();
  seen_flows_.clear();
  const auto see = [&](Resource r) {
    if (!std::exchange(resources_[r].seen, true)) seen_resources_.push_back(r);
  };
  for (const Resource r : dirty_) see(r);
  for (std::size_t i = 0; i < seen_resources_.size(); ++i)
    for (const auto& [flow, use] : resources_[seen_resources_[i]].users) {
      FlowState& it = flows_[flow];
      if (std::exchange(it.seen, true)) continue;
      seen_flows_.push_back(flow);
      for (const Use& other : it.uses) see(other.resource);
    }
}

/// All rates grow together; a flow stops at its cap, or where a resource of its is full.
void Filling::refill(double now) {
  gather();
  caps_.clear();
  for (const Flow flow : seen_flows_) {
    flows_[flow].new_rate = -1;
    caps_.emplace_back(flows_[flow].cap, flow);
  }
  std::sort(caps_.begin(), caps_.end());
  for (const Resource r : seen_resources_) {
    ResourceState& it = resources_[r];
    it.room = it.bandwidth;
    it.open = static_cast<std::uint32_t>(it.users.size());
    if (it.open > 0) levels_.set(r, it.room / it.open);
  }
  auto next = caps_.begin();
  for (std::size_t left = seen_flows_.size(); left > 0;) {
    while (flows_[next->second].new_rate >= 0) ++next;
    if (levels_.empty() || next->first <= levels_.top_key()) {
      fix(next->second, next->first);
      --left;
      continue;
    }
    const double level = levels_.top_key();
    for (const auto& [flow, use] : resources_[levels_.top()].users)
      if (flows_[flow].new_rate < 0) {
        fix(flow, level);
        --left;
      }
  }
  for (const Resource r : seen_resources_) {
    resources_[r].seen = resources_[r].dirty = false;
    resources_[r].used = 0;
  }
  dirty_.clear();
  for (const Flow flow : seen_flows_) {
    FlowState& it = flows_[flow];
    it.seen = false;
    if (it.new_rate != it.rate) {
      it.left = std::max(0.0, it.left - it.rate * (now - it.since));
      it.since = now;
      it.rate = it.new_rate;
      ends_.set(flow, now + it.left / it.rate);
    }
    for (const Use& use : it.uses) resources_[use.resource].used += it.rate;
  }
}

void Filling::fix(Flow flow, double rate) {
  FlowState& it = flows_[flow];
  it.new_rate = rate;
  for (const Use& use : it.uses) {
    ResourceState& resource = resources_[use.resource];
    resource.room = std::max(0.0, resource.room - rate);
    if (--resource.open == 0)
      levels_.remove(use.resource);
    else
      levels_.set(use.resource, resource.room / resource.open);
  }
}

}  // namespace hetsched
