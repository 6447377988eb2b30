/// \file
/// A workload as its JSON file describes it: streams of requests, their arrivals, deadlines and rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/fields.hpp"

namespace hetsched {

/// More requests of one stream than this are refused: a unit is wrong, or the run would take days.
inline constexpr double kMostRequests = 1e7;
/// More requests in the system at once than this are refused: they would fill the memory.
inline constexpr double kMostAtOnce = 1e5;

enum class Granularity { layer, group, model };
template <>
inline constexpr auto enum_names<Granularity> = std::array{"layer", "group", "model"};

enum class DropRule {
  never,      ///< late requests run to their end
  unstarted,  ///< dropped just after the deadline if none of its tasks has started
  late,       ///< dropped at the deadline, running tasks aborted
};
template <>
inline constexpr auto enum_names<DropRule> = std::array{"never", "unstarted", "late"};

enum class DeadlineFrom { release, nominal };
template <>
inline constexpr auto enum_names<DeadlineFrom> = std::array{"release", "nominal"};

enum class EndRule { drain, at_duration, last_release };
template <>
inline constexpr auto enum_names<EndRule> = std::array{"drain", "at_duration", "last_release"};

struct Periodic {
  std::optional<double> rate, period;
  double phase = 0, jitter = 0;
  bool integer_ms = false;
  std::optional<std::uint64_t> count;
};
template <>
inline constexpr auto fields<Periodic> = std::tuple{
    field("rate", &Periodic::rate, "requests per second; give this or period", {.unit = "Hz", .above = 0}),
    field("period", &Periodic::period, "time between requests; give this or rate", {.unit = "s", .above = 0}),
    field("phase", &Periodic::phase, "time of the first request", {.unit = "s"}),
    field("jitter", &Periodic::jitter, "each arrival is late by a uniform random time of at most this", {.unit = "s"}),
    field("integer_ms", &Periodic::integer_ms, "round the period down to whole milliseconds (60 Hz: 16 ms)", {}),
    field("count", &Periodic::count, "number of requests; default: as many as the duration holds",
          {.max = kMostRequests}),
};
template <>
inline constexpr std::string_view tag<Periodic> = "periodic";

struct Poisson {
  double rate = 0;
  double phase = 0;
  std::optional<std::uint64_t> count;
};
template <>
inline constexpr auto fields<Poisson> = std::tuple{
    field("rate", &Poisson::rate, "mean requests per second", {.required = true, .unit = "Hz", .above = 0}),
    field("phase", &Poisson::phase, "time before which nothing arrives", {.unit = "s"}),
    field("count", &Poisson::count, "number of requests; default: as many as fall into the duration",
          {.max = kMostRequests}),
};
template <>
inline constexpr std::string_view tag<Poisson> = "poisson";

struct TraceArrivals {
  std::string file;
  std::vector<double> times;  ///< inline, or read from the file
};
template <>
inline constexpr auto fields<TraceArrivals> = std::tuple{
    field("file", &TraceArrivals::file, "CSV file with a column time (s), relative to this file; give this or times",
          {}),
    field("times", &TraceArrivals::times, "arrival times; give this or file", {.unit = "s"}),
};
template <>
inline constexpr std::string_view tag<TraceArrivals> = "trace";

struct Burst {
  std::uint64_t count = 1;
  double at = 0;
};
template <>
inline constexpr auto fields<Burst> = std::tuple{
    field("count", &Burst::count, "number of requests, all at once", {.required = true, .min = 1, .max = kMostAtOnce}),
    field("at", &Burst::at, "when", {.unit = "s"}),
};
template <>
inline constexpr std::string_view tag<Burst> = "burst";

struct ClosedLoop {
  std::uint64_t outstanding = 1;
  double think_time = 0;
  std::optional<std::uint64_t> count;
};
template <>
inline constexpr auto fields<ClosedLoop> = std::tuple{
    field("outstanding", &ClosedLoop::outstanding, "requests in the system; each that ends is replaced",
          {.required = true, .min = 1, .max = kMostAtOnce}),
    field("think_time", &ClosedLoop::think_time, "pause before the replacement", {.unit = "s"}),
    field("count", &ClosedLoop::count, "number of requests in all; default: until the duration",
          {.max = kMostRequests}),
};
template <>
inline constexpr std::string_view tag<ClosedLoop> = "closed_loop";

struct Triggered {
  std::string by;
  double delay = 0;
};
template <>
inline constexpr auto fields<Triggered> = std::tuple{
    field("by", &Triggered::by, "stream whose every finished request triggers one of this stream", {.required = true}),
    field("delay", &Triggered::delay, "time between the two", {.unit = "s"}),
};
template <>
inline constexpr std::string_view tag<Triggered> = "triggered";

using Arrival = std::variant<Periodic, Poisson, TraceArrivals, Burst, ClosedLoop, Triggered>;

/// What is asked of every arrival process before a run, at load 1. Pointers and views are into the process.
struct ArrivalFacts {
  const Periodic* periodic;            ///< it has a period: "period" is a deadline, its starts are ticks; else null
  double rate;                         ///< mean arrivals from `phase` on, 1/s, to refuse what is absurd; 0: none
  double phase;                        ///< s
  std::optional<std::uint64_t> count;  ///< most requests; none: as many as the duration, or other streams, allow
  std::string_view by;                 ///< the stream that triggers it; empty: none
  std::string_view file;               ///< that it was read from; empty: none
};
ArrivalFacts facts_of(const Arrival& arrival);

struct StreamSpec {
  std::string name;
  std::string model;  ///< path as written, relative to the workload file; after loading: a path to open
  Arrival arrival;
  double probability = 1;
  std::string after;
  QuantityOrWord deadline;
  DeadlineFrom deadline_from = DeadlineFrom::release;
  Granularity granularity = Granularity::layer;
  std::int64_t priority = 0;
  DropRule drop = DropRule::never;
  std::string source, sink;
};
template <>
inline constexpr auto fields<StreamSpec> = std::tuple{
    field("name", &StreamSpec::name, "name in results", {.required = true}),
    field("model", &StreamSpec::model, "model file, relative to this file", {.required = true}),
    field("arrival", &StreamSpec::arrival, "when its requests arrive", {.required = true}),
    field("probability", &StreamSpec::probability, "each arrival (or trigger) becomes a request with this probability",
          {.max = 1}),
    field("after", &StreamSpec::after,
          "stream that feeds it: request k (from 0) can start once that stream has finished more than k requests", {}),
    field("deadline", &StreamSpec::deadline, "time allowed, or period, or none (default)",
          {.unit = "s", .above = 0, .words = {"period", "none"}}),
    field("deadline_from", &StreamSpec::deadline_from,
          "count the deadline from the release, or from the nominal arrival (without jitter or late release)", {}),
    field("granularity", &StreamSpec::granularity, "what one task is: a layer, a group, or the whole model", {}),
    field("priority", &StreamSpec::priority, "larger is more important; for policies that use it",
          {.min = -1e9, .max = 1e9}),
    field("drop", &StreamSpec::drop, "what happens to a request whose deadline passes", {}),
    field("source", &StreamSpec::source,
          "memory of the platform where the input of a request lies when it arrives: what its first tasks read moves "
          "from "
          "there; default: the platform's host, or in every memory if it names none",
          {}),
    field("sink", &StreamSpec::sink,
          "memory where the result has to be for a request to have finished: what its last tasks write moves there; "
          "default: the platform's host, or wherever it is if it names none",
          {}),
};

struct ScoreSpec {
  double steepness = 15000;
  double energy_max = 1.5;
};
template <>
inline constexpr auto fields<ScoreSpec> = std::tuple{
    field("steepness", &ScoreSpec::steepness, "k of the real-time score 1/(1+exp(k (finish - deadline)))",
          {.unit = "1/s"}),
    field("energy_max", &ScoreSpec::energy_max, "energy at which the energy score is 0", {.unit = "J", .above = 0}),
};

enum class ReleaseRule {
  at_arrival,  ///< every request is released when it arrives
  polled,  ///< at ticks of the fastest periodic stream and whenever a task finishes, each stream releases at most its
           ///< next request, if it has arrived
};
template <>
inline constexpr auto enum_names<ReleaseRule> = std::array{"at_arrival", "polled"};
/// Are requests released at ticks, which need a periodic stream?
bool is_polled(ReleaseRule rule);

struct WorkloadSpec {
  std::string schema;
  std::int64_t format = 1;
  std::string name, description, source;
  std::optional<double> duration;
  double load = 1;
  ReleaseRule release = ReleaseRule::at_arrival;
  double completion_tolerance = 0;
  EndRule end = EndRule::drain;
  std::optional<ScoreSpec> score;
  std::vector<StreamSpec> streams;
};
template <>
inline constexpr auto fields<WorkloadSpec> = std::tuple{
    field("$schema", &WorkloadSpec::schema, "for editors; ignored", {}),
    field("format", &WorkloadSpec::format, "version of this file format", {.required = true, .min = 1, .max = 1}),
    field("name", &WorkloadSpec::name, "name in results", {.required = true}),
    field("description", &WorkloadSpec::description, "free text", {}),
    field("source", &WorkloadSpec::source, "where the numbers come from", {}),
    field("duration", &WorkloadSpec::duration,
          "requests arrive from 0 to just before this; needed unless every stream has a count",
          {.unit = "s", .above = 0}),
    field("load", &WorkloadSpec::load,
          "multiplies the rates of all streams: periods, phases, jitter, times of a trace and pauses of a closed loop "
          "are divided by it, and so is the deadline \"period\". Bursts, delays of triggered streams, deadlines that "
          "are times, counts and the duration stay; default: 1",
          {.above = 0}),
    field("release", &WorkloadSpec::release,
          "at_arrival, or polled: at ticks of the fastest periodic stream and whenever a task finishes each stream "
          "releases its next request if that has arrived, one at a time",
          {}),
    field(
        "completion_tolerance", &WorkloadSpec::completion_tolerance,
        "a task without contended traffic that finishes at most this much after an instant counts as finished at that "
        "instant (its own finish time is recorded), as with a timer of this resolution",
        {.unit = "s"}),
    field("end", &WorkloadSpec::end,
          "drain: when every request has ended; at_duration: at the duration; last_release: with the instant of the "
          "last release",
          {}),
    field("score", &WorkloadSpec::score, "compute the XRBench score with these constants", {}),
    field("streams", &WorkloadSpec::streams, "the sources of requests", {.required = true}),
};

/// Reads and checks a workload (and its trace files). Problems are added.
WorkloadSpec read_workload(const Node& node, Problems& problems);

}  // namespace hetsched
