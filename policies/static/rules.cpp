#include "static/rules.hpp"

#include "planning/planned_policy.hpp"
#include "planning/rules/list.hpp"

namespace hetsched {
namespace {

using planning::Rule;

/// Plans by one rule.
class RulePolicy final : public planning::PlannedPolicy {
 public:
  RulePolicy(Params& params, const Rule& rule)
      : PlannedPolicy(params, planning::Horizon::request, planning::Limit::none),
        plan_(rule.plan),
        contention_(params.flag("plan_contention", false,
                                "plan tasks that share a memory slower, if those planned together need more of its "
                                "bandwidth than it has")) {
    for (const planning::Option& option : rule.options) settings_.push_back(chosen(params, option));
  }

 private:
  static std::size_t chosen(Params& params, const planning::Option& option) {
    if (option.of.empty()) return params.flag(option.name, option.fallback != 0, option.doc) ? 1 : 0;
    return params.choice_index(option.name,
                               {.fallback = option.of[option.fallback], .of = option.of, .doc = option.doc});
  }

  planning::Plan plan(planning::Problem& problem, double /*effort*/) override {
    if (contention_) problem.sharing = planning::Sharing::proportional;
    return plan_(problem, settings_);
  }

  planning::Plan (*plan_)(const planning::Problem&, const planning::Settings&);
  planning::Settings settings_;
  bool contention_;
};

template <Rule (*make)()>
PolicyEntry entry_of() {
  const Rule rule = make();
  PolicyEntry entry;
  entry.name = rule.name;
  entry.summary = rule.summary;
  entry.facts = {.source = rule.source,
                 .complexity = rule.complexity,
                 .knowledge = kPlanKnowledge,
                 .verified_by = rule.verified_by,
                 .rules = rule.ties.empty() ? kPlanTies : rule.ties};
  entry.make = [](Params& params) -> std::unique_ptr<Policy> { return std::make_unique<RulePolicy>(params, make()); };
  return entry;
}

template <Rule (*... make)()>
std::vector<PolicyEntry> entries_of(planning::RuleList<make...>) {
  return {entry_of<make>()...};
}

}  // namespace

std::vector<PolicyEntry> rule_policies() { return entries_of(planning::AllRules{}); }

}  // namespace hetsched
