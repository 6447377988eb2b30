/// \file
/// When the requests of a stream arrive, and what their deadlines are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "model/workload.hpp"

namespace hetsched {

/// The multiples of a period, exact where it is a whole number of nanoseconds or given as a rate: the k-th is
/// rounded once, not summed up. At a load other than 1 they are divided by it, after integer_ms has rounded the period.
class Cadence {
 public:
  Cadence(const Periodic& periodic, double load);
  /// Start of period k, without phase.
  [[nodiscard]] double at(std::uint64_t k) const;
  [[nodiscard]] double period() const { return at(1); }

 private:
  double rate_ = 0, period_ = 0, load_ = 1;
  std::uint64_t nanoseconds_ = 0;
};

/// One request to come.
struct ArrivalTime {
  std::uint64_t index = 0;  ///< within the stream; indices that lost the draw of `probability` are passed over
  double nominal = 0;       ///< without jitter
  double time = 0;
};

/// The arrivals of a stream at a load: those of load 1, each at its time divided by the load (workload.hpp). With the
/// same seed, runs at different loads thus see the same sequence.
class ArrivalSource {
 public:
  ArrivalSource(const StreamSpec& stream, const WorkloadSpec& workload, std::uint64_t seed);

  /// The next arrival of a stream whose arrivals do not depend on the run; nothing when there are no more.
  /// Times never decrease.
  std::optional<ArrivalTime> next();

  /// An arrival caused by the run itself (closed loop, trigger) at `time`; nothing if it loses the draw of
  /// `probability`.
  std::optional<ArrivalTime> caused(double time);

  /// Absolute deadline of a request released at `released`; infinite if the stream has none.
  [[nodiscard]] double deadline(const ArrivalTime& arrival, double released) const;

 private:
  std::optional<ArrivalTime> candidate();
  /// By the process alone: the duration and the arrivals before are not looked at. Nothing if the run causes arrivals.
  [[nodiscard]] std::optional<ArrivalTime> drawn() const;
  [[nodiscard]] bool wins(std::uint64_t index) const;

  const StreamSpec& stream_;
  ArrivalFacts facts_;
  double load_;
  std::optional<double> duration_;
  std::optional<Cadence> cadence_;
  RandomStream arrival_random_, thinning_random_;
  std::uint64_t index_ = 0;
  double last_ = 0;
};

}  // namespace hetsched
