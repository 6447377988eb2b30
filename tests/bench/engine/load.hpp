/// \file
/// What bench_engine has simulated: chains of 50 layers of four models, Poisson arrivals at 80 % of the compute
/// capacity, first come first served on the fastest idle accelerator.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace hetsched::bench {

inline constexpr int kLayers = 50;
inline constexpr int kModels = 4;
inline constexpr double kPort = 20e9;  ///< B/s that an accelerator can use

enum class Memory {
  none,    ///< unlimited
  shared,  ///< one for all accelerators
  linked,  ///< four, with a bus between them
};

struct Load {
  int accelerators = 8;
  Memory memory = Memory::shared;
  int streams = kModels;
  std::uint64_t requests = 4000;  ///< a multiple of the number of streams
};

/// Time on the slowest kind, and bytes, of a layer.
struct Layer {
  double time, bytes;
};

inline std::vector<std::vector<Layer>> layers() {
  const RandomStream random(12345, "bench", "layers");
  std::vector<std::vector<Layer>> models(kModels, std::vector<Layer>(kLayers));
  std::uint64_t draw = 0;
  for (auto& model : models)
    for (Layer& layer : model) {
      layer.time = 1e-4 * (0.2 + 1.6 * random.uniform(draw++));
      layer.bytes = std::floor(1e5 * (0.2 + 3.0 * random.uniform(draw++)));
    }
  return models;
}

inline double speed(int accelerator) { return 1 + 0.25 * (accelerator % 4); }
/// B/s of the memory that all share.
inline double bandwidth(int accelerators) { return 8e9 * accelerators; }
/// B/s at which a layer's bytes flow if nothing holds them back.
inline double own_rate(const Layer& layer, int accelerator) {
  return std::min(kPort, layer.bytes * speed(accelerator) / layer.time);
}

/// Requests per second of all streams together.
inline double rate(int accelerators) {
  double capacity = 0, work = 0;
  for (int a = 0; a < accelerators; ++a) capacity += speed(a);
  for (const auto& model : layers())
    for (const Layer& layer : model) work += layer.time / kModels;
  return 0.8 * capacity / work;
}

/// When the requests of a stream for each model arrive, as Poisson arrivals of seed 1 do.
class Arrivals {
 public:
  explicit Arrivals(const Load& load) : rate_(rate(load.accelerators) / kModels), each_(load.requests / kModels) {
    for (int m = 0; m < kModels; ++m) {
      random_.emplace_back(1, "arrival", "m" + std::to_string(m));
      next_.push_back(random_.back().exponential(0) / rate_);
    }
  }
  [[nodiscard]] double next(int model) const { return next_[static_cast<std::size_t>(model)]; }
  /// The one of next() has arrived. Is there another?
  bool pass(int model) {
    const auto m = static_cast<std::size_t>(model);
    if (++arrived_[m] >= each_) return false;
    next_[m] += random_[m].exponential(arrived_[m]) / rate_;
    return true;
  }
  [[nodiscard]] std::uint64_t tasks() const { return each_ * kModels * kLayers; }

 private:
  double rate_;
  std::uint64_t each_;
  std::vector<RandomStream> random_;
  std::vector<double> next_;
  std::vector<std::uint64_t> arrived_ = std::vector<std::uint64_t>(kModels, 0);
};

/// Chains that wait, and accelerators that are idle: a fixed rule in place of a policy.
class Dispatch {
 public:
  struct Chain {
    int model = 0, next = 0;
  };

  explicit Dispatch(int accelerators) : running_(static_cast<std::size_t>(accelerators)) {
    for (int a = accelerators; a-- > 0;) idle_[a % 4].push_back(a);
  }
  void arrive(int model) { waiting_.push_back({model, 0}); }
  /// The layer that ran there is done; the next of its chain comes before those that wait.
  void finish(int accelerator) {
    idle_[accelerator % 4].push_back(accelerator);
    Chain& chain = running_[static_cast<std::size_t>(accelerator)];
    ++done_;
    if (++chain.next < kLayers) waiting_.push_front(chain);
  }
  /// Starts what can be: `start(accelerator, layer)`.
  template <class Start>
  void start(const Start& start) {
    while (!waiting_.empty()) {
      int kind = 3;
      while (kind >= 0 && idle_[kind].empty()) --kind;
      if (kind < 0) return;
      const int a = idle_[kind].back();
      idle_[kind].pop_back();
      Chain& chain = running_[static_cast<std::size_t>(a)];
      chain = waiting_.front();
      waiting_.pop_front();
      start(a, models_[static_cast<std::size_t>(chain.model)][static_cast<std::size_t>(chain.next)]);
    }
  }
  [[nodiscard]] std::uint64_t done() const { return done_; }

 private:
  std::vector<std::vector<Layer>> models_ = layers();
  std::deque<Chain> waiting_;
  std::vector<Chain> running_;
  std::vector<int> idle_[4];
  std::uint64_t done_ = 0;
};

}  // namespace hetsched::bench
