#include <limits>
#include <queue>

#include "bench/engine/floors.hpp"

namespace hetsched::bench {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// Flows that share a memory max-min fairly, none at more than its own rate.
class SharedMemory {
 public:
  explicit SharedMemory(double bandwidth) : bandwidth_(bandwidth) {}
  void start(int accelerator, double bytes, double most) {
    left_.push_back(bytes);
    most_.push_back(std::min(most, bandwidth_));
    who_.push_back(accelerator);
    changed_ = true;
  }
  /// Until the first ends.
  double next() {
    if (changed_) find_level();
    double next = kNever;
    for (std::size_t i = 0; i < left_.size(); ++i) next = std::min(next, left_[i] / rate(i));
    return next;
  }
  void pass(double time) {
    for (std::size_t i = 0; i < left_.size(); ++i) left_[i] -= rate(i) * time;
  }
  template <class Finish>
  void take_ended(const Finish& finish) {
    for (std::size_t i = left_.size(); i-- > 0;) {
      if (left_[i] > rate(i) * 1e-12) continue;
      finish(who_[i]);
      left_[i] = left_.back();
      most_[i] = most_.back();
      who_[i] = who_.back();
      left_.pop_back();
      most_.pop_back();
      who_.pop_back();
      changed_ = true;
    }
  }

 private:
  [[nodiscard]] double rate(std::size_t i) const { return std::min(most_[i], level_); }
  void find_level() {
    changed_ = false;
    const std::size_t n = left_.size();
    level_ = n > 0 ? bandwidth_ / static_cast<double>(n) : bandwidth_;
    for (;;) {
      double below = 0;
      std::size_t number = 0;
      for (const double most : most_) {
        const bool is_below = most <= level_;
        below += is_below ? most : 0;
        number += is_below ? 1 : 0;
      }
      if (number == n) break;
      const double level = (bandwidth_ - below) / static_cast<double>(n - number);
      if (level <= level_ * (1 + 1e-15)) break;
      level_ = level;
    }
  }

  double bandwidth_, level_ = 0;
  bool changed_ = false;
  std::vector<double> left_, most_;
  std::vector<int> who_;
};

struct Due {
  double at;
  int what;  ///< accelerator, or -1 - model
  bool operator<(const Due& other) const { return at > other.at; }
};

}  // namespace

Result run_plain_loop(const Load& load) {
  Arrivals arrivals(load);
  Dispatch dispatch(load.accelerators);
  SharedMemory memory(bandwidth(load.accelerators));
  const bool shared = load.memory == Memory::shared;
  std::priority_queue<Due> due;
  double now = 0;
  const double before = cpu_seconds();
  for (int m = 0; m < kModels; ++m) due.push({arrivals.next(m), -1 - m});
  while (dispatch.done() < arrivals.tasks()) {
    const double until = due.empty() ? kNever : due.top().at, next = shared ? memory.next() : kNever;
    if (now + next <= until) {
      memory.pass(next);
      now += next;
      memory.take_ended([&](int a) { dispatch.finish(a); });
    } else {
      if (shared) memory.pass(until - now);
      now = until;
      const int what = due.top().what;
      due.pop();
      if (what >= 0) {
        dispatch.finish(what);
      } else {
        dispatch.arrive(-1 - what);
        if (arrivals.pass(-1 - what)) due.push({arrivals.next(-1 - what), what});
      }
    }
    dispatch.start([&](int a, const Layer& layer) {
      if (shared)
        memory.start(a, layer.bytes, own_rate(layer, a));
      else
        due.push({now + layer.bytes / own_rate(layer, a), a});
    });
  }
  return {cpu_seconds() - before, dispatch.done(), now, 0};
}

}  // namespace hetsched::bench
