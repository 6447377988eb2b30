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
/// clock takes longer than many a decision: then a sample of the calls is measured, each for those since the last one,
/// so that reading takes about a twentieth of the time of deciding. The first calls are all measured.
class DecisionClock {
 public:
  template <class Call>
  void time(const Call& call) {
    ++time_.calls;
    if (--left_ > 0) return call();
    (void)now();  // the first reading after a while takes longer
    const double before = now(), begin = now();
    call();
    // Less what reading takes, as it did just now: some short calls come out below 0, but not the sum of many.
    add(now() - begin - (begin - before), begin - before);
  }
  [[nodiscard]] DecisionTime total() const {
    DecisionTime total = time_;
    total.seconds = std::max(0.0, total.seconds);
    if (measured_ > 0) total.seconds *= static_cast<double>(time_.calls) / static_cast<double>(measured_);
    return total;
  }

 private:
  static constexpr std::uint64_t kAll = 64, kMost = 4096;  ///< calls: all of them at first, one of so many at least
  static constexpr double kShare = 20;

  static double now() {
    std::timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  void add(double seconds, double reading) {
    time_.seconds += seconds * static_cast<double>(time_.calls - measured_);
    time_.longest = std::max(time_.longest, seconds);
    measured_ = time_.calls;
    left_ = 1;
    if (time_.calls < kAll) return;
    const double mean = time_.seconds / static_cast<double>(time_.calls);
    const double apart = std::clamp(kShare * 4 * reading / std::max(mean, 1e-12), 1.0, static_cast<double>(kMost));
    // Not always the same: what calls do may be periodic.
    noise_ = noise_ * 6364136223846793005u + 1442695040888963407u;
    left_ = 1 + (noise_ >> 33) % (2 * static_cast<std::uint64_t>(apart) - 1);
  }

  DecisionTime time_;
  std::uint64_t measured_ = 0, left_ = 1, noise_ = 1;
};

}  // namespace hetsched
