#include "engine/executors/fair_memory.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace hetsched {
namespace {

constexpr double kNoEnd = std::numeric_limits<double>::infinity();
/// Virtual time is set back when it has grown to so many times the largest flow: differences to it keep their digits.
constexpr double kSetBack = 8;

}  // namespace

double FairMemory::next_end() const {
  const double at_cap = ends_.empty() ? kNoEnd : ends_.top_key();
  const double at_level = virtual_ends_.empty() ? kNoEnd : now_ + (virtual_ends_.top_key() - virtual_now_) / level_;
  return std::min(at_cap, at_level);
}

void FairMemory::start(double now, Flow flow, double bytes, double cap) {
  advance(now);
  if (flow >= caps_.size()) caps_.resize(flow + std::size_t{1});
  caps_[flow] = {cap, std::min(cap, bandwidth_)};
  put_at_cap(flow, bytes);
  balance();
}

void FairMemory::set_cap(double now, Flow flow, double cap) { start(now, flow, cancel(now, flow), cap); }

void FairMemory::set_bandwidth(double now, double bandwidth) {
  advance(now);
  std::vector<std::pair<Flow, double>> left;
  while (!ends_.empty() || !virtual_ends_.empty()) {
    const Flow flow = ends_.empty() ? virtual_ends_.top() : ends_.top();
    left.emplace_back(flow, take(flow));
  }
  bandwidth_ = bandwidth;
  for (const auto& [flow, bytes] : left) start(now, flow, bytes, caps_[flow].own);
}

double FairMemory::cancel(double now, Flow flow) {
  advance(now);
  const double left = take(flow);
  balance();
  return left;
}

void FairMemory::finish(double now, double width, std::vector<Flow>& ended) {
  const double next = next_end(), date = now + width;
  if (next > date) return;
  const bool at_level = next < kNoEnd && (ends_.empty() || ends_.top_key() > next);
  const double virtual_date = virtual_now_ + level_ * (date - now_);
  advance(now);
  if (at_level) {  // whatever rounding makes of it
    ended.push_back(virtual_ends_.top());
    take_from_level(ended.back());
  }
  while (!ends_.empty() && ends_.top_key() <= date) {
    ended.push_back(ends_.top());
    take_from_cap(ended.back());
  }
  while (!virtual_ends_.empty() && virtual_ends_.top_key() <= virtual_date) {
    ended.push_back(virtual_ends_.top());
    take_from_level(ended.back());
  }
  balance();
}

void FairMemory::advance(double now) {
  if (!virtual_ends_.empty()) virtual_now_ += level_ * (now - now_);
  now_ = now;
}

void FairMemory::put_at_cap(Flow flow, double left) {
  ends_.set(flow, now_ + left / caps_[flow].most);
  largest_caps_.set(flow, -caps_[flow].most);
  at_cap_.add(caps_[flow].most);
}

void FairMemory::put_at_level(Flow flow, double left) {
  if (virtual_ends_.empty()) {
    virtual_now_ = 0;
    most_ = 0;
  } else if (virtual_now_ > kSetBack * most_) {
    virtual_ends_.lower_all(virtual_now_);
    virtual_now_ = 0;
  }
  most_ = std::max(most_, left);
  virtual_ends_.set(flow, virtual_now_ + left);
  smallest_caps_.set(flow, caps_[flow].most);
}

double FairMemory::take_from_cap(Flow flow) {
  const double left = (ends_.key(flow) - now_) * caps_[flow].most;
  ends_.remove(flow);
  largest_caps_.remove(flow);
  at_cap_.add(-caps_[flow].most);
  if (ends_.empty()) at_cap_ = {};
  return std::max(0.0, left);
}

double FairMemory::take_from_level(Flow flow) {
  const double left = virtual_ends_.key(flow) - virtual_now_;
  virtual_ends_.remove(flow);
  smallest_caps_.remove(flow);
  return std::max(0.0, left);
}

/// Finds the level: what flows at their cap leave, in equal parts. Both changes of sides raise it, so that those who
/// get too much are found first, then those that need less; nobody changes sides twice.
void FairMemory::balance() {
  while (!ends_.empty() &&
         (virtual_ends_.empty() ? at_cap_.value() > bandwidth_ * (1 + 1e-15) : -largest_caps_.top_key() > share())) {
    const Flow largest = largest_caps_.top();
    put_at_level(largest, take_from_cap(largest));
  }
  while (!virtual_ends_.empty() && smallest_caps_.top_key() <= share()) {
    const Flow smallest = smallest_caps_.top();
    put_at_cap(smallest, take_from_level(smallest));
  }
  level_ = virtual_ends_.empty() ? 0 : share();
}

/// Of those that are not at their cap; there are some.
double FairMemory::share() const { return (bandwidth_ - at_cap_.value()) / static_cast<double>(virtual_ends_.size()); }

}  // namespace hetsched
