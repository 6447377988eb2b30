#include "hetsched/policy.hpp"
#include "support/data_aware.hpp"

namespace hetsched {
namespace {

/// Predicted ends without the time that inputs take to move.
class Dm final : public DataAware {
 public:
  explicit Dm(Params& p) : DataAware(p, {.transfers = false, .sorted = false, .fewest_missing = false}) {}
};

}  // namespace

PolicyEntry dm() {
  return policy<Dm>("dm", "StarPU's dm: each task joins the queue predicted to finish it first, transfers unseen",
                    {.source = "StarPU, deque_modeling_policy_data_aware.c; Augonnet et al., CCPE 23(2), 2011",
                     .complexity = "A per new task",
                     .knowledge = "queues",
                     .verified_by = "the same runs as mct on one memory; fitness by hand"});
}

}  // namespace hetsched
