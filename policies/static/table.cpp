#include "hetsched/policy.hpp"
#include "planning/planned_policy.hpp"
#include "planning/rules/immediate_mode.hpp"
#include "static/mapping_file.hpp"

namespace hetsched {
namespace {

/// A user's mapping: each task runs on the accelerator that a CSV file names for it, or on the one of the
/// named kind where it finishes first. Tasks in topological order; those that are not in the file go where
/// they finish first.
class Table final : public planning::PlannedPolicy {
 public:
  explicit Table(Params& params)
      : PlannedPolicy(params, planning::Horizon::request, planning::Limit::none),
        insertion_(planning::insertion_parameter(params, false)),
        mapping_(params, "file",
                 "CSV with the columns model,task,accelerator; an accelerator or a kind; without a file "
                 "every task goes "
                 "where it finishes first") {}

  void begin(const SystemView& view) override {
    PlannedPolicy::begin(view);
    mapping_.resolve(view);
  }

 private:
  planning::Plan plan(planning::Problem& problem, double /*effort*/) override {
    for (const planning::PlanTaskId t : problem.tasks.ids())
      for (const AcceleratorId a : problem.accelerators.ids())
        if (!mapping_.allows(problem.tasks[t].model, problem.tasks[t].model_task, a)) problem.forbid(t, a);
    return planning::minimum_completion_time(problem, insertion_);
  }

  bool insertion_;
  MappingFile mapping_;
};

}  // namespace

PolicyEntry table() {
  return policy<Table>(
      "table", "a user's mapping: each task on the accelerator that a CSV file names for it; a static plan",
      {.source = "-",
       .complexity = "per request: tasks x (inputs + plan) x A",
       .knowledge = "the file; the layers and tensors of each request, routes; arrivals (horizon=workload)",
       .verified_by = "HEFT's published mapping replayed"});
}

}  // namespace hetsched
