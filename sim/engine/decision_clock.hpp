/// \file
/// How long a policy takes to decide.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace hetsched {

/// Not part of the results: it differs from run to run.
struct DecisionTime {
  std::uint64_t calls = 0;
  double seconds = 0;  ///< of the thread's processor time, in all
  double longest = 0;  ///< s, of the calls that were measured
};

/// Measures calls in processor time of the thread, which means the same whatever else the machine does. To read that
/// clock takes longer than many a decision: calls that are over sooner are taken from the wall clock, which is quick
/// and exact, as nothing else has run meanwhile; and where reading would take more than a twentieth of the time of
/// deciding, a sample of the calls is measured, each for those since the last one. The first calls are all measured. To
/// be exact to a tenth for calls of microseconds, and to 0.2 us for shorter ones, which take that much longer when they
/// are measured.
class DecisionClock {
 public:
  template <class Call>
  void time(const Call& call) {
    ++time_.calls;
    if (--left_ > 0) return call();
    const double cpu = by_cpu_ ? read(CLOCK_THREAD_CPUTIME_ID) : 0, begin = read(CLOCK_MONOTONIC);
    call();
    const double wall = read(CLOCK_MONOTONIC) - begin;
    const bool is_short = wall < kShort;
    if (is_short || by_cpu_)
      add(is_short ? std::max(0.0, wall - costs().wall) : read(CLOCK_THREAD_CPUTIME_ID) - cpu);
    else
      left_ = 1;  // it has told nothing: the next is measured for both
    // After a short call a short one is expected, unless that has been wrong once.
    surprised_ = surprised_ || !(is_short || by_cpu_);
    by_cpu_ = surprised_ || !is_short || time_.calls < kFirst;
  }
  [[nodiscard]] DecisionTime total() const {
    DecisionTime total = time_;
    if (measured_ > 0) total.seconds *= static_cast<double>(time_.calls) / static_cast<double>(measured_);
    return total;
  }

 private:
  static constexpr std::uint64_t kAll = 16, kMost = 4096;  ///< calls: all of them at first, one of so many at least
  static constexpr std::uint64_t kFirst = 2;  ///< calls for which processor time is read, whatever they took
  static constexpr double kShare = 20;
  static constexpr double kShort = 5e-6;  ///< s

  static double read(clockid_t clock) {
    std::timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  struct Costs {
    double wall = 1, cpu = 1;  ///< s to read that clock
  };
  static const Costs& costs() {
    static const Costs least = [] {
      Costs found;
      for (int i = 0; i < 32; ++i) {
        const double begin = read(CLOCK_MONOTONIC);
        found.wall = std::min(found.wall, read(CLOCK_MONOTONIC) - begin);
        (void)read(CLOCK_THREAD_CPUTIME_ID);
        found.cpu = std::min(found.cpu, read(CLOCK_MONOTONIC) - begin - 2 * found.wall);
      }
      return found;
    }();
    return least;
  }

  void add(double seconds) {
    time_.seconds += seconds * static_cast<double>(time_.calls - measured_);
    time_.longest = std::max(time_.longest, seconds);
    measured_ = time_.calls;
    left_ = 1;
    if (time_.calls < kAll) return;
    const double mean = time_.seconds / static_cast<double>(time_.calls);
    const double apart = std::clamp(kShare * costs().cpu / std::max(mean, 1e-12), 1.0, static_cast<double>(kMost));
    // Not always the same: what calls do may be periodic.
    noise_ = noise_ * 6364136223846793005u + 1442695040888963407u;
    left_ = 1 + (noise_ >> 33) % (2 * static_cast<std::uint64_t>(apart) - 1);
  }

  DecisionTime time_;
  std::uint64_t measured_ = 0, left_ = 1, noise_ = 1;
  bool by_cpu_ = true, surprised_ = false;
};

}  // namespace hetsched
