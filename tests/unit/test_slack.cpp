// Is slack what a plan has to give, and does using it up change nothing but energy?
#include <doctest/doctest.h>

#include <cmath>

#include "base/random.hpp"
#include "planning/slack.hpp"
#include "support/plan_rules.hpp"
#include "support/planning_cases.hpp"
#include "support/published_graphs.hpp"

using namespace hetsched;
using namespace hetsched::planning;
using namespace hetsched::testing;
using doctest::Approx;

TEST_CASE("the slacks of HEFT's schedule of the published graph") {
  const Problem problem = topcuoglu_2002();
  const Plan plan = rule("heft")(problem);
  const auto latest = latest_finishes(problem, plan);
  const std::vector<double> wanted = {0, 5, 7, 0, 7, 0, 7, 0, 5, 0};
  for (const PlanTaskId t : problem.tasks.ids()) {
    INFO("task " << index_of(t) + 1);
    CHECK(latest[t] - plan.tasks[t].end == Approx(wanted[index_of(t)]));
  }
  CHECK(latest_finishes(problem, plan, 85)[9_t] == Approx(85));
}

TEST_CASE("reclaimed slack keeps order, precedence and ends, and never costs energy") {
  const RandomStream random(1, "test", "slack");
  std::uint64_t draw = 0;
  const auto uniform = [&](double from, double to) { return from + (to - from) * random.uniform(draw++); };
  std::size_t slowed = 0;
  for (int round = 0; round < 300; ++round) {
    Problem problem(static_cast<std::size_t>(uniform(1, 5)));
    for (const AcceleratorId p : problem.accelerators.ids())
      for (const AcceleratorId q : problem.accelerators.ids()) problem.set_link(p, q, {uniform(0, 1), uniform(0, 1)});
    if (uniform(0, 1) < 0.5) problem.slots[0_s].promised.push_back({uniform(3, 6), uniform(7, 9)});
    const auto size = static_cast<std::uint32_t>(uniform(1, 25));
    for (std::uint32_t i = 0; i < size; ++i) {
      std::vector<Seconds> times;
      for (std::size_t p = 0; p < problem.accelerators.size(); ++p) times.push_back(uniform(0.1, 5));
      const PlanTaskId t = add_task(problem, times);
      for (const PlanTaskId from : IdRange<PlanTaskId>(i))
        if (uniform(0, 1) < 0.2) problem.add_edge(from, t, uniform(0, 3));
    }
    const Plan before = rule("heft")(problem);
    Plan after = before;
    // P = s^3, so that half the speed needs a quarter of the energy.
    const auto speeds = [&](PlanTaskId t, AcceleratorId a) {
      std::vector<Speed> list;
      for (const double s : {1.0, 0.75, 0.5})
        list.push_back({id_of<PointId>(list.size()), problem.time(t, a) / s, problem.time(t, a) * s * s});
      return list;
    };
    reclaim_slack(problem, after, speeds);
    for (const PlanTaskId t : problem.tasks.ids()) {
      const Placement& now = after.tasks[t];
      const Placement& then = before.tasks[t];
      REQUIRE(now.accelerator == then.accelerator);
      REQUIRE(index_of(now.point) < 3);
      CHECK(now.end - now.start == Approx(speeds(t, now.accelerator)[index_of(now.point)].time));
      slowed += index_of(now.point) > 0 ? 1 : 0;
      for (const PlanEdge& edge : problem.tasks[t].inputs) {
        const Placement& from = after.tasks[edge.task];
        CHECK(now.start >= from.end + problem.transfer(edge, from.accelerator, now.accelerator) - 1e-9);
      }
      for (const PlanTaskId other : problem.tasks.ids())
        if (other != t && before.tasks[other].accelerator == then.accelerator && before.tasks[other].start < then.start)
          CHECK(after.tasks[other].end <= now.start + 1e-9);
      for (const Interval& busy : problem.slots[now.slot].promised)
        CHECK((now.end <= busy.start + 1e-9 || now.start >= busy.end - 1e-9));
      if (problem.tasks[t].outputs.empty()) CHECK(now.end <= makespan(before) + 1e-9);
    }
    CHECK(makespan(after) <= makespan(before) + 1e-9);
  }
  CHECK(slowed > 500);
}
