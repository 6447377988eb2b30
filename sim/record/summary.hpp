/// \file
/// The metrics of a run: what is derived from its records. One definition each, written as a formula in the
/// field tables below, twice: in words for people, in code beside them; the arithmetic is in metrics.hpp. A metric that
/// is undefined (a mean of nothing) has no value.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/fields.hpp"
#include "model/budget.hpp"
#include "model/workload.hpp"
#include "record/metrics.hpp"
#include "record/observer.hpp"
#include "record/steady_state.hpp"

namespace hetsched {

/// What is added up over requests, of a stream or of all.
struct RequestSums {
  std::uint64_t released = 0, finished = 0, late = 0, dropped = 0, unfinished = 0;
  std::uint64_t started = 0, with_deadline = 0;
  double latency = 0, wait = 0, tardiness = 0, tardiness_max = 0;  ///< s
  double energy = 0;                                               ///< J
  double accuracy_loss = 0;
  double first_arrival = std::numeric_limits<double>::infinity(), last_arrival = 0;  ///< of finished requests, s
  double realtime = 0, energy_score = 0, product = 0;  ///< of XRBench, over finished requests
  std::vector<double> latencies;                       ///< of finished requests, as they finished, s
  std::vector<double> open;                            ///< deadlines of unfinished requests, s; kNever: none

  void add(const RequestSums& other);
};

/// Inputs of formulas over requests.
struct RequestFacts {
  const RequestSums& sums;
  std::span<const double> latencies;  ///< of finished requests, ascending, s
  double measured = 0;                ///< of the run, after the warm-up, s
  std::uint64_t undecided = 0;        ///< of the unfinished requests
  SteadyState steady = {};            ///< of latencies, as requests finished
};

/// What is added up over accelerators.
struct AcceleratorSums {
  double slots = 0, busy_slots = 0;  ///< of all accelerators; the mean number of those that compute
  double busy_before = 0;            ///< slot time spent computing in the warm-up, s
  std::uint64_t switches = 0, failures = 0;
};

/// J of a run that were spent in its warm-up.
struct EnergyBefore {
  double base = 0, idle = 0, active = 0, transfer = 0;
};

/// Inputs of formulas over a run, besides the metrics before them in the table.
struct RunFacts {
  RequestFacts requests;
  const RunTotals& totals;
  const AcceleratorSums& accelerators;
  const Budget& budget;
  EnergyBefore before = {};
};

/// The same over a stream.
struct StreamFacts {
  RequestFacts requests;
  bool scored = false;  ///< the workload asks for a score and a request of the stream ended
  std::optional<double> alone = {};
};

/// A metric: a field, and the formula that gives it.
template <class S, class T, class Formula>
struct Metric : Field<S, T> {
  Formula formula;
};
template <class S, class T, class Formula>
constexpr Metric<S, T, Formula> metric(std::string_view name, T S::*member, std::string_view doc, const About& about,
                                       Formula formula) {
  return {field(name, member, doc, about), formula};
}

/// Metrics of any number of requests: those of a run, or of a stream.
struct RequestMetrics {
  std::uint64_t released = 0, finished = 0, late = 0, dropped = 0, unfinished = 0, undecided = 0;
  std::optional<double> miss_rate, throughput, goodput;
  std::optional<double> never_finished;
  std::optional<double> latency_mean, latency_p50, latency_p95, latency_p99, latency_max;
  std::optional<std::uint64_t> warm_up_requests;
  std::optional<double> latency_steady_mean, latency_steady_half_width;
  std::optional<double> wait_mean, tardiness_mean, tardiness_max;
  std::optional<double> accuracy_loss_mean;
};

namespace detail {

inline std::optional<double> per(double sum, std::uint64_t number) { return ratio(sum, static_cast<double>(number)); }

/// Times that differ by rounding only are the same.
inline std::optional<double> normalised_turnaround(std::optional<double> latency, std::optional<double> alone) {
  if (latency && alone && std::abs(*latency - *alone) <= 1e-9 * *alone) return 1;
  return ratio(latency, alone);
}

inline std::optional<double> miss_rate(const RequestFacts& f) {
  const RequestSums& s = f.sums;
  return per(static_cast<double>(s.late + s.dropped + s.unfinished - f.undecided), s.released - f.undecided);
}

inline constexpr std::tuple kOutcomes{
    metric("released", &RequestMetrics::released, "requests released to the policy", {.better = Better::less},
           [](const auto&, const auto& f) { return f.requests.sums.released; }),
    metric("finished", &RequestMetrics::finished, "requests that finished, in time or late", {.better = Better::more},
           [](const auto&, const auto& f) { return f.requests.sums.finished; }),
    metric("late", &RequestMetrics::late, "requests that finished after their deadline", {.better = Better::less},
           [](const auto&, const auto& f) { return f.requests.sums.late; }),
    metric("dropped", &RequestMetrics::dropped, "requests given up by the policy or the stream's drop rule",
           {.better = Better::less}, [](const auto&, const auto& f) { return f.requests.sums.dropped; }),
    metric("unfinished", &RequestMetrics::unfinished, "requests still there at the end of the run",
           {.better = Better::less}, [](const auto&, const auto& f) { return f.requests.sums.unfinished; }),
    metric("undecided", &RequestMetrics::undecided,
           "unfinished requests of which nobody knows whether they would have been late: without a deadline, or with "
           "one after the end of the run; none where the run ended because nothing could happen any more",
           {.better = Better::less}, [](const auto&, const auto& f) { return f.requests.undecided; }),
    metric("miss_rate", &RequestMetrics::miss_rate,
           "(late + dropped + unfinished - undecided) / (released - undecided)", {.better = Better::less},
           [](const auto&, const auto& f) { return miss_rate(f.requests); }),
};
inline constexpr std::tuple kTimes{
    metric("throughput_rps", &RequestMetrics::throughput,
           "finished / measured time, which is makespan_s of the run - warm_up of the experiment",
           {.unit = "1/s", .better = Better::more},
           [](const auto&, const auto& f) {
             return ratio(static_cast<double>(f.requests.sums.finished), f.requests.measured);
           }),
    metric("goodput_rps", &RequestMetrics::goodput, "(finished - late) / measured time",
           {.unit = "1/s", .better = Better::more},
           [](const auto&, const auto& f) {
             return ratio(static_cast<double>(f.requests.sums.finished - f.requests.sums.late), f.requests.measured);
           }),
    metric(
        "never_finished", &RequestMetrics::never_finished,
        "(dropped + unfinished) / released: the share of requests that no latency below is of. A policy that gives up "
        "the slow ones looks fast",
        {.better = Better::less},
        [](const auto&, const auto& f) {
          return per(static_cast<double>(f.requests.sums.dropped + f.requests.sums.unfinished),
                     f.requests.sums.released);
        }),
    metric("latency_mean_s", &RequestMetrics::latency_mean, "mean of finish - arrival over finished requests",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) { return per(f.requests.sums.latency, f.requests.sums.finished); }),
    metric("latency_p50_s", &RequestMetrics::latency_p50, "median of finish - arrival, by nearest rank",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) { return percentile(f.requests.latencies, 50); }),
    metric("latency_p95_s", &RequestMetrics::latency_p95, "95th percentile, by nearest rank",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) { return percentile(f.requests.latencies, 95); }),
    metric("latency_p99_s", &RequestMetrics::latency_p99, "99th percentile, by nearest rank",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) { return percentile(f.requests.latencies, 99); }),
    metric("latency_max_s", &RequestMetrics::latency_max, "largest finish - arrival",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) { return percentile(f.requests.latencies, 100); }),
    metric("warm_up_requests", &RequestMetrics::warm_up_requests,
           "how many of the requests that finished first belong to the warm-up: by MSER-5 on their latencies, as they "
           "finished; empty for fewer than 50, or if it is more than half of them and the run too short to tell",
           {.better = Better::less}, [](const auto&, const auto& f) { return f.requests.steady.warm_up; }),
    metric("latency_steady_mean_s", &RequestMetrics::latency_steady_mean,
           "mean latency of the finished requests after those; empty for fewer than 200",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) {
             return f.requests.steady.mean ? std::optional(f.requests.steady.mean->mean) : std::nullopt;
           }),
    metric("latency_steady_half_width_s", &RequestMetrics::latency_steady_half_width,
           "half width of its 95% confidence interval, by 20 batch means of one run; replicates with other seeds say "
           "more",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) {
             return f.requests.steady.mean ? std::optional(f.requests.steady.mean->half_width) : std::nullopt;
           }),
    metric("wait_mean_s", &RequestMetrics::wait_mean, "mean of start - arrival over requests that started",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) { return per(f.requests.sums.wait, f.requests.sums.started); }),
    metric("tardiness_mean_s", &RequestMetrics::tardiness_mean,
           "mean of tardiness (finish - deadline if late, else 0) over finished requests with a deadline",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) { return per(f.requests.sums.tardiness, f.requests.sums.with_deadline); }),
    metric("tardiness_max_s", &RequestMetrics::tardiness_max, "largest tardiness of a finished request with a deadline",
           {.unit = "s", .better = Better::less},
           [](const auto&, const auto& f) {
             return f.requests.sums.with_deadline > 0 ? std::optional(f.requests.sums.tardiness_max) : std::nullopt;
           }),
};
inline constexpr std::tuple kAccuracy{
    metric("accuracy_loss_mean", &RequestMetrics::accuracy_loss_mean, "mean of accuracy_loss over finished requests",
           {.better = Better::less},
           [](const auto&, const auto& f) { return per(f.requests.sums.accuracy_loss, f.requests.sums.finished); }),
};

}  // namespace detail

/// summary.json, and the metric columns of a study's points.csv. In the formulas "finished" are the requests
/// that finished, in time or late, and "in time" is finished - late. Where the experiment has a warm_up, requests that
/// arrive before it count nowhere, and energies, rates and utilisation are of the time after it. Metrics without a
/// formula here are means over streams, or compare with bounds; SummaryObserver computes them.
struct RunSummary : RequestMetrics {
  double makespan = 0;
  std::optional<double> miss_rate_stream_mean;
  double energy = 0, energy_base = 0, energy_idle = 0, energy_active = 0, energy_transfer = 0;
  std::optional<double> energy_per_inference, power_mean, edp, utilisation;
  std::optional<double> fairness_jain, antt, stp;
  std::optional<double> throughput_per_watt, throughput_per_tdp_watt, throughput_per_usd, throughput_per_mm2;
  std::optional<double> latency_lower_bound, makespan_lower_bound, gap_to_lower_bound, optimal_makespan, gap_to_optimum;
  std::optional<double> score;
  std::uint64_t switches = 0, failures = 0, instants = 0, decisions_stale = 0;
  std::optional<double> prediction_error, expectation_error;
  std::optional<double> tdp, price, area, pes, peak_ops;
};
namespace detail {

inline constexpr std::tuple kRun{
    metric("makespan_s", &RunSummary::makespan, "simulated time at which the run ended",
           {.unit = "s", .better = Better::less}, [](const RunSummary&, const RunFacts& f) { return f.totals.end; }),
};
inline constexpr std::tuple kStreamMean{
    field("miss_rate_stream_mean", &RunSummary::miss_rate_stream_mean,
          "mean of miss_rate (streams.csv) over streams of whose requests some are decided", {.better = Better::less}),
};
inline constexpr std::tuple kEnergy{
    metric("energy_j", &RunSummary::energy, "energy_base_j + energy_idle_j + energy_active_j + energy_transfer_j",
           {.unit = "J", .better = Better::less},
           [](const RunSummary&, const RunFacts& f) {
             return f.totals.energy_base + f.totals.energy_idle + f.totals.energy_active + f.totals.energy_transfer -
                    (f.before.base + f.before.idle + f.before.active + f.before.transfer);
           }),
    metric("energy_base_j", &RunSummary::energy_base, "base power of the platform * measured time",
           {.unit = "J", .better = Better::less},
           [](const RunSummary&, const RunFacts& f) { return f.totals.energy_base - f.before.base; }),
    metric("energy_idle_j", &RunSummary::energy_idle, "idle power of accelerators, over the time without work",
           {.unit = "J", .better = Better::less},
           [](const RunSummary&, const RunFacts& f) { return f.totals.energy_idle - f.before.idle; }),
    metric("energy_active_j", &RunSummary::energy_active,
           "active power of accelerators, and the energy of their tasks and switches",
           {.unit = "J", .better = Better::less},
           [](const RunSummary&, const RunFacts& f) { return f.totals.energy_active - f.before.active; }),
    metric("energy_transfer_j", &RunSummary::energy_transfer, "bytes moved over memories and links * energy per byte",
           {.unit = "J", .better = Better::less},
           [](const RunSummary&, const RunFacts& f) { return f.totals.energy_transfer - f.before.transfer; }),
    metric("energy_per_inference_j", &RunSummary::energy_per_inference, "energy_j / finished",
           {.unit = "J", .better = Better::less},
           [](const RunSummary& s, const RunFacts&) { return per(s.energy, s.finished); }),
    metric("power_mean_w", &RunSummary::power_mean, "energy_j / measured time", {.unit = "W", .better = Better::less},
           [](const RunSummary& s, const RunFacts& f) { return ratio(s.energy, f.requests.measured); }),
    metric("edp_js", &RunSummary::edp, "energy-delay product: energy_per_inference_j * latency_mean_s",
           {.unit = "J s", .better = Better::less},
           [](const RunSummary& s, const RunFacts&) {
             return s.energy_per_inference && s.latency_mean ? std::optional(*s.energy_per_inference * *s.latency_mean)
                                                             : std::nullopt;
           }),
    metric("utilisation", &RunSummary::utilisation, "mean of busy_share (accelerators.csv) over all slots",
           {.better = Better::more},
           [](const RunSummary&, const RunFacts& f) {
             const AcceleratorSums& a = f.accelerators;
             if (a.busy_before == 0 && f.requests.measured == f.totals.end) return ratio(a.busy_slots, a.slots);
             return ratio(a.busy_slots * f.totals.end - a.busy_before, a.slots * f.requests.measured);
           }),
    field("fairness_jain", &RunSummary::fairness_jain,
          "Jain's index (sum x)^2 / (n sum x^2) over the n streams that released requests, x = alone_s / mean latency "
          "of the stream (streams.csv), 0 if none finished",
          {.better = Better::more}),
    field(
        "antt", &RunSummary::antt,
        "average normalised turnaround time (Eyerman and Eeckhout, System-level performance metrics for multiprogram "
        "workloads, IEEE Micro 2008): mean over streams of mean latency / alone_s, so that 1 is no slowdown; empty if "
        "a stream finished nothing, or some alone_s is not known",
        {.better = Better::less}),
    field("stp", &RunSummary::stp,
          "system throughput (same source): sum over streams of alone_s / mean latency, 0 of one that finished "
          "nothing: how many requests make progress at once",
          {.better = Better::more}),
};
inline constexpr std::tuple kEfficiency{
    metric("throughput_per_watt", &RunSummary::throughput_per_watt,
           "throughput_rps / power_mean_w, which is inferences per joule", {.better = Better::more},
           [](const RunSummary& s, const RunFacts&) { return ratio(s.throughput, s.power_mean); }),
    metric("throughput_per_tdp_watt", &RunSummary::throughput_per_tdp_watt,
           "throughput_rps / sum of tdp over accelerators; like the next two empty unless all kinds state it",
           {.better = Better::more},
           [](const RunSummary& s, const RunFacts& f) { return ratio(s.throughput, f.budget.tdp); }),
    metric("throughput_per_usd", &RunSummary::throughput_per_usd, "throughput_rps / sum of price over accelerators",
           {.better = Better::more},
           [](const RunSummary& s, const RunFacts& f) { return ratio(s.throughput, f.budget.price); }),
    metric("throughput_per_mm2", &RunSummary::throughput_per_mm2, "throughput_rps / sum of area over accelerators",
           {.better = Better::more},
           [](const RunSummary& s, const RunFacts& f) { return ratio(s.throughput, f.budget.area); }),
    field(
        "latency_lower_bound_s", &RunSummary::latency_lower_bound,
        "mean over finished requests of what a request alone takes at least: the larger one of the longest way through "
        "its tasks, each as fast as any accelerator, operating point, variant and batch makes it, and of the least C "
        "for "
        "which its tasks, divided as one likes, take no accelerator longer than C (linear program); without transfers "
        "and "
        "contention; this and the next four are empty if execution times jitter or there is a warm_up",
        {.unit = "s", .better = Better::less}),
    field(
        "makespan_lower_bound_s", &RunSummary::makespan_lower_bound,
        "the larger one of: arrival + what it alone takes at least, over finished requests; their first arrival + the "
        "least C for which the tasks of all of them, divided as one likes, take no accelerator longer than C",
        {.unit = "s", .better = Better::less}),
    field("gap_to_lower_bound", &RunSummary::gap_to_lower_bound, "makespan_s / makespan_lower_bound_s - 1",
          {.min = -std::numeric_limits<double>::infinity(), .better = Better::less}),
    field("optimal_makespan_s", &RunSummary::optimal_makespan,
          "if the experiment asks for it (optimum) and one request was released, of a model of at most 14 tasks: its "
          "arrival + the shortest schedule of tasks as "
          "fast as any operating point and variant makes them, with transfers, without contention; empty if the search "
          "for it is stopped",
          {.unit = "s", .better = Better::less}),
    field("gap_to_optimum", &RunSummary::gap_to_optimum,
          "makespan_s / optimal_makespan_s - 1; below 0 by rounding only",
          {.min = -std::numeric_limits<double>::infinity(), .better = Better::less}),
    field("score", &RunSummary::score,
          "XRBench score: mean of score (streams.csv) over streams with finished or dropped requests; empty "
          "if the "
          "workload asks for none",
          {.min = -std::numeric_limits<double>::infinity(), .better = Better::more}),
    metric("switches", &RunSummary::switches, "model switches", {.better = Better::less},
           [](const RunSummary&, const RunFacts& f) { return f.accelerators.switches; }),
    metric("failures", &RunSummary::failures, "tasks that failed because their accelerator was turned off",
           {.better = Better::less}, [](const RunSummary&, const RunFacts& f) { return f.accelerators.failures; }),
    metric("policy_calls", &RunSummary::instants, "instants at which the policy was called", {.better = Better::less},
           [](const RunSummary&, const RunFacts& f) { return f.totals.instants; }),
    metric("decisions_stale", &RunSummary::decisions_stale,
           "decisions that had become void while the policy's latency passed", {.better = Better::less},
           [](const RunSummary&, const RunFacts& f) { return f.totals.decisions_stale; }),
    metric(
        "prediction_error", &RunSummary::prediction_error,
        "mean over finished tasks of |measured - predicted_s| / measured, measured = end_at_s - start_at_s "
        "(tasks.csv): what "
        "contention, jitter and changes of operating points add while tasks run; inputs that were sent ahead and come "
        "late "
        "are not in it (compare forecast_at_s of requests.csv with finishes)",
        {.better = Better::less},
        [](const RunSummary&, const RunFacts& f) {
          return ratio(f.totals.prediction_error, static_cast<double>(f.totals.measured));
        }),
    metric("expectation_error", &RunSummary::expectation_error,
           "the same with expected_s: below prediction_error where a policy (decorator learned) corrects its estimates",
           {.better = Better::less},
           [](const RunSummary&, const RunFacts& f) {
             return ratio(f.totals.expectation_error, static_cast<double>(f.totals.measured));
           }),
};

inline constexpr std::tuple kBudget{
    metric("tdp_w", &RunSummary::tdp,
           "sum of budget.tdp over the platform's accelerators; this and the next four: what platforms that are "
           "compared have as much of, empty unless all kinds state it",
           {.unit = "W", .better = Better::less}, [](const RunSummary&, const RunFacts& f) { return f.budget.tdp; }),
    metric("price_usd", &RunSummary::price, "sum of budget.price over accelerators",
           {.unit = "USD", .better = Better::less},
           [](const RunSummary&, const RunFacts& f) { return f.budget.price; }),
    metric("area_mm2", &RunSummary::area, "sum of budget.area over accelerators",
           {.unit = "mm2", .better = Better::less}, [](const RunSummary&, const RunFacts& f) { return f.budget.area; }),
    metric("pes", &RunSummary::pes, "sum of budget.pes over accelerators: processing elements",
           {.better = Better::less}, [](const RunSummary&, const RunFacts& f) { return f.budget.pes; }),
    metric("peak_ops_per_s", &RunSummary::peak_ops, "sum of budget.peak_ops over accelerators",
           {.unit = "op/s", .better = Better::less},
           [](const RunSummary&, const RunFacts& f) { return f.budget.peak_ops; }),
};

}  // namespace detail

template <>
inline constexpr auto fields<RunSummary> = std::tuple_cat(detail::kRun, detail::kOutcomes, detail::kStreamMean,
                                                          detail::kTimes, detail::kEnergy, detail::kAccuracy,
                                                          detail::kEfficiency, detail::kBudget);
static_assert(std::apply([](const auto&... f) { return ((f.about.better != Better::unsaid) && ...); },
                         fields<RunSummary>),
              "every metric says which of two values is the better one");

/// streams.csv: one row per stream, in the workload's order.
struct StreamSummary : RequestMetrics {
  std::string stream, model;
  double energy = 0;
  std::optional<double> energy_per_inference;
  std::optional<double> alone, slowdown;
  std::optional<double> demand, response_bound;
  std::optional<bool> assured;
  std::optional<double> rt_score, energy_score, qoe, score;
};
namespace detail {

inline constexpr std::tuple kStream{
    field("stream", &StreamSummary::stream, "name of the stream", {}),
    field("model", &StreamSummary::model, "its model", {}),
};
inline constexpr std::tuple kStreamEnergy{
    metric("energy_j", &StreamSummary::energy,
           "sum of energy_j over its requests, whatever became of them; base and idle power are nobody's",
           {.unit = "J"}, [](const StreamSummary&, const StreamFacts& f) { return f.requests.sums.energy; }),
    metric("energy_per_inference_j", &StreamSummary::energy_per_inference, "energy_j / finished", {.unit = "J"},
           [](const StreamSummary& s, const StreamFacts&) { return per(s.energy, s.finished); }),
};
inline constexpr std::tuple kAlone{
    metric("alone_s", &StreamSummary::alone,
           "latency of one request of the stream that has the platform to itself, under the same policy and seed, "
           "without outages and drop rule; its own in a run of one request; empty where nothing finished, where the "
           "policy cannot run it alone, and in runs that another process decides",
           {.unit = "s"}, [](const StreamSummary&, const StreamFacts& f) { return f.alone; }),
    metric("slowdown", &StreamSummary::slowdown, "latency_mean_s / alone_s", {},
           [](const StreamSummary& s, const StreamFacts& f) { return normalised_turnaround(s.latency_mean, f.alone); }),
};
inline constexpr std::tuple kBounds{
    field("demand", &StreamSummary::demand,
          "time of a request alone over its period: this and the next two are of response-time analysis (hetsched "
          "analyse) under the policies fp and edf, for streams that one accelerator alone can run; else empty",
          {}),
    field("response_bound_s", &StreamSummary::response_bound,
          "no request takes longer than this from its release to its end", {.unit = "s"}),
    field("deadlines_assured", &StreamSummary::assured,
          "true: no request can be late, by that bound; false: the bound is beyond the deadline", {}),
};
inline constexpr std::tuple kScores{
    metric("rt_score", &StreamSummary::rt_score,
           "XRBench: mean over finished requests of RT = 1 / (1 + exp(steepness (finish - deadline))); 0 if "
           "all were "
           "dropped; this and the next three are empty if the workload asks for no score or nothing ended",
           {},
           [](const StreamSummary& s, const StreamFacts& f) {
             return f.scored ? std::optional(per(f.requests.sums.realtime, s.finished).value_or(0)) : std::nullopt;
           }),
    metric("energy_score", &StreamSummary::energy_score,
           "XRBench: mean over finished requests of EN = (energy_max - energy) / energy_max; 0 if all were "
           "dropped",
           {.min = -std::numeric_limits<double>::infinity()},
           [](const StreamSummary& s, const StreamFacts& f) {
             return f.scored ? std::optional(per(f.requests.sums.energy_score, s.finished).value_or(0)) : std::nullopt;
           }),
    metric("qoe", &StreamSummary::qoe, "XRBench: finished / (finished + dropped)", {},
           [](const StreamSummary& s, const StreamFacts& f) {
             return f.scored ? per(static_cast<double>(s.finished), s.finished + s.dropped) : std::nullopt;
           }),
    metric("score", &StreamSummary::score,
           "XRBench: sum over finished requests of RT * EN / (finished + dropped) * qoe",
           {.min = -std::numeric_limits<double>::infinity()},
           [](const StreamSummary& s, const StreamFacts& f) {
             return f.scored ? std::optional(*per(f.requests.sums.product, s.finished + s.dropped) * *s.qoe)
                             : std::nullopt;
           }),
};

}  // namespace detail

template <>
inline constexpr auto fields<StreamSummary> = std::tuple_cat(detail::kStream, detail::kOutcomes, detail::kTimes,
                                                             detail::kStreamEnergy, detail::kAccuracy, detail::kAlone,
                                                             detail::kBounds, detail::kScores);

/// How fast requests could have been, by stream in the workload's order; see the formulas of RunSummary.
struct SummaryBounds {
  std::vector<double> latency;  ///< of a request alone, s
  /// s in which so many requests of each stream can be done, all there at once.
  std::function<double(std::span<const double> finished)> load;
  /// s of the shortest schedule of one request; nothing if it is not known. Empty: nobody asks.
  std::function<std::optional<double>(std::size_t stream)> optimum;
};

/// Inputs of the metrics besides the records.
struct SummaryBasis {
  struct Stream {
    std::string name, model;
    std::optional<double> demand = {}, response_bound = {};  ///< of analysis
    std::optional<bool> assured = {};
  };
  std::vector<Stream> streams;     ///< in the workload's order
  Budget budget;                   ///< of the platform, see total_budget()
  std::optional<ScoreSpec> score;  ///< as the workload has it
  std::optional<SummaryBounds> bounds = std::nullopt;
  double warm_up = 0;  ///< s
  /// s that a request of the stream takes alone. Asked only of streams that finished some. Empty: not known of any.
  std::function<std::optional<double>(std::size_t stream)> alone = {};
};

/// Computes the metrics of a run as it goes. Keeps two numbers per finished request, and nothing per task.
class SummaryObserver : public Observer {
 public:
  explicit SummaryObserver(SummaryBasis basis);
  SummaryObserver(const SummaryObserver&) = delete;  // index_ points into basis_
  SummaryObserver& operator=(const SummaryObserver&) = delete;

  void request_ended(const RequestRecord& record) override;
  void accelerator(const AcceleratorRecord& record) override;
  void run_ended(const RunTotals& totals) override { totals_ = totals; }
  /// What happened in the warm-up is not in totals.
  [[nodiscard]] bool wants_tasks() const override { return basis_.warm_up > 0; }
  void task_ended(const TaskRecord& record) override;
  void power(const PowerRecord& record) override;

  /// To be called after run_ended().
  [[nodiscard]] RunSummary summary() const;
  [[nodiscard]] std::vector<StreamSummary> streams() const;

 private:
  void add_finished(const RequestRecord& record, RequestSums& sums) const;
  [[nodiscard]] RequestFacts facts(const RequestSums& sums, std::span<const double> ascending,
                                   std::span<const double> in_order) const;
  [[nodiscard]] std::optional<double> alone(std::size_t stream) const;
  [[nodiscard]] StreamSummary stream_summary(std::size_t stream) const;
  void fill_stream_means(RunSummary& summary) const;
  void fill_bounds(RunSummary& summary) const;

  SummaryBasis basis_;
  std::unordered_map<std::string_view, std::size_t> index_;  ///< of streams by name; never iterated
  std::vector<RequestSums> sums_;                            ///< by stream
  std::vector<double> in_order_;                             ///< latencies of all finished requests, as they finished
  AcceleratorSums accelerators_;
  EnergyBefore before_;
  std::map<std::pair<std::string_view, std::uint32_t>, double> counted_;  ///< by slot: until when it has been
  RunTotals totals_;
};

}  // namespace hetsched
