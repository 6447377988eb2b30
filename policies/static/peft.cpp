#include "builtin.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// Predict earliest finish time (Arabnejad and Barbosa 2014): a table of optimistic costs, OCT(t,p) = what is
/// left after t on p if everything goes as well as it can; ready tasks by mean OCT, each where EFT + OCT is
/// least. Ties: lowest task, lowest accelerator.
class Peft final : public StaticPlan {
 public:
  explicit Peft(Params& params) : StaticPlan(params), insertion_(insertion_parameter(params)) {
    const std::string comm = params.choice(
        "oct_comm", {.fallback = "mean",
                     .of = {"mean", "pair"},
                     .doc = "transfers in the table: their mean over all ways (the paper), or that of each pair"});
    transfer_ = comm == "pair" ? planning::Transfer::pair : planning::Transfer::mean;
  }

 private:
  planning::Plan plan(const planning::Problem& problem) override {
    return planning::peft(problem, insertion_, transfer_);
  }

  bool insertion_;
  planning::Transfer transfer_;
};

/// Improved PEFT (Zhou et al. 2017, as far as public codes and memory of the paper go): ready tasks by mean
/// pessimistic cost + mean time; parents of critical tasks that are not critical themselves go where they
/// finish first, others where EFT + CNCT is least, the OCT over critical successors only (over all if none is
/// critical).
class Ipeft final : public StaticPlan {
 public:
  explicit Ipeft(Params& params) : StaticPlan(params), insertion_(insertion_parameter(params)) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override { return planning::ipeft(problem, insertion_); }

  bool insertion_;
};

}  // namespace

PolicyEntry peft() {
  return policy<Peft>("peft", "predict earliest finish time: a static plan by a table of optimistic costs",
                      {.source = "Arabnejad, Barbosa, IEEE TPDS 25(3), 2014",
                       .complexity = "per request: tensors x A^2 + tasks x (ready + (inputs + plan) x A)",
                       .knowledge = kPlanKnowledge,
                       .verified_by = "the paper's graph: its table, 122; Topcuoglu's: 85",
                       .rules = kPlanRules});
}

PolicyEntry ipeft() {
  return policy<Ipeft>(
      "ipeft", "PEFT with pessimistic ranks and costs along critical tasks: a static plan",
      {.source = "Zhou et al., Concurrency Comput. Pract. Exp., 2017 (doi 10.1002/cpe.3944), from memory",
       .complexity = "per request: tensors x A^2 + tasks x (ready + (inputs + plan) x A)",
       .knowledge = kPlanKnowledge,
       .verified_by = "an independent implementation on two published graphs: 86, 142",
       .rules = "its cost table charges mean transfers also where both tasks are on one accelerator; ties as in heft"});
}

}  // namespace hetsched
