#include "planning/slack.hpp"

#include <algorithm>
#include <ranges>
#include <tuple>

namespace hetsched::planning {
namespace {

/// By task: one number for each connected part of the graph.
IdVector<PlanTaskId, PlanTaskId> parts_of(const Problem& problem) {
  IdVector<PlanTaskId, PlanTaskId> part;
  for (const PlanTaskId t : problem.tasks.ids()) part.push_back(t);
  const auto root = [&](PlanTaskId t) {
    while (part[t] != t) t = part[t] = part[part[t]];
    return t;
  };
  for (const PlanTaskId t : problem.tasks.ids())
    for (const PlanEdge& edge : problem.tasks[t].inputs) part[root(t)] = root(edge.task);
  for (const PlanTaskId t : problem.tasks.ids()) part[t] = root(t);
  return part;
}

/// Walks through a plan from its end and tells how late each task may end.
class Backward {
 public:
  Backward(const Problem& problem, const Plan& plan, Seconds deadline)
      : problem_(problem), plan_(plan), next_(problem.slots.size(), kNever) {
    const IdVector<PlanTaskId, PlanTaskId> part = parts_of(problem);
    IdVector<PlanTaskId, Seconds> end(problem.size());
    for (const PlanTaskId t : problem.tasks.ids())
      if (at(t).placed()) end[part[t]] = std::max(end[part[t]], at(t).end);
    for (const PlanTaskId t : problem.tasks.ids()) limit_.push_back(deadline < kNever ? deadline : end[part[t]]);
    start_ = limit_;
    for (const PlanTaskId t : problem.tasks.ids())
      if (at(t).placed()) order_.push_back(t);
    std::stable_sort(order_.begin(), order_.end(), [&](PlanTaskId a, PlanTaskId b) {
      return std::tie(at(a).start, at(a).end, a) > std::tie(at(b).start, at(b).end, b);
    });
  }

  /// From the last start to the first: a task comes after all that follow it, in the graph or on its slot.
  [[nodiscard]] const std::vector<PlanTaskId>& order() const { return order_; }

  [[nodiscard]] Seconds latest_finish(PlanTaskId task) const {
    const Placement& own = at(task);
    Seconds latest = std::min(limit_[task], next_[own.slot]);
    for (const Interval& other : problem_.slots[own.slot].promised)
      if (!clearly_less(other.start, own.end)) latest = std::min(latest, std::max(other.start, own.end));
    for (const PlanEdge& edge : problem_.tasks[task].outputs)
      if (at(edge.task).placed())
        latest =
            std::min(latest, start_[edge.task] - problem_.transfer(edge, own.accelerator, at(edge.task).accelerator));
    // A plan is its own proof that it can end as planned.
    return std::max(latest, own.end);
  }
  void start_by(PlanTaskId task, Seconds latest) {
    start_[task] = latest;
    next_[at(task).slot] = latest;
  }

 private:
  [[nodiscard]] const Placement& at(PlanTaskId t) const { return plan_.tasks[t]; }

  const Problem& problem_;
  const Plan& plan_;
  IdVector<PlanTaskId, Seconds> limit_, start_;  ///< end of its request; latest start
  IdVector<SlotId, Seconds> next_;               ///< latest start of the task that follows there
  std::vector<PlanTaskId> order_;
};

/// The earliest times of the plan's order, with the tasks' new lengths.
void pull_forward(const Problem& problem, Plan& plan, const std::vector<PlanTaskId>& backward,
                  const IdVector<PlanTaskId, Seconds>& length) {
  IdVector<SlotId, Seconds> free(problem.slots.size());
  for (const PlanTaskId t : backward | std::views::reverse) {
    Placement& own = plan.tasks[t];
    own.start = std::max(own.start, free[own.slot]);
    for (const PlanEdge& edge : problem.tasks[t].inputs) {
      const Placement& from = plan.tasks[edge.task];
      if (from.placed())
        own.start = std::max(own.start, from.end + problem.transfer(edge, from.accelerator, own.accelerator));
    }
    own.end = free[own.slot] = own.start + length[t];
  }
}

}  // namespace

IdVector<PlanTaskId, Seconds> latest_finishes(const Problem& problem, const Plan& plan, Seconds deadline) {
  IdVector<PlanTaskId, Seconds> latest(problem.size(), kNever);
  Backward backward(problem, plan, deadline);
  for (const PlanTaskId t : backward.order()) {
    latest[t] = backward.latest_finish(t);
    backward.start_by(t, latest[t] - (plan.tasks[t].end - plan.tasks[t].start));
  }
  return latest;
}

void reclaim_slack(const Problem& problem, Plan& plan,
                   const std::function<std::vector<Speed>(PlanTaskId, AcceleratorId)>& speeds) {
  Backward backward(problem, plan, kNever);
  IdVector<PlanTaskId, Seconds> length(problem.size());
  for (const PlanTaskId t : backward.order()) {
    Placement& own = plan.tasks[t];
    const Seconds latest = backward.latest_finish(t);
    length[t] = own.end - own.start;
    Joules least = kNever;
    for (const Speed& speed : speeds(t, own.accelerator)) {
      if (clearly_less(latest - own.start, speed.time) || !clearly_less(speed.energy, least)) continue;
      least = speed.energy;
      length[t] = speed.time;
      own.point = speed.point;
    }
    backward.start_by(t, latest - length[t]);
  }
  pull_forward(problem, plan, backward.order(), length);
}

}  // namespace hetsched::planning
