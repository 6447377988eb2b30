#include "search/estimated_search.hpp"

namespace hetsched {

using planning::Objective, planning::Queue, planning::Sharing;

EstimatedSearch::EstimatedSearch(Params& params)
    : PlannedPolicy(params, planning::Horizon::live, planning::Limit::tasks),
      contention_(
          params.number("contention", {.fallback = 1,
                                       .min = 1,
                                       .max = 1000,
                                       .doc = "so many times slower is everything while several accelerators are "
                                              "busy, besides what memories do"})) {
  constexpr Sharing sharing[] = {Sharing::max_min, Sharing::proportional, Sharing::none};
  sharing_ = sharing[params.choice_index(
      "bandwidth",
      {.fallback = "max_min",
       .of = {"max_min", "proportional", "none"},
       .doc = "how tasks that draw on one memory are expected to share it: max-min fairly, beside computing; "
              "all slowed down by the same factor (MAGMA); or not expected to"})];
  constexpr Queue queue[] = {Queue::request, Queue::ready};
  queue_ = queue[params.choice_index(
      "queue", {.fallback = "request",
                .of = {"request", "ready"},
                .doc = "whom an accelerator serves first: the older request, or who is ready first"})];
  constexpr Objective objective[] = {Objective::latency, Objective::throughput, Objective::energy};
  goal_.objective = objective[params.choice_index(
      "objective", {.fallback = "throughput",
                    .of = {"latency", "throughput", "energy"},
                    .doc = "what is to be least: the last finish, the sum of finishes, or energy with every request "
                           "in time"})];
  goal_.energy_budget =
      params.number("energy_budget",
                    {.fallback = 0, .min = 0, .doc = "that the tasks of a request may take; 0: no limit", .unit = "J"});
}

planning::Plan EstimatedSearch::plan(planning::Problem& problem, double effort) {
  problem.sharing = sharing_;
  problem.queue = queue_;
  problem.contention = contention_;
  planning::Goal goal = goal_;
  goal.energy_budget =
      goal_.energy_budget > 0 ? goal_.energy_budget * static_cast<double>(problem.requests.size()) : kNever;
  return search(problem, goal, effort);
}

}  // namespace hetsched
