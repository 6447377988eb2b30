#include "hetsched/policy.hpp"
#include "planning/search/branch_and_bound.hpp"
#include "search/estimated_search.hpp"

namespace hetsched {
namespace {

/// The shortest schedule of each request, by branch and bound when it arrives (planning/search/branch_and_bound.hpp):
/// what heuristics are measured by. It is proved if it takes no more than `max_nodes` partial schedules and
/// the request no more than 64 tasks; else, and without any more ado, the best plan found is carried out, which is
/// never longer than what any static rule plans for the same problem. A run does not tell which of both it was;
/// `hetsched optimum` does, for the first requests of a run.
/// Plans of earlier requests keep their times: gaps between them are used, as HEFT's insertion does. Contention of
/// links and memories is not planned for. Ties: the first found.
class Optimal final : public planning::PlannedPolicy {
 public:
  explicit Optimal(Params& p)
      : PlannedPolicy(p, planning::Horizon::request, planning::Limit::tasks),
        max_nodes_(count_parameter(p, "max_nodes", 10000, 0, 1e12, "partial schedules looked at per planning")) {}

 private:
  planning::Plan plan(planning::Problem& problem, double effort) override {
    return planning::branch_and_bound(problem, part_of(max_nodes_, effort));
  }

  std::uint64_t max_nodes_;
};

}  // namespace

PolicyEntry optimal() {
  return policy<Optimal>(
      "optimal", "the shortest schedule of each request if it can be proved, else none longer than any static rule's",
      {.source = "textbook: branch and bound over semi-active schedules",
       .complexity = "per request: all static rules, and at most max_nodes x tasks x A",
       .knowledge = "the layers and tensors of each request, routes",
       .verified_by = "graphs of Topcuoglu et al. (73) and Arabnejad and Barbosa (113), proved by three "
                      "other solvers; Graham's worst cases of LPT; brute force; 300 random graphs against every rule"});
}

}  // namespace hetsched
