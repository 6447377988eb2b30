// Do the static list schedulers plan what is published? Pure planning: no engine.
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "support/plan_rules.hpp"
#include "support/published_graphs.hpp"

using namespace hetsched::planning;
using namespace hetsched::testing;

namespace {

Problem graph_named(const std::string& name) { return name == "heft_2002" ? topcuoglu_2002() : arabnejad_2014(); }

void check_row(const std::vector<double>& found, const std::vector<double>& wanted) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    INFO("task " << i + 1);
    CHECK(found[i] == doctest::Approx(wanted[i]).epsilon(1e-4));
  }
}

std::vector<double> row(const CostTable& table, std::uint32_t task) {
  return {table.at(task, 0), table.at(task, 1), table.at(task, 2)};
}

}  // namespace

TEST_CASE("the schedules of nineteen rules on two published graphs") {
  std::size_t compared = 0;
  for (const PublishedSchedule& wanted : published_schedules()) {
    INFO(wanted.graph << " by " << wanted.rule);
    const Problem problem = graph_named(wanted.graph);
    const Plan plan = plan_rules().at(wanted.rule)(problem);
    CHECK(makespan(plan) == doctest::Approx(wanted.makespan).epsilon(1e-12));
    for (std::uint32_t t = 0; t < problem.size(); ++t) {
      INFO("task " << t + 1);
      CHECK(plan[t].accelerator == wanted.accelerators[t]);
      CHECK(plan[t].start == doctest::Approx(wanted.starts[t]).epsilon(1e-12));
      CHECK(plan[t].end - plan[t].start == doctest::Approx(problem.time(t, plan[t].accelerator)).epsilon(1e-12));
      ++compared;
    }
  }
  CHECK(compared == 2 * plan_rules().size() * 10);
}

TEST_CASE("the ranks of the published graphs") {
  check_row(upward_ranks(topcuoglu_2002()), {108, 77, 80, 80, 69, 63.333, 42.667, 35.667, 44.333, 14.667});
  check_row(downward_ranks(topcuoglu_2002()), {0, 31, 25, 22, 24, 27, 62.333, 66.667, 63.667, 93.333});
  check_row(upward_ranks(arabnejad_2014()), {169, 114.333, 102.667, 110, 129.667, 119.333, 52.667, 92, 42.333, 20.667});
  check_row(downward_ranks(arabnejad_2014()),
            {0, 43.333, 57.333, 55.333, 39.333, 33.333, 107.333, 73.333, 126.667, 148.333});
}

TEST_CASE("critical paths: 1-2-9-10 and 1-5-9-10, and the orders of HCPT") {
  const auto critical = [](const Problem& problem) {
    std::vector<int> found;
    const std::vector<bool> is = critical_tasks(problem);
    for (std::size_t t = 0; t < is.size(); ++t)
      if (is[t]) found.push_back(static_cast<int>(t) + 1);
    return found;
  };
  CHECK(critical(topcuoglu_2002()) == std::vector{1, 2, 9, 10});
  CHECK(critical(arabnejad_2014()) == std::vector{1, 5, 9, 10});
  CHECK(hcpt_order(topcuoglu_2002()) == std::vector<std::uint32_t>{0, 1, 3, 4, 8, 2, 6, 5, 7, 9});
  CHECK(hcpt_order(arabnejad_2014()) == std::vector<std::uint32_t>{0, 4, 1, 3, 8, 5, 7, 2, 6, 9});
}

TEST_CASE("PEFT's table of optimistic costs") {
  const Problem problem = arabnejad_2014();
  const CostTable oct = optimistic_costs(problem);
  const std::vector<std::vector<double>> wanted = {{64, 68, 86}, {42, 39, 42}, {27, 41, 43}, {42, 39, 50}, {28, 37, 28},
                                                   {42, 39, 44}, {13, 16, 22}, {13, 16, 33}, {13, 16, 20}, {0, 0, 0}};
  for (std::uint32_t t = 0; t < 10; ++t) check_row(row(oct, t), wanted[t]);
  check_row(row_means(problem, oct), {72.667, 41, 37, 43.667, 31, 41.667, 17, 20.667, 16.333, 0});
  const Problem other = topcuoglu_2002();
  check_row(row(optimistic_costs(other), 0), {48, 38, 53});
  check_row(row_means(other, optimistic_costs(other)),
            {46.333, 29.667, 25.667, 31, 27.667, 23.667, 14.667, 13.667, 14.333, 0});
  // All ways are alike here, so that their mean is the way itself.
  CHECK(makespan(peft(problem, true, Transfer::pair)) == doctest::Approx(122));
}

TEST_CASE("five independent tasks on two machines: each rule has its own makespan") {
  const Problem problem = independent({{15, 15}, {5, 6}, {2, 8}, {7, 7}, {10, 3}});
  CHECK(makespan(min_min(problem)) == 22);
  CHECK(makespan(max_min(problem)) == 20);
  CHECK(makespan(duplex(problem)) == 20);
  CHECK(makespan(sufferage(problem)) == 18);
  CHECK(makespan(sufferage(problem, Sufferage::pass)) == 18);
  CHECK(makespan(mct(problem)) == 24);
  CHECK(makespan(met(problem)) == 29);
  CHECK(makespan(olb(problem)) == 25);
}

TEST_CASE("Graham's anomalies: a better list, more machines, shorter tasks, fewer constraints, all take longer") {
  // R. L. Graham, SIAM J. Appl. Math. 17(2), 1969
  const auto graph = [](std::size_t machines, double shorter, bool all_edges) {
    std::vector<std::vector<double>> times;
    for (const double time : {3, 2, 2, 2, 4, 4, 4, 4, 9}) times.emplace_back(machines, time - shorter);
    Problem problem = independent(times);
    problem.add_edge(0, 8, 0);
    for (const std::uint32_t to : {4u, 5u, 6u, 7u})
      if (all_edges || to > 5) problem.add_edge(3, to, 0);
    return problem;
  };
  std::vector<std::uint32_t> in_order(9);
  std::iota(in_order.begin(), in_order.end(), 0u);
  CHECK(makespan(list_in_order(graph(3, 0, true), in_order)) == 12);
  CHECK(makespan(list_in_order(graph(3, 0, true), std::vector<std::uint32_t>{0, 1, 3, 4, 5, 2, 8, 6, 7})) == 14);
  CHECK(makespan(list_in_order(graph(4, 0, true), in_order)) == 15);
  CHECK(makespan(list_in_order(graph(3, 1, true), in_order)) == 13);
  CHECK(makespan(list_in_order(graph(3, 0, false), in_order)) == 16);
}

TEST_CASE("longest processing time first at its worst: 7 and 11 where 6 and 9 are possible") {
  const auto longest_first = [](const std::vector<double>& lengths, std::size_t machines) {
    std::vector<std::vector<double>> times;
    for (const double length : lengths) times.emplace_back(machines, length);
    const Problem problem = independent(times);
    return makespan(list_in_order(problem, by_decreasing(average_times(problem))));
  };
  CHECK(longest_first({3, 3, 2, 2, 2}, 2) == 7);
  CHECK(longest_first({5, 5, 4, 4, 3, 3, 3}, 3) == 11);
}

TEST_CASE("insertion uses a gap that appending leaves") {
  // 0, 1 and 3 are a chain of which 1 runs elsewhere; 2 comes last and fits in between.
  Problem problem = independent({{2, 9}, {9, 4}, {2, 9}, {3, 9}});
  problem.add_edge(0, 1, 1);
  problem.add_edge(1, 3, 1);
  CHECK(heft(problem)[2].start == 2);
  CHECK(heft(problem, {.insertion = false})[2].start == 11);
  problem.busy[0] = {{5, 20}};
  CHECK(heft(problem)[2].start == 2);
  CHECK(heft(problem, {.insertion = false})[2].end > 20);
  problem.busy[0] = {{3.5, 20}};  // 1.5 are too short for 2
  CHECK(heft(problem)[2].start > 3.5);
}

TEST_CASE("a second graph released at 10 into the gaps of the first: 109") {
  // mackncheesiest/heft, test of dynamic scheduling
  const Plan first = heft(topcuoglu_2002());
  Problem second = topcuoglu_2002();
  for (PlanTask& task : second.tasks) task.release = 10;
  for (const Placement& placement : first)
    second.busy[placement.accelerator].push_back({placement.start, placement.end});
  for (auto& row : second.busy)
    std::sort(row.begin(), row.end(), [](const Interval& a, const Interval& b) { return a.start < b.start; });
  const Plan plan = heft(second);
  CHECK(makespan(plan) == doctest::Approx(109).epsilon(1e-12));
  CHECK(plan[0].accelerator == 0);
  CHECK(plan[0].start == 10);
  CHECK(plan[9].accelerator == 1);
  CHECK(plan[9].start == 102);
}

TEST_CASE("HEFT by other ranks and by energy") {
  // Task 0 is fast and costly on machine 0; the tensor takes 4 between the machines.
  Problem problem(2);
  problem.set_link(0, 1, {0, 1});
  problem.set_link(1, 0, {0, 1});
  const std::vector<double> first = {2, 4}, first_energy = {9, 3}, second = {6, 3}, second_energy = {1, 2};
  problem.add_task(first, first_energy);
  problem.add_task(second, second_energy);
  problem.add_edge(0, 1, 4);
  CHECK(upward_ranks(problem, RankBy::mean) == std::vector<double>{3 + 4 + 4.5, 4.5});
  CHECK(upward_ranks(problem, RankBy::worst) == std::vector<double>{4 + 4 + 6, 6});
  CHECK(upward_ranks(problem, RankBy::best) == std::vector<double>{2 + 4 + 3, 3});
  CHECK(upward_ranks(problem, RankBy::edp) == std::vector<double>{(18 + 12) / 2.0 + 6, 6});
  const auto where = [&](Assign assign) {
    const Plan plan = heft(problem, {.assign = assign});
    return std::vector{plan[0].accelerator, plan[1].accelerator};
  };
  CHECK(where(Assign::eft) == std::vector<std::uint32_t>{0, 0});     // 2, then 8 < 9
  CHECK(where(Assign::energy) == std::vector<std::uint32_t>{1, 0});  // 3 < 9, then 1 < 2
  CHECK(where(Assign::edp) == std::vector<std::uint32_t>{1, 1});     // 12 < 18, then 1 x (4 + 6) > 2 x 3
}

TEST_CASE("what no machine runs, and what needs it, is not placed") {
  const double no = hetsched::kNever;
  Problem problem = independent({{1, no}, {no, no}, {1, 1}, {2, 2}});
  problem.add_edge(0, 1, 1);
  problem.add_edge(1, 2, 1);
  for (const auto& [name, rule] : plan_rules()) {
    INFO(name);
    const Plan plan = rule(problem);
    CHECK(plan[0].accelerator == 0);
    CHECK(plan[1].accelerator == hetsched::kNone);
    CHECK(plan[2].accelerator == hetsched::kNone);
    CHECK(plan[3].accelerator != hetsched::kNone);
  }
}

TEST_CASE("sufferage in passes: who loses more displaces who loses less") {
  // Pass 1: task 0 asks for machine 0 (loses 2), task 1 displaces it (loses 9), task 2 takes machine 1. Pass
  // 2: task 0 ends at 5 on machine 0 and at 6 on machine 1.
  const Plan plan = sufferage(independent({{2, 4}, {3, 12}, {9, 2}}), Sufferage::pass);
  CHECK(plan[1].accelerator == 0);
  CHECK(plan[1].start == 0);
  CHECK(plan[2].accelerator == 1);
  CHECK(plan[0].accelerator == 0);
  CHECK(plan[0].start == 3);
}
