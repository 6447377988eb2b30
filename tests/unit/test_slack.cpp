// Is slack what a plan has to give, and does using it up change nothing but energy?
#include <doctest/doctest.h>

#include <cmath>

#include "base/random.hpp"
#include "support/list_scheduling.hpp"
#include "support/published_graphs.hpp"
#include "support/slack.hpp"

using namespace hetsched;
using namespace hetsched::planning;
using namespace hetsched::testing;
using doctest::Approx;

TEST_CASE("the slacks of HEFT's schedule of the published graph") {
  const Problem problem = topcuoglu_2002();
  const Plan plan = heft(problem);
  const std::vector<Seconds> latest = latest_finishes(problem, plan);
  const std::vector<double> wanted = {0, 5, 7, 0, 7, 0, 7, 0, 5, 0};
  for (std::uint32_t t = 0; t < 10; ++t) {
    INFO("task " << t + 1);
    CHECK(latest[t] - plan[t].end == Approx(wanted[t]));
  }
  CHECK(latest_finishes(problem, plan, 85)[9] == Approx(85));
}

TEST_CASE("reclaimed slack keeps order, precedence and ends, and never costs energy") {
  const RandomStream random(1, "test", "slack");
  std::uint64_t draw = 0;
  const auto uniform = [&](double from, double to) { return from + (to - from) * random.uniform(draw++); };
  std::size_t slowed = 0;
  for (int round = 0; round < 300; ++round) {
    const auto accelerators = static_cast<std::uint32_t>(uniform(1, 5));
    Problem problem(accelerators);
    for (std::uint32_t p = 0; p < accelerators; ++p)
      for (std::uint32_t q = 0; q < accelerators; ++q) problem.set_link(p, q, {uniform(0, 1), uniform(0, 1)});
    if (uniform(0, 1) < 0.5) problem.busy[0].push_back({uniform(3, 6), uniform(7, 9)});
    const auto size = static_cast<std::uint32_t>(uniform(1, 25));
    for (std::uint32_t t = 0; t < size; ++t) {
      std::vector<Seconds> times;
      for (std::uint32_t p = 0; p < accelerators; ++p) times.push_back(uniform(0.1, 5));
      problem.add_task(times);
      for (std::uint32_t from = 0; from < t; ++from)
        if (uniform(0, 1) < 0.2) problem.add_edge(from, t, uniform(0, 3));
    }
    const Plan before = heft(problem);
    Plan after = before;
    // P = s^3, so that half the speed needs a quarter of the energy.
    const auto speeds = [&](std::uint32_t t, std::uint32_t a) {
      std::vector<Speed> list;
      for (const double s : {1.0, 0.75, 0.5})
        list.push_back({static_cast<std::uint32_t>(list.size()), problem.time(t, a) / s, problem.time(t, a) * s * s});
      return list;
    };
    reclaim_slack(problem, after, speeds);
    for (std::uint32_t t = 0; t < size; ++t) {
      REQUIRE(after[t].accelerator == before[t].accelerator);
      REQUIRE(after[t].point < 3);
      CHECK(after[t].end - after[t].start == Approx(speeds(t, after[t].accelerator)[after[t].point].time));
      slowed += after[t].point > 0 ? 1 : 0;
      for (const PlanEdge& edge : problem.tasks[t].inputs)
        CHECK(after[t].start >= after[edge.task].end +
                                    problem.transfer(edge.bytes, after[edge.task].accelerator, after[t].accelerator) -
                                    1e-9);
      for (std::uint32_t other = 0; other < size; ++other)
        if (other != t && before[other].accelerator == before[t].accelerator && before[other].start < before[t].start)
          CHECK(after[other].end <= after[t].start + 1e-9);
      for (const Interval& busy : problem.busy[after[t].accelerator])
        CHECK((after[t].end <= busy.start + 1e-9 || after[t].start >= busy.end - 1e-9));
      if (problem.tasks[t].outputs.empty()) CHECK(after[t].end <= makespan(before) + 1e-9);
    }
    CHECK(makespan(after) <= makespan(before) + 1e-9);
  }
  CHECK(slowed > 500);
}
