#include "hetsched/policy.hpp"
#include "support/work_stealing.hpp"

namespace hetsched {
namespace {

/// Work stealing (support/work_stealing.hpp) from neighbours: the accelerators after one's own, in order of
/// index, as StarPU's lws.
class Lws final : public WorkStealing {
 public:
  explicit Lws(Params& p) : WorkStealing(Victim::neighbour, p.seed()) {}
};

}  // namespace

PolicyEntry lws() {
  return policy<Lws>("lws", "work stealing from neighbours: own tasks newest first, else the oldest of the next queue",
                     {.source = "StarPU's lws; Blumofe and Leiserson, JACM 46(5), 1999",
                      .complexity = "R + A",
                      .knowledge = "queues",
                      .verified_by = "who steals what, by hand; the bound T1 / P + longest chain"});
}

}  // namespace hetsched
