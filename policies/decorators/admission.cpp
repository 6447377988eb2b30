#include "decorators/admission/rule.hpp"
#include "decorators/filtered_view.hpp"
#include "decorators/rules.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {
namespace admission_rules {

using Maker = std::unique_ptr<Rule>(Params&);
// One file each in admission/.
Maker queue_limit, token_bucket, feasible, utilization;

namespace {

// In the order in which help names them. Who is admitted:
constexpr RuleEntry<Rule> kRules[] = {
    {"queue_limit", queue_limit},    // so many at once
    {"token_bucket", token_bucket},  // so many per second
    {"feasible", feasible},          // requests with which nobody is late
    {"utilization", utilization},    // streams with which nobody is late
};

}  // namespace
}  // namespace admission_rules

namespace {

/// Turns requests away as they arrive, by a rule; the policy inside never sees those.
class Admission final : public Policy {
 public:
  Admission(Params& p, std::unique_ptr<Policy> inner) : inner_(std::move(inner)) {
    const RuleChoice choice(p, admission_rules::kRules, "queue_limit", "who is admitted");
    rule_ = choice.make(p);
    per_stream_ = p.flag("per_stream", true, "queue_limit, token_bucket: for each stream by itself");
  }

  void begin(const SystemView& view) override {
    rule_->begin(view);
    inner_->begin(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& e : view.events) {
      const bool gone = e.type == Event::Type::request_finished || e.type == Event::Type::request_dropped;
      if (gone && !rejected_.contains(view.request(e.task).id)) rule_->left(queue_of(view.request(e.task)));
    }
    for (const Event& e : view.events) {
      if (e.type != Event::Type::request_arrived) continue;
      const Request& request = view.request(e.task);
      // A request that came and went within the instant has left above.
      if (!request.live || rule_->admits(view, {request, queue_of(request), rejected_})) {
        rule_->entered(queue_of(request));
        continue;
      }
      rejected_.add(request.id);
      out.drop(e.task.request);
    }
    filtered_.reset(view);
    filtered_.hide_requests([&](RequestRef r) { return rejected_.contains(view.requests[r].id); });
    rejected_.forget_gone(view);
    inner_->decide(filtered_.shown(), out);
  }

 private:
  [[nodiscard]] StreamId queue_of(const Request& request) const { return per_stream_ ? request.stream : StreamId{}; }

  std::unique_ptr<Policy> inner_;
  std::unique_ptr<admission_rules::Rule> rule_;
  bool per_stream_ = true;
  Unknown rejected_;
  FilteredView filtered_;
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
