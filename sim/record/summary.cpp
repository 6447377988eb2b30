#include "record/summary.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "base/errors.hpp"
#include "record/metrics.hpp"

namespace hetsched {
namespace {

using detail::miss_rate;
using detail::normalised_turnaround;
using detail::per;

/// All metrics that have a formula, in the order of the table.
template <class Summary, class Facts>
Summary computed(const Facts& facts) {
  Summary summary;
  for_each_field<Summary>([&](const auto& f) {
    if constexpr (requires { f.formula; }) summary.*f.member = f.formula(summary, facts);
  });
  return summary;
}

std::vector<double> ascending(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values;
}

/// How much of a piece of time lies before an instant, s.
double before(double from, double to, double instant) { return std::max(0.0, std::min(to, instant) - from); }

}  // namespace

void RequestSums::add(const RequestSums& other) {
  for (std::uint64_t RequestSums::*count :
       {&RequestSums::released, &RequestSums::finished, &RequestSums::late, &RequestSums::dropped,
        &RequestSums::unfinished, &RequestSums::started, &RequestSums::with_deadline})
    this->*count += other.*count;
  for (double RequestSums::*sum :
       {&RequestSums::latency, &RequestSums::wait, &RequestSums::tardiness, &RequestSums::energy,
        &RequestSums::accuracy_loss, &RequestSums::realtime, &RequestSums::energy_score, &RequestSums::product})
    this->*sum += other.*sum;
  tardiness_max = std::max(tardiness_max, other.tardiness_max);
  first_arrival = std::min(first_arrival, other.first_arrival);
  last_arrival = std::max(last_arrival, other.last_arrival);
  latencies.insert(latencies.end(), other.latencies.begin(), other.latencies.end());
  open.insert(open.end(), other.open.begin(), other.open.end());
}

SummaryObserver::SummaryObserver(SummaryBasis basis) : basis_(std::move(basis)), sums_(basis_.streams.size()) {
  for (std::size_t i = 0; i < basis_.streams.size(); ++i) index_.emplace(basis_.streams[i].name, i);
}

void SummaryObserver::request_ended(const RequestRecord& record) {
  const auto at = index_.find(record.stream);
  HETSCHED_ASSERT(at != index_.end(), "a request belongs to a stream of the workload");
  if (record.arrival < basis_.warm_up) return;
  RequestSums& sums = sums_[at->second];
  ++sums.released;
  sums.energy += record.energy;
  if (record.start) {
    ++sums.started;
    sums.wait += *record.start - record.arrival;
  }
  switch (record.status) {
    case RequestStatus::dropped: ++sums.dropped; break;
    case RequestStatus::unfinished:
      ++sums.unfinished;
      sums.open.push_back(record.deadline.value_or(std::numeric_limits<double>::infinity()));
      break;
    case RequestStatus::late: ++sums.late; [[fallthrough]];
    case RequestStatus::finished:
      add_finished(record, sums);
      in_order_.push_back(*record.latency);
      break;
  }
}

void SummaryObserver::add_finished(const RequestRecord& record, RequestSums& sums) const {
  HETSCHED_ASSERT(record.finish && record.latency, "a request that finished has a finish and a latency");
  ++sums.finished;
  sums.latency += *record.latency;
  sums.latencies.push_back(*record.latency);
  sums.first_arrival = std::min(sums.first_arrival, record.arrival);
  sums.last_arrival = std::max(sums.last_arrival, record.arrival);
  sums.accuracy_loss += record.accuracy_loss;
  if (record.tardiness) {
    ++sums.with_deadline;
    sums.tardiness += *record.tardiness;
    sums.tardiness_max = std::max(sums.tardiness_max, *record.tardiness);
  }
  if (!basis_.score) return;
  const double realtime = realtime_score(basis_.score->steepness, *record.finish, record.deadline);
  const double energy = energy_score(basis_.score->energy_max, record.energy);
  sums.realtime += realtime;
  sums.energy_score += energy;
  sums.product += realtime * energy;
}

void SummaryObserver::accelerator(const AcceleratorRecord& record) {
  accelerators_.slots += record.slots;
  accelerators_.busy_slots += record.slots * record.busy;
  accelerators_.switches += record.switches;
  accelerators_.failures += record.failures;
}

void SummaryObserver::task_ended(const TaskRecord& record) {
  // Tasks of a batch share a slot, and their records come in the order of their ends.
  double& counted = counted_[{record.accelerator, record.slot}];
  accelerators_.busy_before += before(std::max(record.compute, counted), record.end, basis_.warm_up);
  counted = std::max(counted, record.end);
}

void SummaryObserver::power(const PowerRecord& record) {
  const double energy = before(record.from, record.to, basis_.warm_up) * record.power;
  if (record.part == "base")
    before_.base += energy;
  else if (record.part == "idle")
    before_.idle += energy;
  else if (record.part == "transfer")
    before_.transfer += energy;
  else
    before_.active += energy;
}

RequestFacts SummaryObserver::facts(const RequestSums& sums, std::span<const double> ascending,
                                    std::span<const double> in_order) const {
  const auto undecided = totals_.stuck ? 0 : std::count_if(sums.open.begin(), sums.open.end(), [&](double deadline) {
    return deadline > totals_.end;
  });
  return {sums, ascending, totals_.end - basis_.warm_up, static_cast<std::uint64_t>(undecided), steady_state(in_order)};
}

std::optional<double> SummaryObserver::alone(std::size_t stream) const {
  if (sums_[stream].finished == 0) return std::nullopt;
  // A run of one request is what it would be compared with.
  const bool single = std::accumulate(sums_.begin(), sums_.end(), std::uint64_t{0},
                                      [](auto sum, const RequestSums& s) { return sum + s.released; }) == 1;
  if (single && basis_.warm_up == 0) return sums_[stream].latency;
  return basis_.alone ? basis_.alone(stream) : std::nullopt;
}

StreamSummary SummaryObserver::stream_summary(std::size_t stream) const {
  const RequestSums& s = sums_[stream];
  const std::vector<double> latencies = ascending(s.latencies);
  const bool scored = basis_.score && s.finished + s.dropped > 0;
  StreamSummary out = computed<StreamSummary>(StreamFacts{facts(s, latencies, s.latencies), scored, alone(stream)});
  const SummaryBasis::Stream& basis = basis_.streams[stream];
  out.stream = basis.name;
  out.model = basis.model;
  out.demand = basis.demand;
  out.response_bound = basis.response_bound;
  out.assured = basis.assured;
  return out;
}

std::vector<StreamSummary> SummaryObserver::streams() const {
  std::vector<StreamSummary> all;
  for (std::size_t i = 0; i < sums_.size(); ++i) all.push_back(stream_summary(i));
  return all;
}

void SummaryObserver::fill_stream_means(RunSummary& out) const {
  std::vector<double> misses, turnarounds, progress, scores;
  bool alone_known = true;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    if (sums_[i].released == 0) continue;
    const StreamSummary stream = stream_summary(i);
    if (stream.miss_rate) misses.push_back(*stream.miss_rate);
    if (stream.score) scores.push_back(*stream.score);
    alone_known = alone_known && (stream.finished == 0 || stream.slowdown);
    if (stream.slowdown) turnarounds.push_back(*stream.slowdown);
    progress.push_back(stream.slowdown ? 1 / *stream.slowdown : 0);
  }
  out.miss_rate_stream_mean = mean(misses);
  out.score = mean(scores);
  if (!alone_known || out.finished == 0) return;
  if (turnarounds.size() == progress.size()) out.antt = mean(turnarounds);
  out.stp = std::accumulate(progress.begin(), progress.end(), 0.0);
  out.fairness_jain = jain_index(progress);
}

void SummaryObserver::fill_bounds(RunSummary& out) const {
  if (!basis_.bounds || out.finished == 0 || basis_.warm_up > 0) return;
  std::vector<double> finished;
  double latency = 0, first_arrival = std::numeric_limits<double>::infinity(), last = 0;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const RequestSums& s = sums_[i];
    finished.push_back(static_cast<double>(s.finished));
    if (s.finished == 0) continue;
    latency += finished.back() * basis_.bounds->latency[i];
    first_arrival = std::min(first_arrival, s.first_arrival);
    last = std::max(last, s.last_arrival + basis_.bounds->latency[i]);
  }
  out.latency_lower_bound = per(latency, out.finished);
  out.makespan_lower_bound = std::max(last, first_arrival + basis_.bounds->load(finished));
  out.gap_to_lower_bound = ratio(out.makespan - *out.makespan_lower_bound, out.makespan_lower_bound);
  if (out.released != 1 || !basis_.bounds->optimum) return;
  const auto stream = static_cast<std::size_t>(std::find(finished.begin(), finished.end(), 1.0) - finished.begin());
  const auto optimum = basis_.bounds->optimum(stream);
  if (!optimum) return;
  out.optimal_makespan = sums_[stream].last_arrival + *optimum;
  out.gap_to_optimum = ratio(out.makespan - *out.optimal_makespan, out.optimal_makespan);
}

RunSummary SummaryObserver::summary() const {
  RequestSums all;
  for (const RequestSums& sums : sums_) all.add(sums);
  const std::vector<double> latencies = ascending(all.latencies);
  RunSummary out =
      computed<RunSummary>(RunFacts{facts(all, latencies, in_order_), totals_, accelerators_, basis_.budget, before_});
  fill_stream_means(out);
  fill_bounds(out);
  return out;
}

}  // namespace hetsched
