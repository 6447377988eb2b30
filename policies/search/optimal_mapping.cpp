#include "builtin.hpp"
#include "support/mapping_policy.hpp"
#include "support/mapping_searches.hpp"

namespace hetsched {
namespace {

/// The best mapping of all live requests by an estimate that knows of contention, found by branch and bound
/// when one arrives: HaX-CoNN's schedule of concurrent networks (Dagli and Belviranli, PPoPP 2024: layer
/// groups, at most one change of the accelerator; objectives of its equations 10 and 11), and with
/// objective=energy or an energy budget AxoNN's (Dagli et al., DAC 2022). If the search is stopped by
/// `max_estimates` the best mapping found by then is carried out; it is never estimated worse than HEFT's.
/// Ties: the mapping found first, simple ones before others.
class OptimalMapping final : public MappingPolicy {
 public:
  explicit OptimalMapping(Params& p) : MappingPolicy(p, MappingHorizon::live), estimate_(p) {
    max_estimates_ = static_cast<std::uint64_t>(
        p.number("max_estimates", {.fallback = 200,
                                   .min = 0,
                                   .max = 1e12,
                                   .integer = true,
                                   .doc = "mappings tried per planning, besides 64 times as many partial ones"}));
    const double transitions = p.number(
        "max_transitions", {.fallback = -1,
                            .min = -1,
                            .max = 1e6,
                            .integer = true,
                            .doc = "changes of the accelerator in the order of a request's tasks, where tasks allow it "
                                   "(HaX-CoNN, AxoNN: 1); -1: any number"});
    max_transitions_ = transitions < 0 ? kNone : static_cast<std::uint32_t>(transitions);
  }

 private:
  mapping::Plan plan(mapping::MappingProblem& problem, double effort) override {
    estimate_.apply(problem);
    mapping::Goal goal = estimate_.goal(problem);
    goal.max_transitions = max_transitions_;
    return mapping::enumerate(problem, goal, static_cast<std::uint64_t>(static_cast<double>(max_estimates_) * effort));
  }

  EstimateParameters estimate_;
  std::uint64_t max_estimates_ = 0;
  std::uint32_t max_transitions_ = kNone;
};

}  // namespace

PolicyEntry optimal_mapping() {
  return policy<OptimalMapping>(
      "optimal_mapping", "the best mapping of all live requests by an estimate that knows of contention",
      {.source = "HaX-CoNN: Dagli and Belviranli, PPoPP 2024; AxoNN: Dagli et al., DAC 2022",
       .complexity = "per arrival: A^tasks estimates at worst, at most max_estimates",
       .knowledge = "layers and tensors of live requests, routes, bandwidths of memories",
       .verified_by = "two chains with contention: 15.5 and 21.0; brute force on random problems"});
}

}  // namespace hetsched
