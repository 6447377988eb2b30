#include "hetsched/policy.hpp"
#include "support/data_aware.hpp"

namespace hetsched {
namespace {

/// The fitness of support/data_aware.hpp; queues in order of pushing.
class Dmda final : public DataAware {
 public:
  explicit Dmda(Params& p) : DataAware(p, {.transfers = true, .sorted = false, .fewest_missing = false}) {}
};

}  // namespace

PolicyEntry dmda() {
  return policy<Dmda>(
      "dmda", "StarPU's dmda: dm with the time to move inputs, and energy, in the fitness",
      {.source = "StarPU, deque_modeling_policy_data_aware.c; Augonnet et al., CCPE 23(2), 2011",
       .complexity = "A inputs per new task",
       .knowledge = "queues, where data lies, routes, energy",
       .verified_by = "fitness by hand; with alpha = 1, beta = gamma = 0 on one memory the same runs as mct"});
}

}  // namespace hetsched
