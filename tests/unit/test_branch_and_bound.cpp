// Is the schedule that branch and bound proves to be the shortest one, and do lower bounds stay below it?
#include <doctest/doctest.h>

#include <algorithm>

#include "planning/bounds.hpp"
#include "planning/dice.hpp"
#include "planning/linear_program.hpp"
#include "planning/search/branch_and_bound.hpp"
#include "planning/timetable.hpp"
#include "support/plain_scheduling.hpp"
#include "support/plan_rules.hpp"
#include "support/planning_cases.hpp"

using namespace hetsched;
using namespace hetsched::planning;
using namespace hetsched::testing;

namespace {

/// Tasks of the same times on m accelerators.
Problem identical(std::size_t machines, const std::vector<double>& times) {
  std::vector<std::vector<double>> rows;
  for (const double time : times) rows.emplace_back(machines, time);
  return independent_tasks(rows);
}

/// A graph of up to six tasks on two or three accelerators, with delays, a busy slot, and what is not
/// supported.
Problem random_graph(Dice& dice) {
  Problem problem(2 + dice.below(2));
  if (dice.chance(0.5)) problem.slots[0_s].promised = {{0, 3}};
  problem.accelerators[1_a].overhead = 0.5;
  const std::size_t tasks = 3 + dice.below(4);
  for (const PlanTaskId t : IdRange<PlanTaskId>(tasks)) {
    std::vector<double> times;
    for (const AcceleratorId a : problem.accelerators.ids())
      times.push_back(a == 0_a || dice.chance(0.8) ? 1 + 9 * dice.uniform() : kNever);
    add_task(problem, times);
    for (const PlanTaskId from : IdRange<PlanTaskId>(index_of(t)))
      if (dice.chance(0.3)) add_change(problem, from, t, 4 * dice.uniform());
  }
  return problem;
}

/// So many tasks on three accelerators, each with about two inputs.
Instance large_instance(Dice& dice, int tasks) {
  Instance in;
  in.n = tasks;
  in.m = 3;
  in.latency.assign(3, std::vector<double>(3, 0));
  in.per_byte.assign(3, std::vector<double>(3, 1));
  in.w.assign(tasks, std::vector<double>(3));
  in.bytes.assign(tasks, std::vector<double>(tasks, -1));
  for (int t = 0; t < tasks; ++t) {
    for (double& time : in.w[t]) time = 1 + 39 * dice.uniform();
    for (int u = 0; u < t; ++u)
      if (dice.chance(std::min(1.0, 2.0 / t))) in.bytes[u][t] = 1 + 39 * dice.uniform();
  }
  return in;
}

void check_no_rule_is_better(const Instance& in, std::uint64_t max_nodes) {
  const Problem problem = problem_of(in);
  const Plan plan = branch_and_bound(problem, max_nodes);
  CHECK(makespan(plan) >= lower_bound(problem) * (1 - 1e-9));
  for (const RuleVariant& variant : every_rule()) {
    INFO(variant.name);
    CHECK(makespan(plan) <= makespan(variant(problem)) * (1 + 1e-9));
  }
}

/// The least makespan over all accelerators and all orders: every task as early as the order allows.
double brute_force(const Problem& problem) {
  std::vector<PlanTaskId> order = in_order(problem);
  double least = kNever;
  const std::size_t accelerators = problem.accelerators.size();
  std::uint64_t codes = 1;
  for (std::size_t t = 0; t < problem.size(); ++t) codes *= accelerators;
  do {
    for (std::uint64_t code = 0; code < codes; ++code) {
      IdVector<PlanTaskId, double> end(problem.size(), -1);
      IdVector<AcceleratorId, double> free_at(accelerators);
      IdVector<AcceleratorId, ModelId> last_model;
      for (const AcceleratorId a : problem.accelerators.ids()) {
        free_at[a] = problem.busy_until(*problem.slots_of(a).begin());
        last_model.push_back(problem.accelerators[a].last_model);
      }
      IdVector<PlanTaskId, AcceleratorId> where;
      std::uint64_t rest = code;
      for (std::size_t t = 0; t < problem.size(); ++t, rest /= accelerators)
        where.push_back(id_of<AcceleratorId>(rest % accelerators));
      double last = 0;
      for (const PlanTaskId t : order) {
        const AcceleratorId a = where[t];
        const ModelId model = problem.tasks[t].model;
        double start = free_at[a];
        for (const PlanEdge& edge : problem.tasks[t].inputs)
          start = end[edge.task] < 0 ? kNever
                                     : std::max(start, end[edge.task] + problem.transfer(edge, where[edge.task], a));
        const bool switches = last_model[a] != ModelId::none && last_model[a] != model;
        end[t] = free_at[a] = start + problem.time(t, a) + (switches ? problem.accelerators[a].switch_time : 0);
        last_model[a] = model;
        last = std::max(last, end[t]);
      }
      least = std::min(least, last);
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

/// The least makespan over all orders and all slots, between what these are promised to.
double brute_force_with_gaps(Timetable& table) {
  double least = kNever;
  bool complete = true;
  for (const PlanTaskId task : table.problem().tasks.ids()) {
    if (table.placed(task)) continue;
    complete = false;
    if (!table.placeable(task)) continue;
    for (const SlotId slot : table.problem().slots.ids()) {
      const Placement here = table.earliest(task, slot);
      if (!(here.end < kNever)) continue;
      table.place(task, here);
      least = std::min(least, brute_force_with_gaps(table));
      table.remove(task);
    }
  }
  return complete ? makespan(table.plan()) : least;
}

}  // namespace

TEST_CASE(
    "independent tasks: the worst cases of longest-processing-time-first, and a matrix on which rules "
    "differ") {
  // Graham, SIAM J. Appl. Math. 17(2), 1969: LPT gives 7 and 11, the ratio is 4/3 - 1/(3m).
  for (const auto& [problem, best] :
       {std::pair{identical(2, {3, 3, 2, 2, 2}), 6.0}, std::pair{identical(3, {5, 5, 4, 4, 3, 3, 3}), 9.0},
        std::pair{independent_tasks({{15, 15}, {5, 6}, {2, 8}, {7, 7}, {10, 3}}), 17.0}}) {
    const Plan plan = branch_and_bound(problem, 100000);
    CHECK(plan.proved);
    CHECK(makespan(plan) == best);
    CHECK(lower_bound(problem) <= best);
  }
}

TEST_CASE("random graphs: as short as the best of all accelerators in all orders; bounds are below") {
  Dice dice(7);
  for (int round = 0; round < 60; ++round) {
    INFO("round " << round);
    Problem problem = random_graph(dice);
    if (round >= 40)  // with switches between three models
      for (const AcceleratorId a : problem.accelerators.ids()) {
        problem.accelerators[a].switch_time = 1 + 3 * dice.uniform();
        problem.accelerators[a].last_model = ModelId{0};
        for (Interval& busy : problem.slots[*problem.slots_of(a).begin()].promised) busy.model = ModelId{0};
        for (PlanTask& task : problem.tasks) task.model = id_of<ModelId>(dice.below(3));
      }
    const double best = brute_force(problem);
    const Plan plan = branch_and_bound(problem, 1000000);
    CHECK(plan.proved);
    CHECK(makespan(plan) == doctest::Approx(best).epsilon(1e-9));
    CHECK(critical_path(problem) <= best);
    CHECK(least_load(problem) <= best);
    CHECK(divisible_load(problem) <= best * (1 + 1e-9));
    CHECK(least_load(problem) <= divisible_load(problem) * (1 + 1e-9));
    const Plan stopped = branch_and_bound(problem, 0);
    CHECK(makespan(stopped) >= makespan(plan));
    if (stopped.proved) CHECK(makespan(stopped) == doctest::Approx(best).epsilon(1e-9));
  }
}

TEST_CASE("300 random graphs of up to 100 tasks: no static rule plans anything shorter, whether it is stopped or not") {
  for (std::uint64_t seed = 0; seed < 240; ++seed) {
    INFO("seed " << seed);
    check_no_rule_is_better(random_instance(seed), seed % 2 == 0 ? 0 : 500);
  }
  Dice dice(15);
  for (int round = 0; round < 60; ++round) {
    INFO("round " << round);
    check_no_rule_is_better(large_instance(dice, 20 + 4 * (round % 21)), 100);
  }
}

TEST_CASE("what a server is promised to stays free, and gaps are used") {
  Problem problem = independent_tasks({{3, 20}, {2, 20}, {2, 20}});
  problem.slots[0_s].promised = {{2, 4}, {7, 9}};
  const Plan plan = branch_and_bound(problem, 10000);
  CHECK(plan.proved);
  CHECK(makespan(plan) == 11);  // 2 before, 3 between, 2 behind
  CHECK(where(plan) == std::vector<std::size_t>{0, 0, 0});
  CHECK(plan.tasks[0_t].start == 4);
}

TEST_CASE("one accelerator with gaps: as short as the best of all orders on all slots, unless slots have switches") {
  Dice dice(31);
  for (int round = 0; round < 600; ++round) {
    INFO("round " << round);
    const bool one_slot = round % 3 == 0, switches = round % 3 != 1;
    Problem problem;
    problem.add_accelerator({.switch_time = switches ? 1.0 * dice.below(3) : 0,
                             .last_model = id_of<ModelId>(dice.below(3)),
                             .slots = one_slot ? 1u : 2u});
    for (PlanSlot& slot : problem.slots)
      for (double at = 1 + dice.below(5); slot.promised.size() < 2; at = slot.promised.back().end + 1 + dice.below(5))
        slot.promised.push_back({at, at + 1 + dice.below(6), id_of<ModelId>(dice.below(3))});
    for (const PlanTaskId t : IdRange<PlanTaskId>(5)) {
      add_task(problem, {static_cast<double>(1 + dice.below(4))});
      problem.tasks[t].model = id_of<ModelId>(dice.below(3));
      for (const PlanTaskId from : IdRange<PlanTaskId>(index_of(t)))
        if (dice.chance(0.4)) add_change(problem, from, t, 0);
    }
    Timetable table(problem, Gaps::promised);
    const double best = brute_force_with_gaps(table);
    const Plan plan = branch_and_bound(problem, 1000000);
    const bool proves = one_slot || problem.accelerators[0_a].switch_time == 0;
    if (proves) CHECK(plan.proved);
    if (plan.proved) CHECK(makespan(plan) <= best);
    if (proves) CHECK(makespan(plan) == best);
  }
}

TEST_CASE("stopped, it says that nothing is proved") {
  const Plan plan = branch_and_bound(identical(3, {5, 5, 4, 4, 3, 3, 3}), 1);
  CHECK_FALSE(plan.proved);
  CHECK(makespan(plan) >= 9);
}

TEST_CASE("slots of one accelerator are places of their own") {
  Problem problem;
  problem.add_accelerator({.slots = 2});
  for (const double time : {3, 3, 2, 2, 2}) add_task(problem, {time});
  const Plan plan = branch_and_bound(problem, 10000);
  CHECK(plan.proved);
  CHECK(makespan(plan) == 6);
  CHECK(least_load(problem) == 6);
}

TEST_CASE("what no accelerator runs, and what needs it, is left out") {
  Problem problem = independent_tasks({{2}, {kNever}, {2}});
  problem.add_edge(1_t, 2_t, 0);
  const Plan plan = branch_and_bound(problem, 10000);
  CHECK(where(plan) == std::vector<std::size_t>{0, kNowhere, kNowhere});
  CHECK(makespan(plan) == 2);
  CHECK(critical_path(problem) == 2);
}

TEST_CASE("divisible load: the linear program by hand") {
  // Two machines with ratios 1/2 and 3: task 0 goes to machine 0, task 1 to machine 1 and in part to machine
  // 0: 2 + 6 x = 2 (1 - x), so x = 0 and C = 2.
  CHECK(divisible_load(independent_tasks({{2, 4}, {6, 2}})) == doctest::Approx(2));
  // Machine 1 twice as slow for all: shares 2/3 and 1/3 of 9.
  CHECK(divisible_load(independent_tasks({{4, 8}, {5, 10}})) == doctest::Approx(6));
  // Only one runs the first; the other one takes the second, 3 < 7.
  CHECK(divisible_load(independent_tasks({{7, kNever}, {1, 3}})) == doctest::Approx(7));
  // 7 + x = 9 (1 - x): x = 0.2
  CHECK(divisible_load(independent_tasks({{7, kNever}, {1, 9}})) == doctest::Approx(7.2));
  const std::vector<std::vector<Seconds>> rows = {{7, kNever}, {1, 9}};
  const double slots[] = {1, 1}, twice[] = {2, 2}, three[] = {3, 1};
  CHECK(divisible_load(rows, slots, twice) == doctest::Approx(14.4));
  CHECK(divisible_load(rows, three) == doctest::Approx(18 / 7.0));  // 7 + x = 27 (1 - x): x = 5/7
}

TEST_CASE("divisible load: cutting planes of the dual reach the value of the linear program itself") {
  Dice dice(5);
  for (int round = 0; round < 30; ++round) {
    INFO("round " << round);
    const std::size_t machines = 2 + dice.below(3), tasks = 1 + dice.below(8);
    std::vector<std::vector<double>> times(tasks, std::vector<double>(machines));
    for (auto& row : times)
      for (double& time : row) time = 1 + 9 * dice.uniform();
    // Maximise -C; variables x by task and machine, then C.
    const std::size_t columns = tasks * machines + 1;
    LinearProgram program;
    program.objective.assign(columns, 0);
    program.objective.back() = -1;
    for (std::size_t t = 0; t < tasks; ++t) {
      std::vector<double>& done = program.rows.emplace_back(columns, 0);
      for (std::size_t p = 0; p < machines; ++p) done[t * machines + p] = -1;
      program.bounds.push_back(-1);
    }
    for (std::size_t p = 0; p < machines; ++p) {
      std::vector<double>& load = program.rows.emplace_back(columns, 0);
      for (std::size_t t = 0; t < tasks; ++t) load[t * machines + p] = times[t][p];
      load.back() = -1;
      program.bounds.push_back(0);
    }
    const LinearSolution solution = solve(program);
    REQUIRE(solution.status == LinearSolution::Status::optimal);
    CHECK(divisible_load(independent_tasks(times)) == doctest::Approx(-solution.value).epsilon(1e-6));
  }
}
