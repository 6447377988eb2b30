#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// Heterogeneous earliest finish time (Topcuoglu et al. 2002, section 4.1): tasks by decreasing upward rank,
/// rank_u(t) = w(t) + max_s (c(t,s) + rank_u(s)), each where it finishes first, with insertion into gaps.
/// Ties: task in topological order, then lowest accelerator index. Other weights in the rank (Zhao and
/// Sakellariou, Euro-Par 2003, have worst and best) and other choices of the accelerator are options.
class Heft final : public StaticPlan {
 public:
  explicit Heft(Params& params) : StaticPlan(params) {
    options_.insertion = insertion_parameter(params);
    const std::string rank = params.choice(
        "rank", {.fallback = "mean",
                 .of = {"mean", "worst", "best", "edp"},
                 .doc = "what tasks and tensors weigh in the rank: means; the slowest or the fastest accelerators of "
                        "both ends; the mean product of energy and time"});
    const std::string assign = params.choice(
        "assign", {.fallback = "eft",
                   .of = {"eft", "edp", "energy"},
                   .doc = "least finish time, least energy x (finish - inputs exist), or least energy (ties: finish)"});
    using planning::Assign, planning::RankBy;
    options_.rank = rank == "worst"  ? RankBy::worst
                    : rank == "best" ? RankBy::best
                    : rank == "edp"  ? RankBy::edp
                                     : RankBy::mean;
    options_.assign = assign == "edp" ? Assign::edp : assign == "energy" ? Assign::energy : Assign::eft;
  }

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::heft(problem, options_); }

  planning::HeftOptions options_;
};

}  // namespace

PolicyEntry heft() {
  return policy<Heft>(
      "heft", "heterogeneous earliest finish time: a static plan by upward rank, with insertion",
      {.source = "Topcuoglu, Hariri, Wu, IEEE TPDS 13(3), 2002",
       .complexity = "per request: tasks x (inputs + plan) x A",
       .knowledge = kPlanKnowledge,
       .verified_by = "Topcuoglu's graph: 80; Arabnejad and Barbosa's: 133; a second request into the gaps: 109",
       .rules = kPlanRules});
}

}  // namespace hetsched
