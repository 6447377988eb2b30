#include "model/workload.hpp"

#include <algorithm>
#include <cmath>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "base/overloads.hpp"
#include "model/graph.hpp"
#include "model/names.hpp"

namespace hetsched {

/// A row of a trace file.
struct TraceRow {
  double time = 0;
};
template <>
inline constexpr auto fields<TraceRow> =
    std::tuple{field("time", &TraceRow::time, "arrival time", {.required = true, .unit = "s"})};

bool is_polled(ReleaseRule rule) {
  switch (rule) {
    case ReleaseRule::at_arrival: return false;
    case ReleaseRule::polled: return true;
  }
  throw InternalError("unknown release rule");
}

ArrivalFacts facts_of(const Arrival& arrival) {
  using Facts = ArrivalFacts;
  return std::visit(
      Overloads{
          [](const Periodic& p) {
            const double rate = p.rate ? *p.rate : 1 / p.period.value_or(1);
            return Facts{.periodic = &p, .rate = rate, .phase = p.phase, .count = p.count, .by = {}, .file = {}};
          },
          [](const Poisson& p) {
            return Facts{.periodic = nullptr, .rate = p.rate, .phase = p.phase, .count = p.count, .by = {}, .file = {}};
          },
          [](const TraceArrivals& p) {
            return Facts{.periodic = nullptr, .rate = 0, .phase = 0, .count = p.times.size(), .by = {}, .file = p.file};
          },
          [](const Burst& p) {
            return Facts{.periodic = nullptr, .rate = 0, .phase = p.at, .count = p.count, .by = {}, .file = {}};
          },
          [](const ClosedLoop& p) {
            return Facts{.periodic = nullptr, .rate = 0, .phase = 0, .count = p.count, .by = {}, .file = {}};
          },
          [](const Triggered& p) {
            return Facts{.periodic = nullptr, .rate = 0, .phase = p.delay, .count = {}, .by = p.by, .file = {}};
          },
      },
      arrival);
}

namespace {

/// Reads a workload in steps that build on one another.
class WorkloadReader {
 public:
  WorkloadReader(const Node& node, Problems& problems)
      : node_(node), problems_(problems), workload_(read<WorkloadSpec>(node, problems)) {}

  WorkloadSpec read_all() {
    names_ = NameTable("stream", "", workload_.streams, node_.child("streams"), problems_);
    for (std::size_t i = 0; i < workload_.streams.size(); ++i) {
      complete_stream(i);
      check_amount(i);
    }
    check_cycles();
    check_duration();
    check_release();
    return std::move(workload_);
  }

 private:
  [[nodiscard]] Node stream_node(std::size_t i) const { return node_.child("streams").child(i); }

  void complete_stream(std::size_t i) {
    StreamSpec& stream = workload_.streams[i];
    const Node node = stream_node(i);
    if (!stream.model.empty()) stream.model = node.child("model").resolve(stream.model).string();
    names_.resolve(stream.after, node.child("after"), problems_);
    const Node arrival = node.child("arrival");
    if (!arrival.value().is_object()) return;  // has been reported
    std::visit(Overloads{
                   [&](const Periodic& periodic) { check_periodic(periodic, arrival); },
                   [](const Poisson&) {},
                   [&](TraceArrivals& trace) { complete_trace(trace, arrival); },
                   [](const Burst&) {},
                   [&](const ClosedLoop&) { check_closed_loop(stream, node); },
                   [&](const Triggered& triggered) { names_.resolve(triggered.by, arrival.child("by"), problems_); },
               },
               stream.arrival);
    if (stream.deadline.word == "period" && facts_of(stream.arrival).periodic == nullptr)
      problems_.add(node.child("deadline")
                        .problem("is \"period\", but the arrivals of this stream are not periodic; "
                                 "give a time such as \"16 ms\""));
  }

  void check_periodic(const Periodic& periodic, const Node& node) {
    if (node.value().value("type", Json()) != "periodic") return;  // not this type: has been reported
    if (node.has("rate") == node.has("period")) {
      problems_.add(node.problem(periodic.rate ? "gives both rate and period; give one of them"
                                               : "gives neither rate nor period; give one of them"));
      return;
    }
    const double period = periodic.rate ? 1 / *periodic.rate : periodic.period.value_or(1);
    if (periodic.integer_ms && std::floor(period * 1e3 * (1 + 1e-12)) < 1)
      problems_.add(node.child("integer_ms")
                        .problem("rounds the period of " + format_number(period * 1e3) +
                                 " ms down to nothing; it must be at least 1 ms"));
  }

  void check_closed_loop(const StreamSpec& stream, const Node& node) {
    if (stream.probability < 1)
      problems_.add(node.child("probability")
                        .problem("is below 1, but the arrivals are a closed loop, which would lose a client with every "
                                 "request left out; remove it"));
  }

  /// Arrivals to be expected in `duration`, of streams that have a rate; 0 for others.
  [[nodiscard]] double expected_arrivals(const ArrivalFacts& arrival, double duration) const {
    const double fitting = std::max(0.0, duration * workload_.load - arrival.phase) * arrival.rate;
    return arrival.count ? std::min(fitting, static_cast<double>(*arrival.count)) : fitting;
  }

  void check_amount(std::size_t i) {
    const Node node = stream_node(i).child("arrival");
    if (!workload_.duration || !node.value().is_object()) return;
    const double expected = expected_arrivals(facts_of(workload_.streams[i].arrival), *workload_.duration);
    if (expected > kMostRequests)
      problems_.add(node.problem("makes about " + format_number(std::round(expected)) +
                                 " requests in the duration of " + format_number(*workload_.duration) + " s; at most " +
                                 format_number(kMostRequests) +
                                 " per stream are possible: check the units of both, or give a count"));
  }

  void complete_trace(TraceArrivals& trace, const Node& node) {
    if (node.has("file") == node.has("times")) {
      problems_.add(node.problem(node.has("file") ? "gives both file and times; give one of them"
                                                  : "gives neither file nor times; give one of them"));
      return;
    }
    if (node.has("times")) {
      for (std::size_t i = 1; i < trace.times.size(); ++i)
        if (trace.times[i] < trace.times[i - 1])
          problems_.add(node.child("times").child(i).problem("is before the time in front of it; sort the times"));
      if (trace.times.empty() && node.child("times").value().is_array())
        problems_.add(node.child("times").problem("must have at least one time"));
      return;
    }
    if (!trace.file.empty()) read_trace(trace, node.child("file"));
  }

  void read_trace(TraceArrivals& trace, const Node& node) {
    const auto path = node.resolve(trace.file);
    if (const std::string missing = missing_file("trace", path); !missing.empty()) {
      problems_.add(node.problem(missing));
      return;
    }
    const std::size_t before = problems_.size();
    std::vector<std::uint32_t> lines;
    const auto rows = read_csv<TraceRow>(path, problems_, &lines);
    if (problems_.size() != before) return;
    if (rows.empty()) problems_.add(path.string(), "", "has no rows, so no request would ever arrive");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i > 0 && rows[i].time < rows[i - 1].time)
        problems_.add(path.string() + ":" + std::to_string(lines[i]), "time",
                      "is before the time in front of it; sort the rows");
      trace.times.push_back(rows[i].time);
    }
  }

  void check_cycles() {
    Dependencies needs(workload_.streams.size());
    Strings names;
    for (std::size_t i = 0; i < needs.size(); ++i) {
      const StreamSpec& stream = workload_.streams[i];
      names.push_back(stream.name);
      if (const auto after = names_.find(stream.after)) needs[i].push_back(*after);
      if (const auto by = names_.find(std::string(facts_of(stream.arrival).by))) needs[i].push_back(*by);
    }
    const auto cycle = find_cycle(needs);
    if (!cycle.empty())
      problems_.add(stream_node(cycle.front())
                        .problem("streams wait for each other in a cycle: " + cycle_text(cycle, names) +
                                 " (each waits for the next)"));
  }

  /// Would the stream's requests go on for ever without a duration?
  static bool is_endless(const ArrivalFacts& arrival) { return !arrival.count && arrival.by.empty(); }

  static bool needs_duration(EndRule rule) {
    switch (rule) {
      case EndRule::drain:
      case EndRule::last_release: return false;
      case EndRule::at_duration: return true;
    }
    throw InternalError("unknown end rule");
  }

  void check_duration() {
    if (node_.has("duration")) return;
    for (std::size_t i = 0; i < workload_.streams.size(); ++i)
      if (stream_node(i).child("arrival").value().is_object() && is_endless(facts_of(workload_.streams[i].arrival)))
        problems_.add(stream_node(i).child("arrival").problem(
            "has no count, and the workload has no duration, so it would never end; give one of them"));
    if (needs_duration(workload_.end))
      problems_.add(node_.child("end").problem("is \"at_duration\", but the workload has no duration; give one"));
  }

  void check_release() {
    if (!is_polled(workload_.release)) return;
    const auto periodic = [](const StreamSpec& stream) { return facts_of(stream.arrival).periodic != nullptr; };
    if (std::none_of(workload_.streams.begin(), workload_.streams.end(), periodic))
      problems_.add(node_.child("release").problem(
          "is \"polled\", which happens at the ticks of a periodic stream; add one, or release at_arrival"));
  }

  const Node& node_;
  Problems& problems_;
  WorkloadSpec workload_;
  NameTable names_{"stream"};
};

}  // namespace

WorkloadSpec read_workload(const Node& node, Problems& problems) { return WorkloadReader(node, problems).read_all(); }

}  // namespace hetsched
