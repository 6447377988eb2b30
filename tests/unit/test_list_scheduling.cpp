// Do the static list schedulers plan what is published? Pure planning: no engine.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/plan_rules.hpp"
#include "support/planning_cases.hpp"
#include "support/published_graphs.hpp"

using namespace hetsched;
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

void check_row(const ByTask& found, const std::vector<double>& wanted) { check_row(found.all(), wanted); }

std::vector<double> row(const CostTable& table, PlanTaskId task) {
  return {table.at(task, 0_s), table.at(task, 1_s), table.at(task, 2_s)};
}

std::vector<std::size_t> numbers(const std::vector<PlanTaskId>& tasks) {
  std::vector<std::size_t> found;
  for (const PlanTaskId t : tasks) found.push_back(index_of(t));
  return found;
}

double makespan_by(const RuleVariant& variant, const Problem& problem) { return makespan(variant(problem)); }

}  // namespace

TEST_CASE("the schedules of nineteen rules on two published graphs") {
  std::size_t compared = 0;
  for (const PublishedSchedule& wanted : published_schedules()) {
    INFO(wanted.graph << " by " << wanted.rule);
    const Problem problem = graph_named(wanted.graph);
    const Plan plan = published_rule(wanted.rule)(problem);
    CHECK(makespan(plan) == doctest::Approx(wanted.makespan).epsilon(1e-12));
    for (const PlanTaskId t : problem.tasks.ids()) {
      INFO("task " << index_of(t) + 1);
      const Placement& placement = plan.tasks[t];
      CHECK(index_of(placement.accelerator) == wanted.accelerators[index_of(t)]);
      CHECK(placement.start == doctest::Approx(wanted.starts[index_of(t)]).epsilon(1e-12));
      CHECK(placement.end - placement.start == doctest::Approx(problem.time(t, placement.accelerator)).epsilon(1e-12));
      ++compared;
    }
  }
  CHECK(compared == 2 * 19 * 10);
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
    const auto is = critical_tasks(problem);
    for (const PlanTaskId t : is.ids())
      if (is[t]) found.push_back(static_cast<int>(t) + 1);
    return found;
  };
  CHECK(critical(topcuoglu_2002()) == std::vector{1, 2, 9, 10});
  CHECK(critical(arabnejad_2014()) == std::vector{1, 5, 9, 10});
  CHECK(numbers(critical_parents_order(topcuoglu_2002())) == std::vector<std::size_t>{0, 1, 3, 4, 8, 2, 6, 5, 7, 9});
  CHECK(numbers(critical_parents_order(arabnejad_2014())) == std::vector<std::size_t>{0, 4, 1, 3, 8, 5, 7, 2, 6, 9});
}

TEST_CASE("PEFT's table of optimistic costs") {
  const Problem problem = arabnejad_2014();
  const CostTable oct = optimistic_costs(problem);
  const std::vector<std::vector<double>> wanted = {{64, 68, 86}, {42, 39, 42}, {27, 41, 43}, {42, 39, 50}, {28, 37, 28},
                                                   {42, 39, 44}, {13, 16, 22}, {13, 16, 33}, {13, 16, 20}, {0, 0, 0}};
  for (const PlanTaskId t : problem.tasks.ids()) check_row(row(oct, t), wanted[index_of(t)]);
  check_row(row_means(problem, oct), {72.667, 41, 37, 43.667, 31, 41.667, 17, 20.667, 16.333, 0});
  const Problem other = topcuoglu_2002();
  check_row(row(optimistic_costs(other), 0_t), {48, 38, 53});
  check_row(row_means(other, optimistic_costs(other)),
            {46.333, 29.667, 25.667, 31, 27.667, 23.667, 14.667, 13.667, 14.333, 0});
  // All ways are alike here, so that their mean is the way itself.
  CHECK(makespan_by(rule("peft", {{"oct_comm", "pair"}}), problem) == doctest::Approx(122));
}

TEST_CASE("five independent tasks on two machines: each rule has its own makespan") {
  const Problem problem = independent_tasks({{15, 15}, {5, 6}, {2, 8}, {7, 7}, {10, 3}});
  CHECK(makespan_by(rule("minmin"), problem) == 22);
  CHECK(makespan_by(rule("maxmin"), problem) == 20);
  CHECK(makespan_by(rule("duplex"), problem) == 20);
  CHECK(makespan_by(rule("sufferage"), problem) == 18);
  CHECK(makespan_by(rule("sufferage", {{"mode", "pass"}}), problem) == 18);
  CHECK(makespan_by(rule("mct_static"), problem) == 24);
  CHECK(makespan_by(rule("met_static"), problem) == 29);
  CHECK(makespan_by(rule("olb"), problem) == 25);
}

TEST_CASE("Graham's anomalies: a better list, more machines, shorter tasks, fewer constraints, all take longer") {
  // R. L. Graham, SIAM J. Appl. Math. 17(2), 1969
  const auto graph = [](std::size_t machines, double shorter, bool all_edges) {
    std::vector<std::vector<double>> times;
    for (const double time : {3, 2, 2, 2, 4, 4, 4, 4, 9}) times.emplace_back(machines, time - shorter);
    Problem problem = independent_tasks(times);
    problem.add_edge(0_t, 8_t, 0);
    for (const PlanTaskId to : {4_t, 5_t, 6_t, 7_t})
      if (all_edges || to > 5_t) problem.add_edge(3_t, to, 0);
    return problem;
  };
  const auto in_order = [](const Problem& problem) { return graham_list(problem, planning::in_order(problem)); };
  CHECK(makespan(in_order(graph(3, 0, true))) == 12);
  CHECK(makespan(graham_list(graph(3, 0, true), std::vector{0_t, 1_t, 3_t, 4_t, 5_t, 2_t, 8_t, 6_t, 7_t})) == 14);
  CHECK(makespan(in_order(graph(4, 0, true))) == 15);
  CHECK(makespan(in_order(graph(3, 1, true))) == 13);
  CHECK(makespan(in_order(graph(3, 0, false))) == 16);
}

TEST_CASE("longest processing time first at its worst: 7 and 11 where 6 and 9 are possible") {
  const auto longest_first = [](const std::vector<double>& lengths, std::size_t machines) {
    std::vector<std::vector<double>> times;
    for (const double length : lengths) times.emplace_back(machines, length);
    const Problem problem = independent_tasks(times);
    return makespan_by(rule("list", {{"order", "lpt"}}), problem);
  };
  CHECK(longest_first({3, 3, 2, 2, 2}, 2) == 7);
  CHECK(longest_first({5, 5, 4, 4, 3, 3, 3}, 3) == 11);
}

TEST_CASE("insertion uses a gap that appending leaves") {
  // 0, 1 and 3 are a chain of which 1 runs elsewhere; 2 comes last and fits in between.
  Problem problem = independent_tasks({{2, 9}, {9, 4}, {2, 9}, {3, 9}});
  problem.add_edge(0_t, 1_t, 1);
  problem.add_edge(1_t, 3_t, 1);
  const auto third = [&](const char* insertion) {
    return rule("heft", {{"insertion", insertion}})(problem).tasks[2_t];
  };
  CHECK(third("true").start == 2);
  CHECK(third("false").start == 11);
  problem.slots[0_s].promised = {{5, 20}};
  CHECK(third("true").start == 2);
  CHECK(third("false").end > 20);
  problem.slots[0_s].promised = {{3.5, 20}};  // 1.5 are too short for 2
  CHECK(third("true").start > 3.5);
}

TEST_CASE("a second graph released at 10 into the gaps of the first: 109") {
  // mackncheesiest/heft, test of dynamic scheduling
  const Plan first = rule("heft")(topcuoglu_2002());
  Problem second = topcuoglu_2002();
  for (PlanTask& task : second.tasks) task.release = 10;
  for (const Placement& placement : first.tasks)
    second.slots[placement.slot].promised.push_back({placement.start, placement.end});
  for (PlanSlot& slot : second.slots)
    std::sort(slot.promised.begin(), slot.promised.end(),
              [](const Interval& a, const Interval& b) { return a.start < b.start; });
  const Plan plan = rule("heft")(second);
  CHECK(makespan(plan) == doctest::Approx(109).epsilon(1e-12));
  CHECK(plan.tasks[0_t].accelerator == 0_a);
  CHECK(plan.tasks[0_t].start == 10);
  CHECK(plan.tasks[9_t].accelerator == 1_a);
  CHECK(plan.tasks[9_t].start == 102);
}

TEST_CASE("HEFT by other ranks and by energy") {
  // Task 0 is fast and costly on machine 0; the tensor takes 4 between the machines.
  Problem problem(2);
  problem.set_link(0_a, 1_a, {0, 1});
  problem.set_link(1_a, 0_a, {0, 1});
  add_task(problem, {2, 4}, {9, 3});
  add_task(problem, {6, 3}, {1, 2});
  problem.add_edge(0_t, 1_t, 4);
  CHECK(upward_ranks(problem, RankBy::mean).all() == std::vector<double>{3 + 4 + 4.5, 4.5});
  CHECK(upward_ranks(problem, RankBy::worst).all() == std::vector<double>{4 + 4 + 6, 6});
  CHECK(upward_ranks(problem, RankBy::best).all() == std::vector<double>{2 + 4 + 3, 3});
  CHECK(upward_ranks(problem, RankBy::edp).all() == std::vector<double>{(18 + 12) / 2.0 + 6, 6});
  const auto assigned = [&](const char* by) { return where(rule("heft", {{"assign", by}})(problem)); };
  CHECK(assigned("eft") == std::vector<std::size_t>{0, 0});     // 2, then 8 < 9
  CHECK(assigned("energy") == std::vector<std::size_t>{1, 0});  // 3 < 9, then 1 < 2
  CHECK(assigned("edp") == std::vector<std::size_t>{1, 1});     // 12 < 18, then 1 x (4 + 6) > 2 x 3
}

TEST_CASE("what no machine runs, and what needs it, is not placed") {
  const double no = hetsched::kNever;
  Problem problem = independent_tasks({{1, no}, {no, no}, {1, 1}, {2, 2}});
  problem.add_edge(0_t, 1_t, 1);
  problem.add_edge(1_t, 2_t, 1);
  for (const RuleVariant& variant : every_rule()) {
    INFO(variant.name);
    const Plan plan = variant(problem);
    CHECK(plan.tasks[0_t].accelerator == 0_a);
    CHECK_FALSE(plan.tasks[1_t].placed());
    CHECK_FALSE(plan.tasks[2_t].placed());
    CHECK(plan.tasks[3_t].placed());
  }
}

TEST_CASE("sufferage in passes: who loses more displaces who loses less") {
  // Pass 1: task 0 asks for machine 0 (loses 2), task 1 displaces it (loses 9), task 2 takes machine 1. Pass
  // 2: task 0 ends at 5 on machine 0 and at 6 on machine 1.
  const Plan plan = rule("sufferage", {{"mode", "pass"}})(independent_tasks({{2, 4}, {3, 12}, {9, 2}}));
  CHECK(where(plan) == std::vector<std::size_t>{0, 0, 1});
  CHECK(plan.tasks[1_t].start == 0);
  CHECK(plan.tasks[0_t].start == 3);
}
