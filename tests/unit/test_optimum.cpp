// Do solver, enumeration and branch and bound agree, and do they decide as HaX-CoNN does?
#include <doctest/doctest.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/json_document.hpp"
#include "optimum/solver.hpp"
#include "support/branch_and_bound.hpp"
#include "support/dice.hpp"
#include "support/mapping_cases.hpp"
#include "support/mapping_searches.hpp"

using namespace hetsched;
using namespace hetsched::mapping;
using namespace hetsched::testing;

namespace {

Plan solved(const MappingProblem& problem, const Goal& goal = {}) {
  Problems problems;
  const std::string formula = smt_formulation(problem, goal, problems);
  problems.throw_if_any();
  return smt_plan(problem, solve_smt(formula, smt_names(problem), "", 120).values);
}

double slowdown(std::size_t accelerator, double x) {
  if (accelerator == 0) return 100 / (x < 38.1 ? 100 - x * 4.9 / 127.5 : x < 96.2 ? 100 - x : 100 - (x - 41.9) * 1.11);
  return 100 / (x < 27.9 ? 100 - x : 100 - (x + 49) * 0.35);
}

using Choice = std::vector<std::uint32_t>;  ///< by group: 0 the GPU, 1 the DLA

/// The program of HaX-CoNN's artifact for one network. Two things in it are its own: from the start of a
/// group to the start of the next it takes the time, slowed down, that the group would take where the *next*
/// one runs; and the time in which a group keeps others off its accelerator is not slowed down. So a delay
/// here may be negative. `only`: choices that are made already; empty: none.
void add_network(MappingProblem& problem, const Json& network, const Choice& only) {
  const std::vector<std::vector<double>> times = {network["gpu_ms"], network["dla_ms"]};
  const std::vector<std::vector<double>> throughput = {network["mem_thr_gpu"], network["mem_thr_dla"]};
  const std::vector<double> change = network["trans_ms_from_gpu"];
  const std::uint32_t request = problem.add_request();
  for (std::size_t g = 0; g < times[0].size(); ++g) {
    std::vector<Price> prices;
    for (std::uint32_t a = 0; a < 2; ++a) prices.push_back({only.empty() || only[g] == a ? times[a][g] : kNever, 0, 0});
    const std::uint32_t task = problem.add_task(request, prices);
    if (g == 0) continue;
    std::vector<Seconds> delays;
    for (std::size_t from = 0; from < 2; ++from)
      for (std::size_t to = 0; to < 2; ++to)
        delays.push_back(times[to][g - 1] * slowdown(to, throughput[to][g - 1]) + (from != to ? change[g - 1] : 0) -
                         times[from][g - 1]);
    problem.add_edge(task - 1, task, delays);
  }
}

/// At most one change.
std::vector<Choice> choices(std::size_t groups) {
  std::vector<Choice> all;
  for (std::uint32_t first = 0; first < 2; ++first)
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
      MappingProblem problem(2);
      add_network(problem, data["googlenet"], one);
      add_network(problem, data["alexnet"], other);
      const Plan plan = branch_and_bound(problem, 1000000);
      REQUIRE(plan.proved);
      if (plan.timing.makespan >= best) continue;
      best = plan.timing.makespan;
      googlenet = one;
      alexnet = other;
    }
  CHECK(googlenet.front() == 0);
  CHECK(change_at(data["googlenet"], googlenet) == 52);
  CHECK(alexnet.front() == 1);
  CHECK(change_at(data["alexnet"], alexnet) == 2);
  CHECK(best == doctest::Approx(4.469125).epsilon(1e-6));
  if (!detail::has_z3_library()) return;
  MappingProblem problem(2);
  add_network(problem, data["googlenet"], {});
  add_network(problem, data["alexnet"], {});
  Goal goal;
  goal.max_transitions = 1;
  const Plan plan = solved(problem, goal);
  const auto middle = plan.where.begin() + static_cast<std::ptrdiff_t>(googlenet.size());
  CHECK(plan.timing.makespan == doctest::Approx(best).epsilon(1e-9));
  CHECK(Choice(plan.where.begin(), middle) == googlenet);
  CHECK(Choice(middle, plan.where.end()) == alexnet);
}

TEST_CASE("two chains, with and without contention: the solver's optimum is that of enumeration, 15.5 and 21.0") {
  if (!detail::has_z3_library()) return;
  for (const double contention : {1.0, 1.5}) {
    const MappingProblem problem = two_chains(contention);
    const Plan plan = solved(problem);
    CHECK(plan.timing.makespan == doctest::Approx(contention > 1 ? 21.0 : 15.5).epsilon(1e-9));
    CHECK(Estimator(problem).run(plan.where).makespan == doctest::Approx(plan.timing.makespan).epsilon(1e-9));
  }
}

TEST_CASE("random graphs: solver and branch and bound agree") {
  if (!detail::has_z3_library()) return;
  Dice dice(11);
  for (int round = 0; round < 10; ++round) {
    INFO("round " << round);
    MappingProblem problem(2);
    problem.servers[0].free_at = {static_cast<double>(dice.below(3))};
    problem.servers[1].overhead = 0.5;
    problem.add_request();
    for (std::uint32_t t = 0; t < 6; ++t) {
      const double one = static_cast<double>(1 + dice.below(9)), other = static_cast<double>(1 + dice.below(9));
      problem.add_task(0, std::vector<Price>{{one, 0, 0}, {dice.chance(0.2) ? kNever : other, 0, 0}});
      for (std::uint32_t from = 0; from < t; ++from)
        if (dice.chance(0.3)) problem.add_edge(from, t, static_cast<double>(dice.below(4)));
    }
    const Plan bounded = branch_and_bound(problem, 1000000);
    CHECK(bounded.proved);
    CHECK(solved(problem).timing.makespan == doctest::Approx(bounded.timing.makespan).epsilon(1e-9));
  }
}

TEST_CASE("a formula names what it cannot say, and answers that are none are refused") {
  MappingProblem problem = two_chains(1.5);
  problem.servers[0].free_at = {0, 0};
  Goal goal;
  goal.objective = Objective::energy;
  Problems problems;
  CHECK(smt_formulation(problem, goal, problems).empty());
  REQUIRE(problems.size() == 2);
  CHECK(problems.all()[0].what.find("one slot") != std::string::npos);
  CHECK(problems.all()[1].what.find("energy") != std::string::npos);
  CHECK_THROWS_AS(smt_plan(problem, {}), InputError);
  CHECK_THROWS_AS(solve_smt("(assert true)", "", "no_such_solver_here", 1), InputError);
}

TEST_CASE("an answer is read: numbers, fractions, negative ones") {
  MappingProblem problem(1);
  add_chain(problem, {{1}}, 0);
  const Plan plan = smt_plan(problem, {{"s0", "(- 0.5)"}, {"e0", "(/ 31.0 2.0)"}, {"x0_0", "true"}});
  CHECK(plan.where == Mapping{0});
  CHECK(plan.timing.start[0] == -0.5);
  CHECK(plan.timing.makespan == 15.5);
}
