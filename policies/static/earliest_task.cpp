#include <algorithm>
#include <numeric>

#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// Earliest task first (Hwang et al. 1989): of all pairs of a ready task and an accelerator the one that
/// starts first is next; ties: largest static level, lowest task, lowest accelerator.
class EarliestStart final : public StaticPlan {
 public:
  explicit EarliestStart(Params& params) : StaticPlan(params) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::etf(problem); }
};

/// The pair that finishes first is next (what DS3 calls ETF); ties: lowest task, lowest accelerator.
class EarliestFinish final : public StaticPlan {
 public:
  explicit EarliestFinish(Params& params) : StaticPlan(params) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::eft_ready(problem); }
};

/// Graham's list scheduling: whenever an accelerator is free, the first task of the list that is ready starts
/// on it.
class GrahamsList final : public StaticPlan {
 public:
  explicit GrahamsList(Params& params)
      : StaticPlan(params),
        order_(params.choice("order", {.fallback = "layer",
                                       .of = {"layer", "lpt", "level"},
                                       .doc = "the list: layers as they are, longest mean time first, or largest "
                                              "upward rank without transfers first"})) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override {
    std::vector<std::uint32_t> order(problem.size());
    std::iota(order.begin(), order.end(), 0u);
    if (order_ == "lpt") order = planning::by_decreasing(planning::average_times(problem));
    if (order_ == "level") order = planning::by_decreasing(planning::static_levels(problem));
    return planning::list_in_order(problem, order);
  }

  std::string order_;
};

}  // namespace

PolicyEntry etf() {
  return policy<EarliestStart>(
      "etf", "earliest task first: a static plan of the pairs of task and accelerator that start first",
      {.source = "Hwang, Chow, Anger, Lee, SIAM J. Comput. 18(2), 1989",
       .complexity = "per request: tasks x ready x A x inputs",
       .knowledge = kPlanKnowledge,
       .verified_by = "an independent implementation on two published graphs: 93, 125",
       .rules = "ties: the largest static level (means, without transfers), then as in heft"});
}

PolicyEntry eft_ready() {
  return policy<EarliestFinish>("eft_ready",
                                "a static plan of the pairs of ready task and accelerator that finish first",
                                {.source = "DS3's ETF (Arda et al., IEEE Trans. Computers 69(8), 2020)",
                                 .complexity = "per request: tasks x ready x A x inputs",
                                 .knowledge = kPlanKnowledge,
                                 .verified_by = "an independent implementation on two published graphs: 76, 122",
                                 .rules = kPlanRules});
}

PolicyEntry graham_list() {
  return policy<GrahamsList>("list",
                             "Graham's list scheduling: a free accelerator takes the first ready task of a list",
                             {.source = "Graham, SIAM J. Appl. Math. 17(2), 1969",
                              .complexity = "per request: tasks x ready x A x inputs",
                              .knowledge = kPlanKnowledge,
                              .verified_by = "Graham's anomalies: 12, 14, 15, 13, 16; LPT at its worst: 7, 11",
                              .rules = "ties: the earlier in the list, then the first accelerator"});
}

}  // namespace hetsched
