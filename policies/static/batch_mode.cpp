#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// Batch mode heuristics (Ibarra and Kim 1977, Maheswaran et al. 1999): of the ready tasks the one with the
/// least (largest) earliest finish is placed where it has that, then all are looked at anew. Append only.
/// Ties: lowest task, lowest accelerator.
class MinMin final : public StaticPlan {
 public:
  explicit MinMin(Params& params) : StaticPlan(params) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::min_min(problem); }
};

class MaxMin final : public StaticPlan {
 public:
  explicit MaxMin(Params& params) : StaticPlan(params) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::max_min(problem); }
};

/// The shorter plan of both (ties: min-min's).
class Duplex final : public StaticPlan {
 public:
  explicit Duplex(Params& params) : StaticPlan(params) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::duplex(problem); }
};

/// The task that would lose most by its second best accelerator is placed on its best. One that only one
/// accelerator runs loses infinitely; among such the least finish goes first.
class SufferageRule final : public StaticPlan {
 public:
  explicit SufferageRule(Params& params) : StaticPlan(params) {
    const std::string mode = params.choice(
        "mode", {.fallback = "reeval",
                 .of = {"reeval", "pass"},
                 .doc = "look at all tasks anew after each placement, or place one task per accelerator in each pass, "
                        "where who loses more displaces who loses less (the paper)"});
    mode_ = mode == "pass" ? planning::Sufferage::pass : planning::Sufferage::reeval;
  }

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::sufferage(problem, mode_); }

  planning::Sufferage mode_;
};

constexpr PolicyFacts facts(std::string_view source, std::string_view verified_by,
                            std::string_view rules = kPlanRules) {
  return {.source = source,
          .complexity = "per request: tasks x ready x A x inputs",
          .knowledge = kPlanKnowledge,
          .verified_by = verified_by,
          .rules = rules};
}

}  // namespace

PolicyEntry minmin() {
  return policy<MinMin>("minmin", "min-min: the ready task that can finish first is placed first; a static plan",
                        facts("Ibarra, Kim, J. ACM 24(2), 1977; Braun et al., J. Parallel Distrib. Comput. 61(6), 2001",
                              "an independent implementation on two published graphs: 76, 122; a 5 x 2 matrix: 22"));
}

PolicyEntry maxmin() {
  return policy<MaxMin>("maxmin",
                        "max-min: the ready task with the latest earliest finish is placed first; a static plan",
                        facts("Ibarra, Kim, J. ACM 24(2), 1977; Braun et al., J. Parallel Distrib. Comput. 61(6), 2001",
                              "an independent implementation on two published graphs: 97, 124; a 5 x 2 matrix: 20"));
}

PolicyEntry duplex() {
  return policy<Duplex>("duplex", "the shorter one of min-min's and max-min's static plans",
                        facts("Braun et al., J. Parallel Distrib. Comput. 61(6), 2001",
                              "a 5 x 2 matrix: 20; never longer than either", "ties: min-min's plan"));
}

PolicyEntry sufferage() {
  return policy<SufferageRule>(
      "sufferage", "the ready task that would lose most by its second best accelerator is placed first; a static plan",
      facts("Maheswaran et al., J. Parallel Distrib. Comput. 59(2), 1999",
            "an independent implementation on two published graphs: 76, 138; a 5 x 2 matrix: 18 (both modes)",
            "a task that only one accelerator runs would lose all, and goes before others; of several such tasks the "
            "one that finishes first; ties as in heft"));
}

}  // namespace hetsched
