#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// Immediate mode heuristics (Braun et al. 2001) as static plans: tasks in topological order, each on an
/// accelerator that is chosen without a look at others. Ties: lowest accelerator.
class MctPlan final : public StaticPlan {
 public:
  explicit MctPlan(Params& params) : StaticPlan(params), insertion_(insertion_parameter(params, false)) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::mct(problem, insertion_); }

  bool insertion_;
};

class MetPlan final : public StaticPlan {
 public:
  explicit MetPlan(Params& params) : StaticPlan(params), insertion_(insertion_parameter(params, false)) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override {
    const planning::Plan wanted = planning::met(problem, insertion_);
    planning::Problem chosen = problem;  // of the slots of what it wants, the one that is free first
    for (std::uint32_t t = 0; t < problem.size(); ++t)
      for (std::uint32_t p = 0; p < problem.accelerators(); ++p)
        if (wanted[t].accelerator != kNone && accelerator_of(p) != accelerator_of(wanted[t].accelerator))
          chosen.forbid(t, p);
    return planning::mct(chosen, insertion_);
  }

  bool insertion_;
};

/// Opportunistic load balancing: on the accelerator that is available first, however long the task takes
/// there.
class Olb final : public StaticPlan {
 public:
  explicit Olb(Params& params) : StaticPlan(params) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::olb(problem); }
};

constexpr std::string_view kOrder =
    "tasks in the order of their model's file, but each behind what it needs; ties: the first accelerator";

constexpr PolicyFacts facts(std::string_view verified_by, std::string_view rules) {
  return {.source = "Braun et al., J. Parallel Distrib. Comput. 61(6), 2001",
          .complexity = "per request: tasks x (inputs + plan) x A",
          .knowledge = kPlanKnowledge,
          .verified_by = verified_by,
          .rules = rules};
}

}  // namespace

PolicyEntry mct_static() {
  return policy<MctPlan>(
      "mct_static", "minimum completion time as a static plan: tasks in order, each where it finishes first",
      facts("an independent implementation on two published graphs: 88, 140; a 5 x 2 matrix: 24", kOrder));
}

PolicyEntry met_static() {
  return policy<MetPlan>(
      "met_static", "minimum execution time as a static plan: tasks in order, each where it takes least time",
      facts("an independent implementation on two published graphs: 82, 188; a 5 x 2 matrix: 29",
            "tasks in the order of their model's file, but each behind what it needs; of equal accelerators always the "
            "first, even if another one is free"));
}

PolicyEntry olb() {
  return policy<Olb>(
      "olb", "opportunistic load balancing: a static plan, each task on the accelerator that is available first",
      facts("an independent implementation on two published graphs: 114, 151; a 5 x 2 matrix: 25", kOrder));
}

}  // namespace hetsched
