#include "hetsched/policy.hpp"
#include "support/work_stealing.hpp"

namespace hetsched {
namespace {

WorkStealing::Victim victim(Params& p) {
  return p.choice("victim", {.fallback = "most_loaded",
                             .of = {"most_loaded", "random"},
                             .doc = "who is stolen from: the longest queue (ties: lowest index), or by the dice"}) ==
                 "random"
             ? WorkStealing::Victim::random
             : WorkStealing::Victim::most_loaded;
}

/// Work stealing (support/work_stealing.hpp) from the longest queue, as StarPU's ws, or at random.
class Ws final : public WorkStealing {
 public:
  explicit Ws(Params& p) : WorkStealing(victim(p), p.seed()) {}
};

}  // namespace

PolicyEntry ws() {
  return policy<Ws>("ws", "work stealing: own tasks newest first, else the oldest of the longest queue, or of any",
                    {.source = "Blumofe and Leiserson, JACM 46(5), 1999; StarPU's ws",
                     .complexity = "R + A",
                     .knowledge = "queues",
                     .verified_by = "who steals what, by hand; the bound T1 / P + longest chain"});
}

}  // namespace hetsched
