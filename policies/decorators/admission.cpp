#include <algorithm>
#include <map>

#include "hetsched/policy.hpp"
#include "support/pending_work.hpp"
#include "support/remaining_time.hpp"
#include "support/veil.hpp"

namespace hetsched {
namespace {

/// Turns requests away as they arrive; the policy inside never sees those.
///
/// - queue_limit: at most `limit` requests (of all streams, or of each) are in the system.
/// - token_bucket: each stream (or all together) may admit `rate` requests a second on average, `burst` at once.
/// - feasible: those with which, taking what is admitted in order of deadlines, they or one that would be in time
///   without them end too late: now + (what is left of all running tasks + the work with an earlier or equal deadline
///   that has not begun, spread over the accelerators) + (the request's own least time) > deadline. Work is that of
///   support/pending_work.hpp. On one accelerator of one slot, tasks as given at its fastest point, nothing admitted is
///   late under EDF if predictions hold: tasks that run are not interrupted, and whoever arrives later was asked
///   whether he delays those that are there, or is blocked.
/// - utilization: a stream is admitted as a whole, in the order of first arrival, while the sum of U_i = C_i /
///   min(period, relative deadline) stays at or below m - (m - 1) max U_i (Goossens, Funk, Baruah, Real-Time Systems
///   25, 2003, for global EDF; U <= 1 on one accelerator, Liu and Layland 1973). C_i takes each task on the slowest
///   accelerator that supports it, since EDF may put it there, each at its fastest point; m counts the accelerators
///   that support all tasks of the admitted streams, and is at least 1. Accelerators then are no slower than identical
///   ones, which needing less time than C_i leaves in time (Baker and Baruah, ECRTS 2009). So a platform with a very
///   slow accelerator that counts takes few streams. The test assumes periodic or sporadic streams, chains (with m >
///   1), and that a running task can be preempted: here it can at its end only, and what it blocks until then is not
///   covered, nor are switches and transfers.
class Admission final : public Policy {
 public:
  Admission(Params& p, std::unique_ptr<Policy> inner)
      : inner_(std::move(inner)),
        rule_(p.choice("rule", {.fallback = "queue_limit",
                                .of = {"queue_limit", "token_bucket", "feasible", "utilization"},
                                .doc = "who is admitted"})),
        limit_(p.number("limit", {.fallback = 16,
                                  .min = 1,
                                  .max = 1e9,
                                  .integer = true,
                                  .doc = "queue_limit: most requests in the system"})),
        rate_(p.number(
            "rate",
            {.fallback = 100, .min = 0, .max = 1e12, .doc = "token_bucket: requests per second", .unit = "1/s"})),
        burst_(p.number("burst", {.fallback = 10, .min = 1, .max = 1e9, .doc = "token_bucket: requests at once"})),
        per_stream_(p.flag("per_stream", true, "queue_limit, token_bucket: for each stream by itself")) {}

  void begin(const SystemView& view) override {
    buckets_.assign(view.streams.size(), {burst_, 0});
    inside_.assign(view.streams.size(), 0);
    remaining_.begin(view);
    pending_.begin(view);
    find_slowest(view);
    admitted_streams_.assign(view.streams.size(), Verdict::unknown);
    inner_->begin(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& e : view.events) {
      const bool gone = e.type == Event::Type::request_finished || e.type == Event::Type::request_dropped;
      if (gone && !rejected_.contains(view.request(e.task).id)) --inside_[place(view.request(e.task).stream)];
    }
    for (const Event& e : view.events) {
      if (e.type != Event::Type::request_arrived || !view.request(e.task).live) {
        // A request that came and went within the instant was counted out above.
        if (e.type == Event::Type::request_arrived) ++inside_[place(view.request(e.task).stream)];
        continue;
      }
      const Request& request = view.request(e.task);
      if (admits(view, request)) {
        ++inside_[place(request.stream)];
        continue;
      }
      rejected_.add(request.id);
      out.drop(e.task.request);
    }
    veil_.reset(view);
    veil_.hide_requests([&](RequestRef r) { return rejected_.contains(view.requests[r].id); });
    rejected_.forget_gone(view);
    inner_->decide(veil_.shown(), out);
  }

 private:
  enum class Verdict : std::uint8_t { unknown, in, out };
  struct Bucket {
    double tokens = 0;
    Seconds filled = 0;
  };

  [[nodiscard]] StreamId place(StreamId stream) const { return per_stream_ ? stream : StreamId{}; }

  bool admits(const SystemView& view, const Request& request) {
    if (rule_ == "queue_limit") return static_cast<double>(inside_[place(request.stream)]) < limit_;
    if (rule_ == "token_bucket") return takes_token(view.now, buckets_[place(request.stream)]);
    if (rule_ == "utilization") return stream_fits(view, request.stream);
    return in_time(view, request);
  }

  bool takes_token(Seconds now, Bucket& bucket) const {
    bucket.tokens = std::min(burst_, bucket.tokens + rate_ * (now - bucket.filled));
    bucket.filled = now;
    constexpr double kRounding = 1e-9;
    if (bucket.tokens < 1 - kRounding) return false;
    bucket.tokens -= 1;
    return true;
  }

  /// Of each model: its tasks where they are slowest, and which accelerators support all of them.
  void find_slowest(const SystemView& view) {
    slowest_.assign(view.models.size(), 0);
    supported_.assign(view.models.size(), IdVector<AcceleratorId, bool>(view.accelerators.size(), true));
    for (const ModelId m : view.models.ids())
      for (const ModelTask& task : view.models[m].tasks) {
        Seconds slowest = 0;
        for (const AcceleratorId a : view.accelerators.ids()) {
          const Kind& kind = view.kind(a);
          Seconds time = kNever;
          for (const PointId p : kind.points.ids())
            time = std::min(time, kind.dispatch_time + view.alone_time_at(task, a, p));
          if (time < kNever)
            slowest = std::max(slowest, time);
          else
            supported_[m][a] = false;
        }
        slowest_[m] += slowest;
      }
  }

  bool stream_fits(const SystemView& view, StreamId stream) {
    Verdict& verdict = admitted_streams_[stream];
    if (verdict != Verdict::unknown) return verdict == Verdict::in;
    double sum = 0, largest = 0;
    IdVector<AcceleratorId, bool> counted(view.accelerators.size(), true);
    for (const StreamId s : view.streams.ids()) {
      if (s != stream && admitted_streams_[s] != Verdict::in) continue;
      const Stream& other = view.streams[s];
      const double utilization = slowest_[other.model] / std::min(other.period, other.relative_deadline);
      sum += utilization;
      largest = std::max(largest, utilization);
      for (const AcceleratorId a : counted.ids()) counted[a] = counted[a] && supported_[other.model][a];
    }
    const auto m = std::max(1.0, static_cast<double>(std::count(counted.begin(), counted.end(), true)));
    verdict = sum <= (m - (m - 1) * largest) * (1 + 1e-12) ? Verdict::in : Verdict::out;
    return verdict == Verdict::in;
  }

  /// With it, are it and all admitted ones in time that are without it? O(live requests x tasks).
  [[nodiscard]] bool in_time(const SystemView& view, const Request& request) const {
    if (request.deadline == kNever) return true;
    struct Load {
      Seconds deadline, to_start, running, least;
      bool is_new;
    };
    std::vector<Load> loads;
    Seconds running = 0;
    for (const RequestRef r : view.live) {
      const Request& other = view.requests[r];
      // Those that arrive with it but come after it are asked later.
      if (other.id > request.id || rejected_.contains(other.id)) continue;
      loads.push_back({other.deadline, pending_.to_start(other), PendingWork::running(view, other),
                       remaining_.of(view, other, true), other.id == request.id});
      running += loads.back().running;
    }
    std::stable_sort(loads.begin(), loads.end(), [](const Load& a, const Load& b) { return a.deadline < b.deadline; });
    const auto m = static_cast<double>(view.accelerators.size());
    const Seconds added = pending_.to_start(request) / m;
    Seconds ahead = 0, switches = 0;
    for (std::size_t from = 0, to = 0; from < loads.size() && loads[from].deadline < kNever; from = to) {
      for (; to < loads.size() && loads[to].deadline == loads[from].deadline; ++to) {
        ahead += loads[to].to_start;
        switches += pending_.switch_time();
      }
      for (std::size_t i = from; i < to && loads[i].deadline >= request.deadline; ++i) {
        const Load& load = loads[i];
        const Seconds own = std::max(load.least, (load.to_start + load.running) / m);
        const Seconds end = view.now + (ahead - load.to_start + running - load.running) / m + own;
        const Seconds last = load.deadline * (1 + 1e-12);
        // Whoever would be late even without it, and without a switch for anybody, is not made late by it.
        if (end > last && (load.is_new || end - added - switches / m <= last)) return false;
      }
    }
    return true;
  }

  std::unique_ptr<Policy> inner_;
  std::string rule_;
  double limit_, rate_, burst_;
  bool per_stream_;
  RemainingTime remaining_;
  PendingWork pending_;
  IdVector<ModelId, Seconds> slowest_;
  IdVector<ModelId, IdVector<AcceleratorId, bool>> supported_;
  IdVector<StreamId, Bucket> buckets_;
  IdVector<StreamId, std::int64_t> inside_;  ///< admitted requests that have not left
  IdVector<StreamId, Verdict> admitted_streams_;
  Unknown rejected_;
  Veil veil_;
};

}  // namespace

DecoratorEntry admission() {
  return decorator<Admission>(
      "admission", "turns requests away as they arrive: queue limit, token bucket, feasibility or utilization test",
      {.source = "utilization: Goossens, Funk, Baruah, Real-Time Systems 25, 2003; the others are textbook",
       .complexity = "constant per arrival; feasible: live requests x (tasks + log)",
       .knowledge = "feasible, utilization: deadlines; utilization assumes preemption",
       .verified_by = "hand-worked arrivals; nothing admitted as feasible is late under EDF on one accelerator, "
                      "blocking and delays of earlier ones included"});
}

}  // namespace hetsched
