#include "analysis/stream_bounds.hpp"

#include <algorithm>
#include <utility>

#include "analysis/edf.hpp"
#include "analysis/fixed_priority.hpp"
#include "base/overloads.hpp"
#include "base/text.hpp"
#include "engine/arrivals.hpp"
#include "engine/room.hpp"

namespace hetsched::analysis {
namespace {

/// What is asked of arrivals; a reason where nothing bounds them.
struct Arrivals {
  Seconds period = 0, jitter = 0;
  double most = kNever;
  std::string unbounded = {};
};

/// Dates are those of load 1.
Arrivals of_trace(const std::vector<double>& times, double load) {
  std::vector<double> sorted = times;
  std::sort(sorted.begin(), sorted.end());
  Arrivals arrivals{kNever, 0, static_cast<double>(sorted.size()), {}};
  for (std::size_t k = 1; k < sorted.size(); ++k)
    arrivals.period = std::min(arrivals.period, (sorted[k] - sorted[k - 1]) / load);
  if (!(arrivals.period < kNever)) arrivals.period = 0;  // one request
  return arrivals;
}

Arrivals arrivals_of(const StreamSpec& stream, double load) {
  if (!stream.after.empty()) return {.unbounded = "its requests wait for those of stream " + in_quotes(stream.after)};
  return std::visit(
      Overloads{
          [load](const Periodic& periodic) -> Arrivals {
            return {Cadence(periodic, load).period(),
                    periodic.jitter / load,
                    periodic.count ? static_cast<double>(*periodic.count) : kNever,
                    {}};
          },
          [](const Poisson&) -> Arrivals {
            return {.unbounded = "its arrivals are a Poisson process, which may bring any number at once"};
          },
          [load](const TraceArrivals& trace) { return of_trace(trace.times, load); },
          [](const Burst& burst) -> Arrivals {
            return {0, 0, static_cast<double>(burst.count), {}};
          },
          [](const ClosedLoop&) -> Arrivals { return {.unbounded = "its requests arrive when earlier ones end"}; },
          [](const Triggered& triggered) -> Arrivals {
            return {.unbounded = "its requests arrive when those of stream " + in_quotes(triggered.by) + " end"};
          },
      },
      stream.arrival);
}

class Reader {
 public:
  Reader(const Instance& instance, const Tables& tables, Order order) : instance_(instance), order_(order) {
    tables.fill(view_);
    for (const StreamId s : view_.streams.ids()) {
      arrivals_.push_back(arrivals_of(spec(s), instance.workload.load));
      homes_.push_back(home(s));
    }
  }

  Analysis read() {
    Analysis analysis;
    for (const StreamId s : view_.streams.ids()) analysis.streams.push_back(known(s));
    const std::string reason = why_not(instance_);
    for (StreamBound& row : analysis.streams)
      if (row.why.empty()) row.why = reason;
    if (!reason.empty()) return analysis;
    for (const AcceleratorId a : view_.accelerators.ids()) analyse_one(a, analysis);
    return analysis;
  }

 private:
  const StreamSpec& spec(StreamId s) const { return instance_.workload.streams[index_of(s)]; }
  const Model& model(StreamId s) const { return view_.models[view_.streams[s].model]; }
  std::string name(AcceleratorId a) const { return std::string(view_.accelerators[a].name); }

  Seconds time(const ModelTask& task, AcceleratorId a) const {
    return view_.kind(a).dispatch_time + view_.alone_time(task, a);
  }

  /// The accelerator that alone can run a stream's tasks; none if several can, or different ones.
  AcceleratorId home(StreamId s) const {
    AcceleratorId found = AcceleratorId::none;
    for (const ModelTask& task : model(s).tasks)
      for (const AcceleratorId a : view_.accelerators.ids()) {
        if (!(time(task, a) < kNever) || a == found) continue;
        if (found != AcceleratorId::none) return AcceleratorId::none;
        found = a;
      }
    return found;
  }

  bool has_traffic(StreamId s, AcceleratorId a) const {
    const Accelerator& at = view_.accelerators[a];
    return std::any_of(model(s).tasks.begin(), model(s).tasks.end(), [&](const ModelTask& task) {
      const Cost& cost = view_.cost(task, at.kind, at.point);
      return cost.time < kNever && cost.traffic > 0;
    });
  }

  /// Who else may draw on the memory of an accelerator that a stream draws on; empty: nobody.
  std::string shares_memory(StreamId s, AcceleratorId a) const {
    const MemoryId memory = view_.accelerators[a].memory;
    if (!(view_.memory_bandwidths[memory] < kNever) || !has_traffic(s, a)) return "";
    if (view_.accelerators.size() > 1 && !instance_.platform.links.empty()) return "transfers";
    for (const AcceleratorId other : view_.accelerators.ids())
      if (other != a && view_.accelerators[other].memory == memory)
        for (const StreamId t : view_.streams.ids())
          if (has_traffic(t, other)) return "accelerator " + in_quotes(name(other));
    return "";
  }

  bool in_segments(StreamId s, AcceleratorId a) const {
    return std::any_of(model(s).tasks.begin(), model(s).tasks.end(), [&](const ModelTask& task) {
      return time(task, a) < kNever && !view_.segments(task, view_.accelerators[a].kind).empty();
    });
  }

  /// Why tasks of a stream wait for other accelerators, or tasks of others for this one; empty: they do not.
  std::string hands_over(StreamId s, AcceleratorId a) const {
    if (in_segments(s, a)) return "it hands segments over to another kind of accelerator";
    const Accelerator& at = view_.accelerators[a];
    for (const AcceleratorId other : view_.accelerators.ids()) {
      const AcceleratorId helper = view_.accelerators[other].helper;
      if (helper == AcceleratorId::none || view_.accelerators[helper].kind != at.kind) continue;
      for (const StreamId t : view_.streams.ids())
        if (in_segments(t, other)) return "accelerator " + in_quotes(name(other)) + " hands segments over to its kind";
    }
    for (std::size_t to = 0; !view_.transitions.empty() && to < view_.kinds.size(); ++to)
      if (view_.transitions[index_of(at.kind) * view_.kinds.size() + to].by_producer)
        return "its kind does transitions for tasks of others";
    return "";
  }

  /// Does the input of a request, or its result, have to be moved if its tasks run there? Its tasks then wait for
  /// links.
  bool is_moved(StreamId s, AcceleratorId a) const {
    const Stream& stream = view_.streams[s];
    const MemoryId memory = view_.accelerators[a].memory;
    const auto elsewhere = [&](MemoryId place) { return place != MemoryId::none && place != memory; };
    return std::any_of(model(s).tasks.begin(), model(s).tasks.end(), [&](const ModelTask& task) {
      return (elsewhere(stream.source) && task.source.bytes > 0) || (elsewhere(stream.sink) && task.sink_bytes > 0);
    });
  }

  /// All that is known before the analysis; with a reason, if there is one against it.
  StreamBound known(StreamId s) const {
    const Arrivals& arrivals = arrivals_[s];
    StreamBound row;
    row.stream = spec(s).name;
    row.why = arrivals.unbounded;
    if (arrivals.unbounded.empty()) {
      if (arrivals.period > 0) row.period = arrivals.period;
      row.jitter = arrivals.jitter;
    }
    const Seconds deadline = view_.streams[s].relative_deadline;
    if (deadline < kNever) row.deadline = deadline;
    const AcceleratorId a = homes_[s];
    if (a == AcceleratorId::none) {
      row.why = "several accelerators can run it; there are bounds where one alone can";
      return row;
    }
    const Demand demand = demand_of(s, a);
    row.accelerator = name(a);
    row.time = demand.time;
    if (arrivals.unbounded.empty()) row.utilisation = demand.utilisation();
    const std::string shared = shares_memory(s, a), handed = hands_over(s, a);
    if (view_.accelerators[a].slots > 1)
      row.why = "accelerator " + in_quotes(name(a)) + " runs " + std::to_string(view_.accelerators[a].slots) +
                " tasks at once";
    else if (!shared.empty())
      row.why = "it shares the bandwidth of its memory with " + shared;
    else if (!handed.empty())
      row.why = handed;
    else if (is_moved(s, a))
      row.why = "its inputs or results have to be moved to or from the memory of accelerator " + in_quotes(name(a));
    return row;
  }

  /// Of what of a stream may run on an accelerator. Tasks run in the order of their ids: the last is the last.
  Demand demand_of(StreamId s, AcceleratorId a) const {
    Demand demand;
    for (const ModelTask& task : model(s).tasks) {
      const Seconds one = time(task, a);
      if (!(one < kNever)) continue;
      demand.time += one;
      demand.longest = std::max(demand.longest, one);
      demand.last = one;
    }
    const Arrivals& arrivals = arrivals_[s];
    demand.bounded = arrivals.unbounded.empty() && homes_[s] == a && shares_memory(s, a).empty() &&
                     hands_over(s, a).empty() && !is_moved(s, a);
    demand.period = arrivals.period;
    demand.jitter = arrivals.jitter;
    demand.most = arrivals.most;
    const Stream& stream = view_.streams[s];
    demand.deadline = stream.relative_deadline;
    demand.from_nominal = demand.deadline < kNever && spec(s).deadline_from == DeadlineFrom::nominal;
    switch (order_) {
      case Order::stream: demand.rank = -stream.priority; break;
      case Order::rm: demand.rank = stream.period; break;
      case Order::dm: demand.rank = stream.relative_deadline; break;
      case Order::edf: break;
    }
    return demand;
  }

  void analyse_one(AcceleratorId a, Analysis& analysis) {
    std::vector<StreamId> streams;  // that may run here
    std::vector<Demand> demands;
    for (const StreamId s : view_.streams.ids()) {
      const Demand demand = demand_of(s, a);
      if (homes_[s] != a && !(demand.longest > 0)) continue;
      streams.push_back(s);
      demands.push_back(demand);
    }
    const bool one_model = std::all_of(streams.begin(), streams.end(), [&](StreamId s) {
      return view_.streams[s].model == view_.streams[streams.front()].model;
    });
    if (!one_model)
      for (Demand& demand : demands) demand.switch_time = view_.kind(a).switch_time;
    const std::vector<Bound> bounds = order_ == Order::edf ? edf_bounds(demands) : fixed_priority_bounds(demands);
    bool all = !streams.empty();
    for (std::size_t i = 0; i < streams.size(); ++i) {
      StreamBound& row = analysis.streams[index_of(streams[i])];
      if (homes_[streams[i]] == a && row.why.empty()) settle(row, bounds[i], streams);
      all &= row.bound.has_value();
    }
    if (!all) return;
    analysis.accelerators.push_back({name(a), streams.size(), utilisation_tests(demands), meets_demand(demands)});
  }

  static std::string reason(const Bound& bound, const std::string& before) {
    switch (*bound.none) {
      case NoBound::own_arrivals: return "nothing bounds how many of its requests come";
      case NoBound::other_arrivals:
        return "stream " + in_quotes(before) + ", which may go before it, has no bound on its arrivals";
      case NoBound::overload: return "it and the streams that go before it need more time than there is";
      case NoBound::endless: return "the accelerator may be busy for too long without a pause to look at all of it";
    }
    return "";
  }

  void settle(StreamBound& row, const Bound& bound, const std::vector<StreamId>& streams) const {
    row.blocking = bound.blocking;
    if (bound.none) {
      row.why = reason(bound, spec(streams[bound.of]).name);
      return;
    }
    row.bound = bound.response;
    row.verdict = !row.deadline                                  ? Verdict::no_deadline
                  : clearly_less(*row.deadline, *bound.lateness) ? Verdict::not_assured
                                                                 : Verdict::met;
  }

  const Instance& instance_;
  Order order_;
  SystemView view_;
  IdVector<StreamId, Arrivals> arrivals_;
  IdVector<StreamId, AcceleratorId> homes_;
};

}  // namespace

std::optional<Order> known_order(const PolicyChoice& policy) {
  const Json& parameters = policy.parameters.value;
  const auto parameter = [&](const char* name) {
    return parameters.is_object() ? parameters.value(name, std::string()) : std::string();
  };
  // Partitioned, edf prefers tasks that are in no part, whatever their deadlines.
  if (policy.decorators.empty() && policy.name == "edf" && parameter("scope") != "partitioned") return Order::edf;
  if (policy.decorators.empty() && policy.name == "fp") {
    const std::string assignment = parameter("assignment");
    return assignment == "rm" ? Order::rm : assignment == "dm" ? Order::dm : Order::stream;
  }
  return std::nullopt;
}

Order order_of(const PolicyChoice& policy) {
  if (const std::optional<Order> order = known_order(policy)) return *order;
  throw InputError("there are no bounds for policy " + in_quotes(policy.title()) +
                   ", only for fp (also fp:assignment=rm and fp:assignment=dm) and global edf, without decorators");
}

std::string why_not(const Instance& instance) {
  const RunOptions& options = instance.options;
  if (options.execution_jitter.distribution != JitterDistribution::none)
    return "true execution times differ from predicted ones (execution_jitter)";
  if (options.decision_latency.per_call > 0 || options.decision_latency.per_start > 0)
    return "decisions take time (decision_latency)";
  if (!options.outages.empty()) return "accelerators are turned off for a while (outages)";
  if (instance.workload.release == ReleaseRule::polled) return "requests are released at ticks (release \"polled\")";
  if (instance.workload.completion_tolerance > 0) return "tasks may end early (completion_tolerance)";
  if (is_limited(instance.platform)) return "tasks may wait for room in memory, or for weights (capacity, home)";
  return "";
}

Analysis analyse(const Instance& instance, const Tables& tables, Order order) {
  return Reader(instance, tables, order).read();
}

}  // namespace hetsched::analysis
