#include "record/summary.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/errors.hpp"
#include "record/metrics.hpp"

namespace hetsched {
namespace {

using Sums = SummaryObserver::Sums;

std::optional<double> per(double sum, std::uint64_t number) { return ratio(sum, static_cast<double>(number)); }

std::optional<double> miss_rate(const Sums& s) {
  return per(static_cast<double>(s.late + s.dropped + s.unfinished), s.released);
}

/// What runs and streams have in common.
template <class Summary>
void fill(Summary& out, const Sums& s, double makespan) {
  out.released = s.released;
  out.finished = s.finished;
  out.late = s.late;
  out.dropped = s.dropped;
  out.unfinished = s.unfinished;
  out.miss_rate = miss_rate(s);
  out.throughput = ratio(static_cast<double>(s.finished), makespan);
  out.goodput = ratio(static_cast<double>(s.finished - s.late), makespan);
  std::vector<double> ascending = s.latencies;
  std::sort(ascending.begin(), ascending.end());
  out.latency_mean = per(s.latency, s.finished);
  out.latency_p50 = percentile(ascending, 50);
  out.latency_p95 = percentile(ascending, 95);
  out.latency_p99 = percentile(ascending, 99);
  out.latency_max = percentile(ascending, 100);
  out.wait_mean = per(s.wait, s.started);
  out.tardiness_mean = per(s.tardiness, s.with_deadline);
  if (s.with_deadline > 0) out.tardiness_max = s.tardiness_max;
  out.accuracy_loss_mean = per(s.accuracy_loss, s.finished);
}

/// Isolated time over mean latency; 0 if nothing finished, nothing if there is no isolated time.
std::optional<double> normalised_progress(const Sums& s, double isolated) {
  if (s.finished == 0) return 0;
  return ratio(isolated, per(s.latency, s.finished));
}

}  // namespace

Budget total_budget(const PlatformSpec& platform) {
  Budget total{0, 0, 0, 0, 0};
  for (const AcceleratorSpec& accelerator : platform.accelerators) {
    const auto kind = std::find_if(platform.kinds.begin(), platform.kinds.end(),
                                   [&](const KindSpec& k) { return k.name == accelerator.kind; });
    HETSCHED_ASSERT(kind != platform.kinds.end(), "every accelerator has a kind");
    for_each_field<Budget>([&](const auto& f) {
      std::optional<double>& sum = total.*f.member;
      const std::optional<double>& one = kind->budget.*f.member;
      sum = sum && one ? std::optional(*sum + *one * accelerator.count) : std::nullopt;
    });
  }
  return total;
}

void SummaryObserver::Sums::add(const Sums& other) {
  for (std::uint64_t Sums::*count : {&Sums::released, &Sums::finished, &Sums::late, &Sums::dropped, &Sums::unfinished,
                                     &Sums::started, &Sums::with_deadline})
    this->*count += other.*count;
  for (double Sums::*sum : {&Sums::latency, &Sums::wait, &Sums::tardiness, &Sums::energy, &Sums::accuracy_loss,
                            &Sums::realtime, &Sums::energy_score, &Sums::product})
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
  Sums& sums = sums_[at->second];
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

void SummaryObserver::add_finished(const RequestRecord& record, Sums& sums) const {
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
  slots_ += record.slots;
  busy_slots_ += record.slots * record.busy;
  switches_ += record.switches;
  failures_ += record.failures;
}

StreamSummary SummaryObserver::stream_summary(std::size_t stream) const {
  const Sums& s = sums_[stream];
  StreamSummary out;
  out.stream = basis_.streams[stream].name;
  out.model = basis_.streams[stream].model;
  fill(out, s, totals_.end);
  out.energy = s.energy;
  out.energy_per_inference = per(s.energy, s.finished);
  const std::uint64_t counted = s.finished + s.dropped;
  if (!basis_.score || counted == 0) return out;
  out.rt_score = per(s.realtime, s.finished).value_or(0);
  out.energy_score = per(s.energy_score, s.finished).value_or(0);
  out.qoe = per(static_cast<double>(s.finished), counted);
  out.score = *per(s.product, counted) * *out.qoe;
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
    const Sums& s = sums_[i];
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
    const Sums& s = sums_[i];
    finished.push_back(static_cast<double>(s.finished));
    if (s.finished == 0) continue;
    latency += finished.back() * basis_.bounds->latency[i];
    first_arrival = std::min(first_arrival, s.first_arrival);
    last = std::max(last, s.last_arrival + basis_.bounds->latency[i]);
  }
  out.latency_lower_bound = per(latency, out.finished);
  out.makespan_lower_bound = std::max(last, first_arrival + basis_.bounds->load(finished));
  out.gap_to_lower_bound = ratio(out.makespan - *out.makespan_lower_bound, out.makespan_lower_bound);
  if (out.released != 1) return;
  const auto stream = static_cast<std::size_t>(std::find(finished.begin(), finished.end(), 1.0) - finished.begin());
  const auto optimum = basis_.bounds->optimum(stream);
  if (!optimum) return;
  out.optimal_makespan = sums_[stream].last_arrival + *optimum;
  out.gap_to_optimum = ratio(out.makespan - *out.optimal_makespan, out.optimal_makespan);
}

RunSummary SummaryObserver::summary() const {
  Sums all;
  for (const Sums& sums : sums_) all.add(sums);
  RunSummary out;
  out.makespan = totals_.end;
  fill(out, all, totals_.end);
  out.energy_base = totals_.energy_base;
  out.energy_idle = totals_.energy_idle;
  out.energy_active = totals_.energy_active;
  out.energy_transfer = totals_.energy_transfer;
  out.energy = out.energy_base + out.energy_idle + out.energy_active + out.energy_transfer;
  out.energy_per_inference = per(out.energy, out.finished);
  out.power_mean = ratio(out.energy, out.makespan);
  if (out.energy_per_inference && out.latency_mean) out.edp = *out.energy_per_inference * *out.latency_mean;
  out.utilisation = ratio(busy_slots_, slots_);
  out.throughput_per_watt = ratio(out.throughput, out.power_mean);
  out.throughput_per_tdp_watt = ratio(out.throughput, basis_.budget.tdp);
  out.throughput_per_usd = ratio(out.throughput, basis_.budget.price);
  out.throughput_per_mm2 = ratio(out.throughput, basis_.budget.area);
  fill_stream_means(out);
  fill_bounds(out);
  out.switches = switches_;
  out.failures = failures_;
  out.instants = totals_.instants;
  out.decisions_stale = totals_.decisions_stale;
  const auto measured = static_cast<double>(totals_.measured);
  out.prediction_error = ratio(totals_.prediction_error, measured);
  out.expectation_error = ratio(totals_.expectation_error, measured);
  return out;
}

}  // namespace hetsched
