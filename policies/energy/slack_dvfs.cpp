#include "hetsched/policy.hpp"
#include "planning/from_view.hpp"
#include "planning/planned_policy.hpp"
#include "planning/rules/list.hpp"
#include "planning/slack.hpp"

namespace hetsched {
namespace {

/// HEFT's plan at the operating points that the run starts with; then each task at the point of least energy that fits
/// into its slack, so that every request still ends when HEFT would end it. Mapping and order stay. Energy is counted
/// beyond what the accelerator would draw idle. Accelerators with several slots keep their point.
class SlackDvfs final : public planning::PlannedPolicy {
 public:
  explicit SlackDvfs(Params& params)
      : PlannedPolicy(params, planning::Horizon::request, planning::Limit::none),
        heft_(planning::heft()),
        settings_(heft_.defaults()) {
    settings_.front() = planning::insertion_parameter(params) ? 1 : 0;
  }

  void begin(const SystemView& view) override {
    start_points_.clear();
    for (const Accelerator& a : view.accelerators) start_points_.push_back(a.point);
    speeds_.assign(view.models.size(), {});
    for (const ModelId m : view.models.ids())
      for (const ModelTask& task : view.models[m].tasks)
        for (const AcceleratorId a : start_points_.ids()) speeds_[m].push_back(speeds_of(view, task, a));
    PlannedPolicy::begin(view);
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
      list.push_back({p, kind.dispatch_time + time,
                      view.alone_energy_at(task, a, p) - kind.points[p].idle_power / accelerator.slots * time});
    }
    return list;
  }

  [[nodiscard]] planning::TaskCost cost(const SystemView& view, const ModelTask& task, AcceleratorId a) const override {
    return planning::cost_at(view, task, a, start_points_[a]);
  }

  planning::Plan plan(planning::Problem& problem, double /*effort*/) override {
    planning::Plan plan = heft_.plan(problem, settings_);
    for (planning::Placement& placement : plan.tasks)
      if (placement.placed()) placement.point = start_points_[placement.accelerator];
    planning::reclaim_slack(problem, plan, [&](planning::PlanTaskId task, AcceleratorId accelerator) {
      const planning::PlanTask& t = problem.tasks[task];
      return speeds_[t.model][index_of(t.model_task) * start_points_.size() + index_of(accelerator)];
    });
    return plan;
  }

  planning::Rule heft_;
  planning::Settings settings_;
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
       .verified_by = "the slacks of Topcuoglu's schedule; finish times are heft's on random graphs",
       .needs = Needs::points});
}

}  // namespace hetsched
