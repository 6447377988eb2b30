#include "engine/arrivals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.hpp"
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

std::optional<std::uint64_t> count_of(const Arrival& arrival) {
  if (const auto* p = std::get_if<Periodic>(&arrival)) return p->count;
  if (const auto* p = std::get_if<Poisson>(&arrival)) return p->count;
  if (const auto* p = std::get_if<TraceArrivals>(&arrival)) return p->times.size();
  if (const auto* p = std::get_if<Burst>(&arrival)) return p->count;
  return std::nullopt;
}

}  // namespace

Cadence::Cadence(const Periodic& periodic) {
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
  if (nanoseconds_ > 0) return static_cast<double>(k * nanoseconds_) / 1e9;
  return rate_ > 0 ? static_cast<double>(k) / rate_ : static_cast<double>(k) * period_;
}

ArrivalSource::ArrivalSource(const StreamSpec& stream, std::optional<double> duration, std::uint64_t seed)
    : stream_(stream),
      duration_(duration),
      arrival_random_(seed, "arrival", stream.name),
      thinning_random_(seed, "thinning", stream.name) {
  if (const auto* periodic = std::get_if<Periodic>(&stream.arrival)) cadence_.emplace(*periodic);
}

bool ArrivalSource::wins(std::uint64_t index) const {
  return stream_.probability >= 1 || thinning_random_.uniform(index) < stream_.probability;
}

std::optional<ArrivalTime> ArrivalSource::candidate() {
  const auto count = count_of(stream_.arrival);
  if (count && index_ >= *count) return std::nullopt;
  check_amount(stream_, index_);
  ArrivalTime arrival{.index = index_};
  if (const auto* periodic = std::get_if<Periodic>(&stream_.arrival)) {
    arrival.nominal = periodic->phase + cadence_->at(index_);
    arrival.time = arrival.nominal;
    if (periodic->jitter > 0) arrival.time += periodic->jitter * arrival_random_.uniform(index_);
  } else if (const auto* poisson = std::get_if<Poisson>(&stream_.arrival)) {
    const double from = index_ == 0 ? poisson->phase : last_;
    arrival.nominal = arrival.time = from + arrival_random_.exponential(index_) / poisson->rate;
  } else if (const auto* trace = std::get_if<TraceArrivals>(&stream_.arrival)) {
    arrival.nominal = arrival.time = trace->times[index_];
  } else if (const auto* burst = std::get_if<Burst>(&stream_.arrival)) {
    arrival.nominal = arrival.time = burst->at;
  } else {
    return std::nullopt;
  }
  if (duration_ && arrival.nominal >= *duration_) return std::nullopt;
  arrival.time = std::max(arrival.time, last_);
  last_ = arrival.time;
  ++index_;
  return arrival;
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
  if (given.value) {
    const double from = stream_.deadline_from == DeadlineFrom::nominal ? arrival.nominal : released;
    return from + *given.value;
  }
  if (given.word != "period" || !cadence_) return std::numeric_limits<double>::infinity();
  if (stream_.deadline_from == DeadlineFrom::release) return released + cadence_->period();
  const double phase = std::get<Periodic>(stream_.arrival).phase;
  return phase + cadence_->at(arrival.index + 1);
}

}  // namespace hetsched
