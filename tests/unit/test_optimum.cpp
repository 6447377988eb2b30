// Do solver, enumeration and branch and bound agree, and do they decide as HaX-CoNN does?
#include <doctest/doctest.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/json_document.hpp"
#include "optimum/solver.hpp"
#include "planning/dice.hpp"
#include "planning/search/branch_and_bound.hpp"
#include "planning/search/searches.hpp"
#include "support/planning_cases.hpp"

using namespace hetsched;
using namespace hetsched::planning;
using namespace hetsched::testing;

namespace {

Plan solved(const planning::Problem& problem, const Goal& goal = {}) {
  const SmtFormula formula = smt_formula(problem, goal);
  REQUIRE(formula.problems.empty());
  return std::get<Plan>(smt_plan(problem, solve_smt(formula, "", 120).values));
}

double slowdown(std::size_t accelerator, double x) {
  if (accelerator == 0) return 100 / (x < 38.1 ? 100 - x * 4.9 / 127.5 : x < 96.2 ? 100 - x : 100 - (x - 41.9) * 1.11);
  return 100 / (x < 27.9 ? 100 - x : 100 - (x + 49) * 0.35);
}

using Choice = std::vector<std::size_t>;  ///< by group: 0 the GPU, 1 the DLA

/// The program of HaX-CoNN's artifact for one network. Two things in it are its own: from the start of a
/// group to the start of the next it takes the time, slowed down, that the group would take where the *next*
/// one runs; and the time in which a group keeps others off its accelerator is not slowed down. So a delay
/// here may be negative. `only`: choices that are made already; empty: none.
void add_network(planning::Problem& problem, const Json& network, const Choice& only) {
  const std::vector<std::vector<double>> times = {network["gpu_ms"], network["dla_ms"]};
  const std::vector<std::vector<double>> throughput = {network["mem_thr_gpu"], network["mem_thr_dla"]};
  const std::vector<double> change = network["trans_ms_from_gpu"];
  problem.add_request();
  for (std::size_t g = 0; g < times[0].size(); ++g) {
    std::vector<double> allowed;
    for (std::size_t a = 0; a < 2; ++a) allowed.push_back(only.empty() || only[g] == a ? times[a][g] : kNever);
    const PlanTaskId task = add_task(problem, allowed);
    if (g == 0) continue;
    std::vector<Seconds> delays;
    for (std::size_t from = 0; from < 2; ++from)
      for (std::size_t to = 0; to < 2; ++to)
        delays.push_back(times[to][g - 1] * slowdown(to, throughput[to][g - 1]) + (from != to ? change[g - 1] : 0) -
                         times[from][g - 1]);
    problem.add_edge(id_of<PlanTaskId>(index_of(task) - 1), task, delays);
  }
}

/// At most one change.
std::vector<Choice> choices(std::size_t groups) {
  std::vector<Choice> all;
  for (std::size_t first = 0; first < 2; ++first)
    for (std::size_t at = 1; at <= groups; ++at) {
      all.emplace_back(groups, 1 - first);
      std::fill_n(all.back().begin(), at, first);
    }
  return all;
}

/// The first layer on the other accelerator.
int change_at(const Json& network, const Choice& where) {
  for (std::size_t g = 1; g < where.size(); ++g)
    if (where[g] != where[g - 1]) return network["first_layer_of_group"][g];
  return -1;
}

}  // namespace

TEST_CASE("HaX-CoNN's GoogleNet and AlexNet: every pair of changes tried, the decision is the published one") {
  Problems problems;
  const Json data = Json::parse(read_file("tests/data/haxconn/googlenet_alexnet.json", problems).value());
  double best = kNever;
  Choice googlenet, alexnet;
  for (const Choice& one : choices(data["googlenet"]["gpu_ms"].size()))
    for (const Choice& other : choices(data["alexnet"]["gpu_ms"].size())) {
      planning::Problem problem(2);
      add_network(problem, data["googlenet"], one);
      add_network(problem, data["alexnet"], other);
      const Plan plan = branch_and_bound(problem, 1000000);
      REQUIRE(plan.proved);
      if (makespan(plan) >= best) continue;
      best = makespan(plan);
      googlenet = one;
      alexnet = other;
    }
  CHECK(googlenet.front() == 0);
  CHECK(change_at(data["googlenet"], googlenet) == 52);
  CHECK(alexnet.front() == 1);
  CHECK(change_at(data["alexnet"], alexnet) == 2);
  CHECK(best == doctest::Approx(4.469125).epsilon(1e-6));
  if (!detail::has_z3_library()) return;
  planning::Problem problem(2);
  add_network(problem, data["googlenet"], {});
  add_network(problem, data["alexnet"], {});
  Goal goal;
  goal.max_transitions = 1;
  const Plan plan = solved(problem, goal);
  CHECK(makespan(plan) == doctest::Approx(best).epsilon(1e-9));
  Choice both = googlenet;
  both.insert(both.end(), alexnet.begin(), alexnet.end());
  CHECK(where(plan) == both);
}

TEST_CASE("two chains, with and without contention: the solver's optimum is that of enumeration, 15.5 and 21.0") {
  if (!detail::has_z3_library()) return;
  for (const double contention : {1.0, 1.5}) {
    const planning::Problem problem = two_chains(contention);
    const Plan plan = solved(problem);
    CHECK(makespan(plan) == doctest::Approx(contention > 1 ? 21.0 : 15.5).epsilon(1e-9));
    Mapping mapping;
    for (const Placement& placement : plan.tasks) mapping.push_back(placement.accelerator);
    CHECK(Estimator(problem).run(mapping).makespan == doctest::Approx(makespan(plan)).epsilon(1e-9));
  }
}

TEST_CASE("random graphs: solver and branch and bound agree") {
  if (!detail::has_z3_library()) return;
  Dice dice(11);
  for (int round = 0; round < 10; ++round) {
    INFO("round " << round);
    planning::Problem problem(2);
    problem.slots[0_s].promised = {{0, static_cast<double>(dice.below(3))}};
    problem.accelerators[1_a].overhead = 0.5;
    for (const PlanTaskId t : IdRange<PlanTaskId>(6)) {
      const double one = static_cast<double>(1 + dice.below(9)), other = static_cast<double>(1 + dice.below(9));
      add_task(problem, {one, dice.chance(0.2) ? kNever : other});
      for (const PlanTaskId from : IdRange<PlanTaskId>(index_of(t)))
        if (dice.chance(0.3)) add_change(problem, from, t, static_cast<double>(dice.below(4)));
    }
    const Plan bounded = branch_and_bound(problem, 1000000);
    CHECK(bounded.proved);
    CHECK(makespan(solved(problem)) == doctest::Approx(makespan(bounded)).epsilon(1e-9));
  }
}

TEST_CASE("where no way leads, the solver sends nothing: both tasks stay where the first one is slow") {
  if (!detail::has_z3_library()) return;
  planning::Problem problem(2);
  problem.add_request();
  const PlanTaskId first = add_task(problem, {1, 5}), second = add_task(problem, {9, 2});
  problem.add_edge(first, second, std::vector<Seconds>{0, kNever, kNever, 0});
  CHECK(makespan(solved(problem)) == doctest::Approx(7).epsilon(1e-9));
  CHECK(makespan(branch_and_bound(problem, 1000)) == 7);
}

TEST_CASE("a formula names what it cannot say, and answers that are none are refused") {
  planning::Problem problem = two_chains(1.5);
  problem.accelerators[0_a].slots = 2;
  problem.accelerators[1_a].switch_time = 1;
  problem.accelerators[1_a].last_model = ModelId{3};
  Goal goal;
  goal.objective = Objective::energy;
  const SmtFormula formula = smt_formula(problem, goal);
  CHECK(formula.text.empty());
  REQUIRE(formula.problems.size() == 3);
  CHECK(formula.problems[0].find("one slot") != std::string::npos);
  CHECK(formula.problems[1].find("switch") != std::string::npos);
  CHECK(formula.problems[2].find("energy") != std::string::npos);
  CHECK(std::get<std::string>(smt_plan(problem, {})).find("task 0") != std::string::npos);
  CHECK_THROWS_AS(solve_smt({"(assert true)", "", {}}, "no_such_solver_here", 1), InputError);
}

TEST_CASE("an answer is read: numbers, fractions, negative ones") {
  planning::Problem problem(1);
  add_chain(problem, {{1}}, 0);
  const auto read = smt_plan(problem, {{"s0", "(- 0.5)"}, {"e0", "(/ 31.0 2.0)"}, {"x0_0", "true"}});
  const Plan& plan = std::get<Plan>(read);
  CHECK(where(plan) == std::vector<std::size_t>{0});
  CHECK(plan.tasks[0_t].start == -0.5);
  CHECK(makespan(plan) == 15.5);
}
