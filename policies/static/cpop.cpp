#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// Critical path on a processor (Topcuoglu et al. 2002, section 4.2): ready tasks by rank_u + rank_d; all
/// tasks whose priority is that of the entry go to the accelerator on which they take least time together,
/// others where they finish first. Ties: lowest task, lowest accelerator. If no accelerator supports the
/// whole path, it is one that supports most of it; the rest of the path goes where it finishes first.
class Cpop final : public StaticPlan {
 public:
  explicit Cpop(Params& params) : StaticPlan(params), insertion_(insertion_parameter(params)) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::cpop(problem, insertion_); }

  bool insertion_;
};

}  // namespace

PolicyEntry cpop() {
  return policy<Cpop>(
      "cpop", "critical path on one accelerator, other tasks where they finish first: a static plan",
      {.source = "Topcuoglu, Hariri, Wu, IEEE TPDS 13(3), 2002",
       .complexity = "per request: tasks x (ready + (inputs + plan) x A)",
       .knowledge = kPlanKnowledge,
       .verified_by = "Topcuoglu's graph: 86",
       .rules =
           "all tasks whose rank_u + rank_d is the entry's are critical, on all such paths; if no accelerator runs "
           "them all, it is one that runs most; ties and mean transfers as in heft"});
}

}  // namespace hetsched
