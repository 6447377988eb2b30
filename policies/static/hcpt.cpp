#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// Heterogeneous critical parent trees (Hagras and Janecek 2003): critical tasks (AEST = ALST, of mean costs)
/// are taken by increasing AEST, each behind the parents it still needs, the one with the smallest ALST
/// first; that list is placed by earliest finish. Ties: lowest task, lowest accelerator.
class Hcpt final : public StaticPlan {
 public:
  explicit Hcpt(Params& params) : StaticPlan(params), insertion_(insertion_parameter(params)) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::hcpt(problem, insertion_); }

  bool insertion_;
};

}  // namespace

PolicyEntry hcpt() {
  return policy<Hcpt>("hcpt", "critical tasks, each behind the parents it needs, by earliest finish: a static plan",
                      {.source = "Hagras, Janecek, Proc. ICPP Workshops, 2003, from memory",
                       .complexity = "per request: tasks x (inputs + (inputs + plan) x A)",
                       .knowledge = kPlanKnowledge,
                       .verified_by = "Arabnejad and Barbosa's graph: 142 (from memory of a paper); Topcuoglu's: 91",
                       .rules = kPlanRules});
}

}  // namespace hetsched
