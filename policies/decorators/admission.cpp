#include <algorithm>
#include <map>

#include "builtin.hpp"
#include "support/remaining_time.hpp"
#include "support/veil.hpp"

namespace hetsched {
namespace {

/// Turns requests away as they arrive; the policy inside never sees those.
///
/// - queue_limit: at most `limit` requests (of all streams, or of each) are in the system.
/// - token_bucket: each stream (or all together) may admit `rate` requests a second on average, `burst` at once.
/// - feasible: those that cannot be in time behind what is admitted already: now + (their least time) + (work admitted
///   with an earlier or equal deadline, spread over the accelerators) > deadline. The load is the sum of best times of
///   unfinished tasks, so that on one accelerator under EDF nothing admitted is late if predictions hold.
/// - utilization: a stream is admitted as a whole, in the order of first arrival, while the sum of
///   U_i = best time / min(period, relative deadline) stays at or below m - (m - 1) max U_i (Goossens, Funk, Baruah,
///   Real-Time Systems 25, 2003, for global EDF; U <= 1 on one accelerator, Liu and Layland 1973).
class Admission final : public Policy {
 public:
  Admission(Params& p, std::unique_ptr<Policy> inner)
      : inner_(std::move(inner)),
        rule_(p.choice("rule", {.fallback = "queue_limit",
                                .of = {"queue_limit", "token_bucket", "feasible", "utilization"},
                                .doc = "who is admitted"})),
        limit_(p.number("limit", {.fallback = 16, .min = 1, .max = 1e9, .integer = true,
                                  .doc = "queue_limit: most requests in the system"})),
        rate_(p.number("rate", {.fallback = 100, .min = 0, .max = 1e12, .doc = "token_bucket: requests per second"})),
        burst_(p.number("burst", {.fallback = 10, .min = 1, .max = 1e9, .doc = "token_bucket: requests at once"})),
        per_stream_(p.flag("per_stream", true, "queue_limit, token_bucket: for each stream by itself")) {}

  void begin(const SystemView& view) override {
    buckets_.assign(view.streams.size(), {burst_, 0});
    inside_.assign(view.streams.size(), 0);
    remaining_.begin(view);
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
    veil_.hide_requests([&](std::uint32_t r) { return rejected_.contains(view.requests[r].id); });
    rejected_.forget_gone(view);
    inner_->decide(veil_.shown(), out);
  }

 private:
  enum class Verdict : std::uint8_t { unknown, in, out };
  struct Bucket {
    double tokens = 0;
    Seconds filled = 0;
  };

  [[nodiscard]] std::uint32_t place(std::uint32_t stream) const { return per_stream_ ? stream : 0; }

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

  bool stream_fits(const SystemView& view, std::uint32_t stream) {
    Verdict& verdict = admitted_streams_[stream];
    if (verdict != Verdict::unknown) return verdict == Verdict::in;
    const auto utilization = [&](std::uint32_t s) {
      return view.models[view.streams[s].model].best_time /
             std::min(view.streams[s].period, view.streams[s].relative_deadline);
    };
    double sum = 0, largest = 0;
    for (std::uint32_t s = 0; s < view.streams.size(); ++s)
      if (s == stream || admitted_streams_[s] == Verdict::in) {
        sum += utilization(s);
        largest = std::max(largest, utilization(s));
      }
    const auto m = static_cast<double>(view.accelerators.size());
    verdict = sum <= (m - (m - 1) * largest) * (1 + 1e-12) ? Verdict::in : Verdict::out;
    return verdict == Verdict::in;
  }

  [[nodiscard]] bool in_time(const SystemView& view, const Request& request) const {
    if (request.deadline == kNever) return true;
    Seconds ahead = 0;
    for (const std::uint32_t r : view.live) {
      const Request& other = view.requests[r];
      if (other.id == request.id || rejected_.contains(other.id) || other.deadline > request.deadline) continue;
      ahead += unfinished_work(view, other);
    }
    const Seconds own = remaining_.of_model(request.model);
    return view.now + ahead / static_cast<double>(view.accelerators.size()) + own <= request.deadline * (1 + 1e-12);
  }

  /// Of running tasks only what is left.
  static Seconds unfinished_work(const SystemView& view, const Request& request) {
    Seconds work = request.remaining_best;
    const Model& model = view.models[request.model];
    for (std::uint32_t t = 0; t < request.tasks.size(); ++t)
      if (request.tasks[t].progress == Progress::running)
        work += std::max(0.0, request.tasks[t].finish - view.now) - model.tasks[t].best_time;
    return std::max(0.0, work);
  }

  std::unique_ptr<Policy> inner_;
  std::string rule_;
  double limit_, rate_, burst_;
  bool per_stream_;
  RemainingTime remaining_;
  std::vector<Bucket> buckets_;
  std::vector<std::int64_t> inside_;  ///< admitted requests that have not left
  std::vector<Verdict> admitted_streams_;
  Unknown rejected_;
  Veil veil_;
};

}  // namespace

DecoratorEntry admission() {
  return decorator<Admission>(
      "admission", "turns requests away as they arrive: queue limit, token bucket, feasibility or utilization test",
      {.source = "utilization: Goossens, Funk, Baruah, Real-Time Systems 25, 2003; the others are textbook",
       .complexity = "constant per arrival; feasible: live requests x tasks",
       .knowledge = "feasible, utilization: deadlines",
       .verified_by = "hand-worked arrivals; nothing admitted as feasible is late under EDF on one accelerator"});
}

}  // namespace hetsched
