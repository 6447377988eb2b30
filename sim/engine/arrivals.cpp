#include "engine/arrivals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.hpp"
#include "base/overloads.hpp"
#include "base/text.hpp"

namespace hetsched {
namespace {

/// Whole nanoseconds of a duration, or 0 if it is no such number.
std::uint64_t whole_nanoseconds(double seconds) {
  const double ns = std::round(seconds * 1e9);
  if (ns < 1 || ns > 9e15 || std::abs(ns * 1e-9 - seconds) > 1e-15 * seconds) return 0;
  return static_cast<std::uint64_t>(ns);
}

/// The reader refuses streams that would get here by their rate; what depends on the run itself may.
void check_amount(const StreamSpec& stream, std::uint64_t index) {
  if (static_cast<double>(index) < kMostRequests) return;
  throw InputError("stream " + in_quotes(stream.name) + " of the workload makes more than " +
                   format_number(kMostRequests) +
                   " requests; check its rate, its think_time and the duration, or give a count");
}

}  // namespace

Cadence::Cadence(const Periodic& periodic, double load) : load_(load) {
  if (periodic.rate) rate_ = *periodic.rate;
  if (periodic.period) period_ = *periodic.period;
  if (periodic.integer_ms) {
    const double period = periodic.rate ? 1 / *periodic.rate : *periodic.period;
    nanoseconds_ = static_cast<std::uint64_t>(std::floor(period * 1e3 * (1 + 1e-12))) * 1000000;
  } else if (periodic.period) {
    nanoseconds_ = whole_nanoseconds(*periodic.period);
  }
}

double Cadence::at(std::uint64_t k) const {
  if (nanoseconds_ > 0) return static_cast<double>(k * nanoseconds_) / 1e9 / load_;
  return (rate_ > 0 ? static_cast<double>(k) / rate_ : static_cast<double>(k) * period_) / load_;
}

ArrivalSource::ArrivalSource(const StreamSpec& stream, const WorkloadSpec& workload, std::uint64_t seed)
    : stream_(stream),
      facts_(facts_of(stream.arrival)),
      load_(workload.load),
      duration_(workload.duration),
      arrival_random_(seed, "arrival", stream.name),
      thinning_random_(seed, "thinning", stream.name) {
  if (facts_.periodic != nullptr) cadence_.emplace(*facts_.periodic, load_);
}

bool ArrivalSource::wins(std::uint64_t index) const {
  return stream_.probability >= 1 || thinning_random_.uniform(index) < stream_.probability;
}

std::optional<ArrivalTime> ArrivalSource::candidate() {
  if (facts_.count && index_ >= *facts_.count) return std::nullopt;
  check_amount(stream_, index_);
  std::optional<ArrivalTime> arrival = drawn();
  if (!arrival || (duration_ && arrival->nominal >= *duration_)) return std::nullopt;
  arrival->time = std::max(arrival->time, last_);
  last_ = arrival->time;
  ++index_;
  return arrival;
}

std::optional<ArrivalTime> ArrivalSource::drawn() const {
  const auto at = [this](double time) { return ArrivalTime{index_, time, time}; };
  const std::optional<ArrivalTime> caused;
  return std::visit(Overloads{
                        [&](const Periodic& periodic) {
                          ArrivalTime arrival = at(periodic.phase / load_ + cadence_->at(index_));
                          if (periodic.jitter > 0)
                            arrival.time += periodic.jitter / load_ * arrival_random_.uniform(index_);
                          return std::optional(arrival);
                        },
                        [&](const Poisson& poisson) {
                          const double from = index_ == 0 ? poisson.phase / load_ : last_;
                          return std::optional(at(from + arrival_random_.exponential(index_) / (poisson.rate * load_)));
                        },
                        [&](const TraceArrivals& trace) { return std::optional(at(trace.times[index_] / load_)); },
                        [&](const Burst& burst) { return std::optional(at(burst.at)); },
                        [&](const ClosedLoop&) { return caused; },
                        [&](const Triggered&) { return caused; },
                    },
                    stream_.arrival);
}

std::optional<ArrivalTime> ArrivalSource::next() {
  while (auto arrival = candidate())
    if (wins(arrival->index)) return arrival;
  return std::nullopt;
}

std::optional<ArrivalTime> ArrivalSource::caused(double time) {
  check_amount(stream_, index_);
  const ArrivalTime arrival{index_++, time, time};
  if (!wins(arrival.index)) return std::nullopt;
  return arrival;
}

double ArrivalSource::deadline(const ArrivalTime& arrival, double released) const {
  const QuantityOrWord& given = stream_.deadline;
  const bool is_period = given.word == "period" && cadence_;
  if (!given.value && !is_period) return std::numeric_limits<double>::infinity();
  switch (stream_.deadline_from) {
    case DeadlineFrom::release: return released + (given.value ? *given.value : cadence_->period());
    case DeadlineFrom::nominal:
      return given.value ? arrival.nominal + *given.value : facts_.phase / load_ + cadence_->at(arrival.index + 1);
  }
  throw InternalError("unknown start of deadlines");
}

}  // namespace hetsched
