#include "hetsched/policy.hpp"
#include "search/estimated_search.hpp"

namespace hetsched {
namespace {

/// The best mapping of all live requests by an estimate that knows of contention, found by branch and bound
/// when one arrives: HaX-CoNN's schedule of concurrent networks (Dagli and Belviranli, PPoPP 2024: layer
/// groups, at most one change of the accelerator; objectives of its equations 10 and 11), and with
/// objective=energy or an energy budget AxoNN's (Dagli et al., DAC 2022). If the search is stopped by
/// `max_estimates` the best mapping found by then is carried out; it is never estimated worse than HEFT's.
/// Ties: the mapping found first, simple ones before others.
class OptimalMapping final : public EstimatedSearch {
 public:
  explicit OptimalMapping(Params& p) : EstimatedSearch(p) {
    max_estimates_ = count_parameter(p, "max_estimates", 200, 0, 1e12,
                                     "mappings tried per planning, besides 64 times as many partial ones");
    const double transitions = p.number(
        "max_transitions", {.fallback = -1,
                            .min = -1,
                            .max = 1e6,
                            .integer = true,
                            .doc = "changes of the accelerator in the order of a request's tasks, where tasks allow it "
                                   "(HaX-CoNN, AxoNN: 1); -1: any number"});
    if (transitions >= 0) max_transitions_ = static_cast<std::uint32_t>(transitions);
  }

 private:
  planning::Plan search(const planning::Problem& problem, const planning::Goal& wanted, double effort) override {
    planning::Goal goal = wanted;
    goal.max_transitions = max_transitions_;
    return planning::enumerate(problem, goal, part_of(max_estimates_, effort));
  }

  std::uint64_t max_estimates_ = 0;
  std::uint32_t max_transitions_ = planning::kAnyTransitions;
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
