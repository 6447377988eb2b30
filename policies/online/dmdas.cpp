#include "hetsched/policy.hpp"
#include "support/data_aware.hpp"

namespace hetsched {
namespace {

/// The fitness of support/data_aware.hpp; queues by priority, and of the first priority what misses the
/// fewest bytes.
class Dmdas final : public DataAware {
 public:
  explicit Dmdas(Params& p) : DataAware(p, {.transfers = true, .sorted = true, .fewest_missing = true}) {}
};

}  // namespace

PolicyEntry dmdas() {
  return policy<Dmdas>("dmdas", "StarPU's dmdas: dmdar with queues sorted by priority",
                       {.source = "StarPU, deque_modeling_policy_data_aware.c; Augonnet et al., CCPE 23(2), 2011",
                        .complexity = "A inputs per new task; queue x inputs per start",
                        .knowledge = "queues, where data lies, routes, energy, priorities",
                        .verified_by = "queues by hand"});
}

}  // namespace hetsched
