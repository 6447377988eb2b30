#include "planning/rules/list.hpp"

namespace hetsched::planning {
namespace {

enum class Assign : std::uint8_t { eft, edp, energy };

/// Tasks by decreasing upward rank, rank_u(t) = w(t) + max_s (c(t,s) + rank_u(s)), each where it finishes first; or
/// where its energy, or energy times the time from when its inputs exist, is least, then its finish. O(e p + v p log
/// v), with insertion O(v^2 p) at worst.
Plan plan(const Problem& problem, const Settings& settings) {
  const auto rank = static_cast<RankBy>(settings[1]);
  const auto assign = static_cast<Assign>(settings[2]);
  return place_in_order(problem, settings[0] != 0, by_decreasing(upward_ranks(problem, rank)),
                        [&](const Timetable& table, PlanTaskId task) {
                          if (assign == Assign::eft) return table.earliest_finish(task);
                          const Seconds exist = table.inputs_exist(task);
                          return table.best(task, [&](const Placement& here) {
                            const Joules energy = table.energy(task, here);
                            return Key{assign == Assign::edp ? energy * (here.end - exist) : energy, here.end};
                          });
                        });
}

}  // namespace

Rule heft() {
  return {.name = "heft",
          .summary = "heterogeneous earliest finish time: a static plan by upward rank, with insertion",
          .source = "Topcuoglu, Hariri, Wu, IEEE TPDS 13(3), 2002",
          .complexity = "per request: tasks x (inputs + plan) x A",
          .verified_by = "Topcuoglu's graph: 80; Arabnejad and Barbosa's: 133; a second request into the gaps: 109",
          .options = {insertion_option(),
                      {"rank",
                       {"mean", "worst", "best", "edp"},
                       0,
                       "what tasks and tensors weigh in the rank: means; the slowest or the fastest accelerators of "
                       "both ends; the mean product of energy and time"},
                      {"assign",
                       {"eft", "edp", "energy"},
                       0,
                       "least finish time, least energy x (finish - inputs exist), or least energy (ties: finish)"}},
          .plan = plan};
}

}  // namespace hetsched::planning
