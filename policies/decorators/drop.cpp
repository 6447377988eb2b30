#include <algorithm>
#include <vector>

#include "decorators/drop/rule.hpp"
#include "decorators/rules.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {
namespace drop_rules {

using Maker = std::unique_ptr<Rule>(Params&, const Window&);
// One file each in drop/.
Maker late, hopeless, newest, mk_firm, skip_over;

namespace {

// In the order in which help names them. Who is given up:
constexpr RuleEntry<Rule, Window> kRules[] = {
    {"late", late},            // whose deadline has passed
    {"hopeless", hopeless},    // who cannot be in time whatever is done
    {"newest", newest},        // who has not started when the next one of the stream arrives
    {"mk_firm", mk_firm},      // who makes others late that the stream needs more: m of any k are to be in time
    {"skip_over", skip_over},  // one of every k, if others need its time
};

}  // namespace
}  // namespace drop_rules

namespace {

/// Gives requests up that are not worth going on with, by a rule; the policy inside sees them leave.
class Dropping final : public Policy {
 public:
  Dropping(Params& p, std::unique_ptr<Policy> inner) : inner_(std::move(inner)) {
    const RuleChoice choice(p, drop_rules::kRules, "hopeless", "who is given up");
    const drop_rules::Window window(p);
    rule_ = choice.make(p, window);
    rule_->check(p);
  }

  void begin(const SystemView& view) override {
    rule_->begin(view);
    inner_->begin(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& e : view.events) tell(view, e, out);
    given_up_.clear();
    rule_->choose(view, given_up_);
    for (const RequestRef r : given_up_.requests()) {
      out.drop(r);
      unknown_.add(view.requests[r].id);
    }
    filtered_.reset(view);
    if (!unknown_.empty())
      filtered_.hide_requests([&](RequestRef r) { return unknown_.contains(view.requests[r].id); });
    for (const RequestRef r : given_up_.requests())
      if (!arrives_now(view, r)) filtered_.end(r);
    unknown_.forget_gone(view);
    rule_->show(view, given_up_, filtered_);
    const std::size_t before = out.all().size();
    inner_->decide(filtered_.shown(), out);
    rule_->decided(view, given_up_, out.all().subspan(before), out);
  }

 private:
  void tell(const SystemView& view, const Event& e, Decisions& out) {
    if (e.type == Event::Type::request_arrived) rule_->arrived(view, view.request(e.task), out);
    if (e.type != Event::Type::request_finished && e.type != Event::Type::request_dropped) return;
    const Request& request = view.request(e.task);
    const bool finished = e.type == Event::Type::request_finished;
    rule_->ended(view, request, finished && view.now <= drop_rules::just_after(request.deadline));
  }

  /// Then the policy inside never heard of it.
  static bool arrives_now(const SystemView& view, RequestRef r) {
    return std::any_of(view.events.begin(), view.events.end(),
                       [&](const Event& e) { return e.type == Event::Type::request_arrived && e.task.request == r; });
  }

  std::unique_ptr<Policy> inner_;
  std::unique_ptr<drop_rules::Rule> rule_;
  drop_rules::GivenUp given_up_;
  Unknown unknown_;
  FilteredView filtered_;
};

}  // namespace

DecoratorEntry drop() {
  return decorator<Dropping>(
      "drop", "gives requests up: late, hopeless, overtaken by the newest, (m,k)-firm, skip-over",
      {.source = "Hamdaoui and Ramanathan 1995 (mk_firm); Koren and Shasha 1995 (skip_over); the "
                 "others are textbook",
       .complexity = "live requests x tasks; late, skip_over: live requests; newest: per arrival; "
                     "mk_firm: live requests x (tasks + k), if mandatory ones are late times "
                     "these and those given up",
       .knowledge = "deadlines",
       .verified_by = "hand-worked cases; a hopeless request cannot be in time by any policy"});
}

}  // namespace hetsched
