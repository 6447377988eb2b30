#include "hetsched/policy.hpp"
#include "planning/dice.hpp"
#include "search/estimated_search.hpp"

namespace hetsched {
namespace {

/// Monte-Carlo tree search for a mapping of all live requests when one arrives, as OmniBoost does (Karatzas
/// and Anagnostopoulos, DAC 2023): a level of the tree per task, a branch per accelerator, no more than so
/// many pipeline stages per network. Where that asks a neural network for the throughput of a mapping, this
/// asks an estimate (planning/search/estimate.hpp), and where its answer is random this begins with HEFT's
/// mapping and other simple ones, so that it is never estimated worse than they are. Ties: the mapping found
/// first; branches by accelerator index.
class Mcts final : public EstimatedSearch {
 public:
  explicit Mcts(Params& p) : EstimatedSearch(p), dice_(p.seed()) {
    options_.max_estimates = count_parameter(p, "budget", 100, 0, 1e9, "mappings tried per planning (OmniBoost: 500)");
    options_.exploration = p.number(
        "exploration", {.fallback = 1.4142135623730951, .min = 0, .doc = "weight of what has been tried little"});
    max_stages_ = static_cast<std::uint32_t>(
        count_parameter(p, "max_stages", 0, 0, 1e6,
                        "pipeline stages of a request: 1 + changes of the accelerator in the order of its "
                        "tasks, where tasks allow it; 0: any number"));
  }

 private:
  planning::Plan search(const planning::Problem& problem, const planning::Goal& wanted, double effort) override {
    planning::Goal goal = wanted;
    if (max_stages_ > 0) goal.max_transitions = max_stages_ - 1;
    planning::TreeSearch options = options_;
    options.max_estimates = part_of(options.max_estimates, effort);
    options.seed = dice_.next();
    return planning::tree_search(problem, goal, options);
  }

  planning::TreeSearch options_;
  std::uint32_t max_stages_ = 0;
  Dice dice_;
};

}  // namespace

PolicyEntry mcts() {
  return policy<Mcts>(
      "mcts", "Monte-Carlo tree search for a mapping of all live requests, by estimates",
      {.source = "OmniBoost: Karatzas and Anagnostopoulos, DAC 2023",
       .complexity = "per arrival: budget x tasks x (slots + log tasks)",
       .knowledge = "layers and tensors of live requests, routes, bandwidths of memories",
       .verified_by = "two chains with contention: the best of all mappings, 15.5 and 21.0; brute force"});
}

}  // namespace hetsched
