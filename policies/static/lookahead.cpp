#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// HEFT with lookahead (Bittencourt et al. 2010): tasks by upward rank; each accelerator is tried, the
/// children of the task (or all tasks left) are placed after it by earliest finish, and the accelerator with
/// which the last of them ends first is taken. A task without children goes where it finishes first. Ties:
/// lowest accelerator.
class Lookahead final : public StaticPlan {
 public:
  explicit Lookahead(Params& params) : StaticPlan(params), insertion_(insertion_parameter(params)) {
    const std::string scope = params.choice("scope", {.fallback = "children",
                                                      .of = {"children", "full"},
                                                      .doc = "what is tried for each choice: the children, or all "
                                                             "tasks left (as pysimgrid does)"});
    scope_ = scope == "full" ? planning::Scope::full : planning::Scope::children;
  }

 private:
  planning::Plan plan(const planning::Problem& problem) override {
    return planning::lookahead(problem, scope_, insertion_);
  }

  bool insertion_;
  planning::Scope scope_;
};

}  // namespace

PolicyEntry lookahead() {
  return policy<Lookahead>(
      "lookahead", "HEFT that tries what follows before it chooses an accelerator: a static plan",
      {.source = "Bittencourt, Sakellariou, Madeira, Euromicro PDP 2010",
       .complexity = "per request: children: tensors x A^2 x (inputs + plan); full: tasks^2 x A^2 x (inputs + plan)",
       .knowledge = kPlanKnowledge,
       .verified_by = "Arabnejad and Barbosa's graph: 127 (children; from memory of the paper), 122 (full)",
       .rules = kPlanRules});
}

}  // namespace hetsched
