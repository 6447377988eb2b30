#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/slack.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// HEFT's plan at the operating points that the run starts with; then each task at the point of least energy that fits
/// into its slack, so that every request still ends when HEFT would end it. Mapping and order stay. Energy is counted
/// beyond what the accelerator would draw idle. Accelerators with several slots keep their point.
class SlackDvfs final : public StaticPlan {
 public:
  explicit SlackDvfs(Params& params) : StaticPlan(params) { options_.insertion = insertion_parameter(params); }

  void begin(const SystemView& view) override {
    start_points_.clear();
    for (const Accelerator& a : view.accelerators) start_points_.push_back(a.point);
    speeds_.assign(view.models.size(), {});
    for (const ModelId m : view.models.ids())
      for (const ModelTask& task : view.models[m].tasks)
        for (const AcceleratorId a : view.accelerators.ids()) speeds_[m].push_back(speeds_of(view, task, a));
    StaticPlan::begin(view);
  }

 private:
  std::vector<planning::Speed> speeds_of(const SystemView& view, const ModelTask& task, AcceleratorId a) const {
    std::vector<planning::Speed> list;
    const Accelerator& accelerator = view.accelerators[a];
    const Kind& kind = view.kinds[accelerator.kind];
    for (const PointId p : kind.points.ids()) {
      if (accelerator.slots > 1 && p != start_points_[a]) continue;
      const Seconds time = view.alone_time_at(task, a, p);
      if (time == kNever) continue;
      list.push_back({static_cast<std::uint32_t>(p), kind.dispatch_time + time,
                      view.alone_energy_at(task, a, p) - kind.points[p].idle_power / accelerator.slots * time});
    }
    return list;
  }

  [[nodiscard]] PointId planning_point(const SystemView& /*view*/, AcceleratorId accelerator) const override {
    return start_points_[accelerator];
  }

  planning::Plan plan(const planning::Problem& problem) override {
    planning::Plan plan = planning::heft(problem, options_);
    for (planning::Placement& placement : plan)
      if (placement.accelerator != kNone)
        placement.point = static_cast<std::uint32_t>(start_points_[accelerator_of(placement.accelerator)]);
    planning::reclaim_slack(problem, plan, [&](std::uint32_t task, std::uint32_t row) {
      const planning::PlanTask& t = problem.tasks[task];
      return speeds_[static_cast<ModelId>(t.model)]
                    [std::size_t{t.model_task} * start_points_.size() + index_of(accelerator_of(row))];
    });
    return plan;
  }

  planning::HeftOptions options_;
  IdVector<AcceleratorId, PointId> start_points_;
  IdVector<ModelId, std::vector<std::vector<planning::Speed>>> speeds_;  ///< by task and accelerator
};

}  // namespace

PolicyEntry slack_dvfs() {
  return policy<SlackDvfs>(
      "slack_dvfs", "HEFT's plan with each task slowed down as far as its slack allows",
      {.source = "list scheduling with slack reclamation; e.g. Baskiyar and Abdel-Kader, Cluster Computing 13, 2010",
       .complexity = "as heft, plus per request: tasks x (points + plan)",
       .knowledge = "the layers and tensors of each request, routes, energy, operating points",
       .verified_by = "the slacks of Topcuoglu's schedule; finish times are heft's on random graphs"});
}

}  // namespace hetsched
