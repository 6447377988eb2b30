#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// Dynamic level scheduling (Sih and Lee 1993): of all pairs of a ready task and an accelerator the one with
/// the largest level SL(t) - max(inputs there, available) + (average w(t) - w(t,p)) is next. `Descendants`
/// adds how much faster than average the child with the largest tensor can go on from there (their DL2).
/// Ties: lowest task, lowest accelerator.
template <bool Descendants>
class DynamicLevel final : public StaticPlan {
 public:
  explicit DynamicLevel(Params& params) : StaticPlan(params) {
    const std::string average = params.choice(
        "average", {.fallback = "mean", .of = {"mean", "median"}, .doc = "of a task's times (the paper: median)"});
    average_ = average == "median" ? planning::Average::median : planning::Average::mean;
  }

 private:
  planning::Plan plan(const planning::Problem& problem) override {
    return Descendants ? planning::gdl(problem, average_) : planning::dls(problem, average_);
  }

  planning::Average average_;
};

}  // namespace

PolicyEntry dls() {
  return policy<DynamicLevel<false>>(
      "dls", "dynamic level scheduling: a static plan of the pairs of task and accelerator with the largest level",
      {.source = "Sih, Lee, IEEE TPDS 4(2), 1993",
       .complexity = "per request: tasks x ready x A x inputs",
       .knowledge = kPlanKnowledge,
       .verified_by = "Topcuoglu's graph: 91 (from memory of a paper); Arabnejad and Barbosa's: 134",
       .rules = kPlanRules});
}

PolicyEntry gdl() {
  return policy<DynamicLevel<true>>("gdl", "generalized dynamic level: dls that also looks at the heaviest child",
                                    {.source = "Sih, Lee, IEEE TPDS 4(2), 1993 (DL2, as in SAGA's code)",
                                     .complexity = "per request: tasks x ready x A x (inputs + A)",
                                     .knowledge = kPlanKnowledge,
                                     .verified_by = "an independent implementation on two published graphs: 82, 133",
                                     .rules = kPlanRules});
}

}  // namespace hetsched
