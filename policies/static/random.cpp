#include "hetsched/policy.hpp"
#include "planning/dice.hpp"
#include "planning/planned_policy.hpp"
#include "planning/rules/immediate_mode.hpp"

namespace hetsched {
namespace {

using planning::Plan, planning::PlanTaskId, planning::Problem;

/// Every task on an accelerator drawn at random among those that run it, all with equal chances; tasks in
/// topological order. What others are measured against.
class Random final : public planning::PlannedPolicy {
 public:
  explicit Random(Params& params)
      : PlannedPolicy(params, planning::Horizon::request, planning::Limit::none),
        insertion_(planning::insertion_parameter(params, false)),
        dice_(params.seed()) {}

 private:
  Plan plan(Problem& problem, double /*effort*/) override {
    for (const PlanTaskId t : problem.tasks.ids()) {
      std::vector<AcceleratorId> able;
      for (const AcceleratorId a : problem.accelerators.ids())
        if (problem.runs_on(t, a)) able.push_back(a);
      if (!able.empty()) problem.fix(t, able[below(able.size())]);
    }
    return planning::minimum_completion_time(problem, insertion_);
  }

  /// In [0, n): the upper bits of a product replace a division.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>((dice_.next() >> 32) * n >> 32); }

  bool insertion_;
  Dice dice_;
};

}  // namespace

PolicyEntry random() {
  return policy<Random>("random",
                        "each task on an accelerator drawn at random: a static plan, the same for the same seed",
                        {.source = "folklore baseline",
                         .complexity = "per request: tasks x (inputs + plan + A)",
                         .knowledge = "-",
                         .verified_by = "equal shares of equal accelerators"});
}

}  // namespace hetsched
