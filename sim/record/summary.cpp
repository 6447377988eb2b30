#include "record/summary.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/errors.hpp"
#include "record/metrics.hpp"

namespace hetsched {
namespace {

using detail::miss_rate;
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

/// Isolated time over mean latency; 0 if nothing finished, nothing if there is no isolated time.
std::optional<double> normalised_progress(const RequestSums& s, double isolated) {
  if (s.finished == 0) return 0;
  return ratio(isolated, per(s.latency, s.finished));
}

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
}

SummaryObserver::SummaryObserver(SummaryBasis basis) : basis_(std::move(basis)), sums_(basis_.streams.size()) {
  for (std::size_t i = 0; i < basis_.streams.size(); ++i) index_.emplace(basis_.streams[i].name, i);
}

void SummaryObserver::request_ended(const RequestRecord& record) {
  const auto at = index_.find(record.stream);
  HETSCHED_ASSERT(at != index_.end(), "a request belongs to a stream of the workload");
  RequestSums& sums = sums_[at->second];
  ++sums.released;
  sums.energy += record.energy;
  if (record.start) {
    ++sums.started;
    sums.wait += *record.start - record.arrival;
  }
  switch (record.status) {
    case RequestStatus::dropped: ++sums.dropped; break;
    case RequestStatus::unfinished: ++sums.unfinished; break;
    case RequestStatus::late: ++sums.late; [[fallthrough]];
    case RequestStatus::finished: add_finished(record, sums); break;
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

StreamSummary SummaryObserver::stream_summary(std::size_t stream) const {
  const RequestSums& s = sums_[stream];
  const std::vector<double> latencies = ascending(s.latencies);
  const bool scored = basis_.score && s.finished + s.dropped > 0;
  StreamSummary out = computed<StreamSummary>(StreamFacts{{s, latencies, totals_.end}, scored});
  out.stream = basis_.streams[stream].name;
  out.model = basis_.streams[stream].model;
  return out;
}

std::vector<StreamSummary> SummaryObserver::streams() const {
  std::vector<StreamSummary> all;
  for (std::size_t i = 0; i < sums_.size(); ++i) all.push_back(stream_summary(i));
  return all;
}

void SummaryObserver::fill_stream_means(RunSummary& out) const {
  std::vector<double> misses, progress, scores;
  double turnaround = 0;
  bool isolated_known = true;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const RequestSums& s = sums_[i];
    if (s.released == 0) continue;
    misses.push_back(*miss_rate(s));
    const auto x = normalised_progress(s, basis_.streams[i].isolated);
    const auto slowdowns = ratio(s.latency, basis_.streams[i].isolated);
    isolated_known = isolated_known && x && slowdowns;
    progress.push_back(x.value_or(0));
    turnaround += slowdowns.value_or(0);
    if (const auto score = stream_summary(i).score) scores.push_back(*score);
  }
  out.miss_rate_stream_mean = mean(misses);
  out.score = mean(scores);
  if (!isolated_known || out.finished == 0) return;
  out.antt = per(turnaround, out.finished);
  out.stp = 0;
  for (const double x : progress) *out.stp += x;
  out.fairness_jain = jain_index(progress);
}

void SummaryObserver::fill_bounds(RunSummary& out) const {
  if (!basis_.bounds || out.finished == 0) return;
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
  RunSummary out = computed<RunSummary>(RunFacts{{all, latencies, totals_.end}, totals_, accelerators_, basis_.budget});
  fill_stream_means(out);
  fill_bounds(out);
  return out;
}

}  // namespace hetsched
