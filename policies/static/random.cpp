#include "builtin.hpp"
#include "support/dice.hpp"
#include "support/list_scheduling.hpp"
#include "support/static_plan.hpp"

namespace hetsched {
namespace {

/// Every task on an accelerator drawn at random among those that run it, all with equal chances; tasks in
/// topological order. What others are measured against.
class Random final : public StaticPlan {
 public:
  explicit Random(Params& params)
      : StaticPlan(params), insertion_(insertion_parameter(params, false)), dice_(params.seed()) {}

 private:
  planning::Plan plan(const planning::Problem& problem) override {
    planning::Problem drawn = problem;
    for (std::uint32_t t = 0; t < problem.size(); ++t) {
      std::vector<AcceleratorId> able;
      for (std::uint32_t p = 0; p < problem.accelerators(); ++p)
        if (problem.runs_on(t, p) && (able.empty() || able.back() != accelerator_of(p)))
          able.push_back(accelerator_of(p));
      if (able.empty()) continue;
      const AcceleratorId chosen = able[below(able.size())];
      for (std::uint32_t p = 0; p < problem.accelerators(); ++p)
        if (accelerator_of(p) != chosen) drawn.forbid(t, p);
    }
    return planning::mct(drawn, insertion_);
  }

  /// In [0, n): the upper bits of a product replace a division.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>((dice_.next() >> 32) * n >> 32); }

  bool insertion_;
  Dice dice_;
};

}  // namespace

PolicyEntry random() {
  return policy<Random>("random",
                        "each task on an accelerator drawn at random: a static plan, the same for the same seed",
                        {.source = "folklore baseline",
                         .complexity = "per request: tasks x (inputs + plan + A)",
                         .knowledge = "-",
                         .verified_by = "equal shares of equal accelerators"});
}

}  // namespace hetsched
