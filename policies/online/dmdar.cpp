#include "hetsched/policy.hpp"
#include "support/data_aware.hpp"

namespace hetsched {
namespace {

/// The fitness of support/data_aware.hpp; of each queue, the first of the tasks that miss the fewest bytes
/// runs next.
class Dmdar final : public DataAware {
 public:
  explicit Dmdar(Params& p) : DataAware(p, {.transfers = true, .sorted = false, .fewest_missing = true}) {}
};

}  // namespace

PolicyEntry dmdar() {
  return policy<Dmdar>("dmdar", "StarPU's dmdar: dmda; an accelerator runs first what has most of its inputs there",
                       {.source = "StarPU, deque_modeling_policy_data_aware.c; Augonnet et al., CCPE 23(2), 2011",
                        .complexity = "A inputs per new task; queue x inputs per start",
                        .knowledge = "queues, where data lies, routes, energy",
                        .verified_by = "queues by hand"});
}

}  // namespace hetsched
