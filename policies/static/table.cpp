#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/mapping_file.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// A user's mapping: each task runs on the accelerator that a CSV file names for it, or on the one of the
/// named kind where it finishes first. Tasks in topological order; those that are not in the file go where
/// they finish first.
class Table final : public StaticPlan {
 public:
  explicit Table(Params& params)
      : StaticPlan(params),
        insertion_(insertion_parameter(params, false)),
        mapping_(params, "file",
                 "CSV with the columns model,task,accelerator; an accelerator or a kind; without a file "
                 "every task goes "
                 "where it finishes first") {}

  void begin(const SystemView& view) override {
    StaticPlan::begin(view);
    mapping_.resolve(view);
  }

 private:
  planning::Plan plan(const planning::Problem& problem) override {
    planning::Problem mapped = problem;
    for (std::uint32_t t = 0; t < problem.size(); ++t)
      for (std::uint32_t a = 0; a < problem.accelerators(); ++a)
        if (!mapping_.allows(static_cast<ModelId>(problem.tasks[t].model),
                             static_cast<TaskId>(problem.tasks[t].model_task), accelerator_of(a)))
          mapped.forbid(t, a);
    return planning::mct(mapped, insertion_);
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
