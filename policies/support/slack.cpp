#include "support/slack.hpp"

#include <algorithm>
#include <numeric>

#include "support/tolerance.hpp"

namespace hetsched::planning {
namespace {

/// By task: one number for each connected part of the graph.
std::vector<std::uint32_t> parts_of(const Problem& problem) {
  std::vector<std::uint32_t> part(problem.size());
  std::iota(part.begin(), part.end(), 0u);
  const auto root = [&](std::uint32_t t) {
    while (part[t] != t) t = part[t] = part[part[t]];
    return t;
  };
  for (std::uint32_t t = 0; t < problem.size(); ++t)
    for (const PlanEdge& edge : problem.tasks[t].inputs) part[root(t)] = root(edge.task);
  for (std::uint32_t t = 0; t < problem.size(); ++t) part[t] = root(t);
  return part;
}

/// Walks through a plan from its end and tells how late each task may end.
class Backward {
 public:
  Backward(const Problem& problem, const Plan& plan, Seconds deadline) : problem_(problem), plan_(plan) {
    const std::vector<std::uint32_t> part = parts_of(problem);
    std::vector<Seconds> end(problem.size(), 0);
    for (std::uint32_t t = 0; t < problem.size(); ++t)
      if (placed(t)) end[part[t]] = std::max(end[part[t]], plan[t].end);
    for (std::uint32_t t = 0; t < problem.size(); ++t) limit_.push_back(deadline < kNever ? deadline : end[part[t]]);
    start_ = limit_;
    for (std::uint32_t t = 0; t < problem.size(); ++t)
      if (placed(t)) order_.push_back(t);
    std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return plan[a].start != plan[b].start ? plan[a].start > plan[b].start
             : plan[a].end != plan[b].end   ? plan[a].end > plan[b].end
                                            : a > b;
    });
    next_.assign(problem.accelerators(), kNever);
  }

  /// From the last start to the first: a task comes after all that follow it, in the graph or on its accelerator.
  [[nodiscard]] const std::vector<std::uint32_t>& order() const { return order_; }

  [[nodiscard]] Seconds latest_finish(std::uint32_t task) const {
    const std::uint32_t a = plan_[task].accelerator;
    Seconds latest = std::min(limit_[task], next_[a]);
    for (const Interval& other : problem_.busy[a])
      if (!less(other.start, plan_[task].end)) latest = std::min(latest, std::max(other.start, plan_[task].end));
    for (const PlanEdge& edge : problem_.tasks[task].outputs)
      if (placed(edge.task))
        latest = std::min(latest, start_[edge.task] - problem_.transfer(edge.bytes, a, plan_[edge.task].accelerator));
    // A plan is its own proof that it can end as planned.
    return std::max(latest, plan_[task].end);
  }
  void start_by(std::uint32_t task, Seconds latest) {
    start_[task] = latest;
    next_[plan_[task].accelerator] = latest;
  }

 private:
  [[nodiscard]] bool placed(std::uint32_t t) const { return plan_[t].accelerator != kNone; }

  const Problem& problem_;
  const Plan& plan_;
  std::vector<Seconds> limit_, start_;  ///< by task: end of its request; latest start
  std::vector<Seconds> next_;           ///< by accelerator: latest start of the task that follows there
  std::vector<std::uint32_t> order_;
};

/// The earliest times of the plan's order, with the tasks' new lengths.
void pull_forward(const Problem& problem, Plan& plan, const std::vector<std::uint32_t>& backward,
                  const std::vector<Seconds>& length) {
  std::vector<Seconds> free(problem.accelerators(), 0);
  for (std::size_t i = backward.size(); i-- > 0;) {
    const std::uint32_t t = backward[i];
    const std::uint32_t a = plan[t].accelerator;
    const Seconds planned = plan[t].start;
    Seconds start = std::max(planned, free[a]);
    for (const PlanEdge& edge : problem.tasks[t].inputs)
      if (plan[edge.task].accelerator != kNone)
        start = std::max(start, plan[edge.task].end + problem.transfer(edge.bytes, plan[edge.task].accelerator, a));
    plan[t].start = start;
    plan[t].end = free[a] = start + length[t];
  }
}

}  // namespace

std::vector<Seconds> latest_finishes(const Problem& problem, const Plan& plan, Seconds deadline) {
  std::vector<Seconds> latest(problem.size(), kNever);
  Backward backward(problem, plan, deadline);
  for (const std::uint32_t t : backward.order()) {
    latest[t] = backward.latest_finish(t);
    backward.start_by(t, latest[t] - (plan[t].end - plan[t].start));
  }
  return latest;
}

void reclaim_slack(const Problem& problem, Plan& plan,
                   const std::function<std::vector<Speed>(std::uint32_t, std::uint32_t)>& speeds) {
  Backward backward(problem, plan, kNever);
  std::vector<Seconds> length(problem.size(), 0);
  for (const std::uint32_t t : backward.order()) {
    const Seconds latest = backward.latest_finish(t);
    length[t] = plan[t].end - plan[t].start;
    Joules least = kNever;
    for (const Speed& speed : speeds(t, plan[t].accelerator)) {
      if (less(latest - plan[t].start, speed.time) || speed.energy >= least) continue;
      least = speed.energy;
      length[t] = speed.time;
      plan[t].point = speed.point;
    }
    backward.start_by(t, latest - length[t]);
  }
  const std::vector<std::uint32_t> order = backward.order();
  pull_forward(problem, plan, order, length);
}

}  // namespace hetsched::planning
