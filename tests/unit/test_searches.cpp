// Are mappings estimated as they would go, and do the searches find the best one?
#include <doctest/doctest.h>

#include <numeric>

#include "planning/dice.hpp"
#include "planning/search/searches.hpp"
#include "support/planning_cases.hpp"

using namespace hetsched;
using namespace hetsched::planning;
using namespace hetsched::testing;

namespace {

Mapping mapping(const std::vector<std::size_t>& accelerators) {
  Mapping where;
  for (const std::size_t a : accelerators) where.push_back(id_of<AcceleratorId>(a));
  return where;
}

double makespan_of(const Problem& problem, const std::vector<std::size_t>& accelerators) {
  return Estimator(problem).run(mapping(accelerators)).makespan;
}

/// Two or three chains of up to four tasks on two accelerators with contention.
Problem random_chains(Dice& dice) {
  Problem problem(2);
  problem.contention = 1 + dice.uniform();
  for (std::size_t chain = 0; chain < 2 + dice.below(2); ++chain) {
    std::vector<std::vector<double>> times(2 + dice.below(3));
    for (std::vector<double>& row : times) row = {1 + 9 * dice.uniform(), 1 + 9 * dice.uniform()};
    add_chain(problem, times, dice.uniform());
  }
  return problem;
}

}  // namespace

TEST_CASE("two chains on two accelerators: makespans of given mappings, with and without contention") {
  const Problem alone = two_chains(1), contended = two_chains(1.5);
  CHECK(makespan_of(alone, {0, 0, 1, 1, 1, 0, 0}) == doctest::Approx(15.5).epsilon(1e-12));
  CHECK(makespan_of(contended, {0, 0, 1, 1, 1, 1, 0}) == doctest::Approx(21.0).epsilon(1e-12));
  CHECK(makespan_of(contended, {0, 0, 1, 1, 1, 0, 0}) == doctest::Approx(21.75).epsilon(1e-12));
  CHECK(makespan_of(contended, {0, 0, 0, 0, 0, 0, 0}) == doctest::Approx(34).epsilon(1e-12));
  CHECK(makespan_of(contended, {0, 0, 0, 0, 1, 1, 1}) == doctest::Approx(28).epsilon(1e-12));
  CHECK(makespan_of(contended, {1, 1, 1, 1, 0, 0, 0}) == doctest::Approx(25.5).epsilon(1e-12));
}

TEST_CASE("two chains: enumeration proves the best mapping, and the tree search comes to it when it may try all") {
  struct Expected {
    double contention, makespan;
    std::vector<std::size_t> where;
  };
  for (const Expected& e : {Expected{1, 15.5, {0, 0, 1, 1, 1, 0, 0}}, Expected{1.5, 21.0, {0, 0, 1, 1, 1, 1, 0}}}) {
    INFO("contention " << e.contention);
    const Problem problem = two_chains(e.contention);
    const Plan best = enumerate(problem, {}, 1000);
    CHECK(best.proved);
    CHECK(where(best) == e.where);
    CHECK(makespan(best) == doctest::Approx(e.makespan).epsilon(1e-12));
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Plan tree = tree_search(problem, {}, {.max_estimates = 1000, .seed = seed});
      CHECK(tree.proved);
      CHECK(makespan(tree) == doctest::Approx(e.makespan).epsilon(1e-12));
      const Plan genetic = genetic_search(problem, {}, {.population = 50, .generations = 40, .seed = seed});
      CHECK(makespan(genetic) <= e.makespan * (1 + 1e-12));  // it may also find a better order
    }
  }
}

TEST_CASE("a memory that all want more of than there is: MAGMA's bandwidth allocator, events at 5.6 and 11.6") {
  // Core 0: a job of 10 at 0.6 of the bandwidth; core 1: 4 at 0.8, then 6 at 0.2. The rule of Kao and
  // Krishna, HPCA 2022, by hand.
  Problem problem(2);
  problem.memory_bandwidths = {1};
  problem.sharing = Sharing::proportional;
  const std::vector<TaskCost> rows[] = {{{10, 6, 0}, {}}, {{}, {4, 3.2, 0}}, {{}, {6, 1.2, 0}}};
  for (const auto& row : rows) problem.add_task(problem.add_request(), row);
  Estimator estimator(problem);
  const Timing& timing = estimator.run(mapping({0, 1, 1}));
  CHECK(timing.end[1_t] == doctest::Approx(5.6).epsilon(1e-12));
  CHECK(timing.makespan == doctest::Approx(11.6).epsilon(1e-12));
}

TEST_CASE("a memory with a model of its own: both half as fast while both run, whatever the sharing of others") {
  Problem problem(2);
  problem.memory_bandwidths = {100};
  const HalvedBeside model;
  problem.co_run = &model;
  problem.add_task(problem.add_request(), std::vector<TaskCost>{{2, 8, 0, 4}, {}});
  problem.add_task(problem.add_request(), std::vector<TaskCost>{{}, {3, 8, 0, 4}});
  for (const Sharing sharing : {Sharing::max_min, Sharing::proportional}) {
    problem.sharing = sharing;
    Estimator estimator(problem);
    const Timing& timing = estimator.run(mapping({0, 1}));
    CHECK(timing.end[0_t] == doctest::Approx(4).epsilon(1e-12));
    CHECK(timing.end[1_t] == doctest::Approx(5).epsilon(1e-12));  // 2 of 3 done at 4, the last alone
  }
}

TEST_CASE(
    "max-min shares of a memory: who wants less gets it, the rest is for the other; bytes flow beside "
    "computing") {
  Problem problem(2);
  problem.memory_bandwidths = {10};
  problem.sharing = Sharing::max_min;
  problem.accelerators[0_a].port = 2;
  problem.add_task(problem.add_request(), std::vector<TaskCost>{{1, 8, 0}, {}});
  problem.add_task(problem.add_request(), std::vector<TaskCost>{{}, {1, 40, 0}});
  Estimator estimator(problem);
  const Timing& both = estimator.run(mapping({0, 1}));
  CHECK(both.end[0_t] == doctest::Approx(4).epsilon(1e-12));    // 8 B at 2 B/s
  CHECK(both.end[1_t] == doctest::Approx(4.8).epsilon(1e-12));  // 32 B at 8 B/s, then 8 B at 10 B/s
  CHECK(estimator.run(mapping({kNowhere, 1})).end[1_t] == doctest::Approx(4).epsilon(1e-12));
  // Whoever is named first.
  std::swap(problem.accelerators[0_a].port, problem.accelerators[1_a].port);
  const Timing& swapped = estimator.run(mapping({0, 1}));
  CHECK(swapped.end[0_t] == doctest::Approx(1).epsilon(1e-12));   // 8 B at 8 B/s
  CHECK(swapped.end[1_t] == doctest::Approx(20).epsilon(1e-12));  // 40 B at 2 B/s
}

TEST_CASE("overheads, switches of the model, slots, release times, inputs from elsewhere, priorities") {
  Problem problem;
  const PlanAccelerator accelerator{.overhead = 0.25, .switch_time = 1, .last_model = ModelId{7}, .slots = 2};
  problem.add_accelerator(accelerator);
  problem.slots[1_s].promised = {{0, kNever}};
  for (const unsigned model : {7u, 7u, 8u}) {
    problem.add_request();
    add_task(problem, {2}, {}, ModelId{model});
  }
  Estimator estimator(problem);
  const auto run = [&](std::size_t first) { return estimator.run(mapping({first, 0, 0})); };
  CHECK(run(0).makespan == 3 * 2.25 + 1);
  CHECK(estimator.run(mapping({0, 0, 0}), {2, 3, 1}).makespan == 3 * 2.25 + 2);  // 8 first: two switches
  problem.switches = false;
  CHECK(run(0).makespan == 3 * 2.25);
  problem.switches = true;
  problem.tasks[0_t].release = 3;
  CHECK(run(0).end[0_t] == 2.25 + 3.25 + 3.25);
  problem.tasks[0_t].inputs_at = {30};
  CHECK(run(0).end[0_t] == 30 + 3.25);
  problem.slots[0_s].promised = {{0, 5}};
  problem.slots[1_s].promised.clear();
  CHECK(run(0).end[1_t] == 2.25);
  CHECK(run(kNowhere).makespan == 2.25 + 3.25);
  CHECK(run(kNowhere).end[0_t] == kNever);
}

TEST_CASE("limits: transitions, energy in time, an energy budget") {
  Problem problem(2);
  problem.add_request(10);
  for (const PlanTaskId t : IdRange<PlanTaskId>(4)) {
    add_task(problem, {1, 4}, {8, 1});  // fast and hungry, slow and frugal
    if (t > 0_t) add_change(problem, id_of<PlanTaskId>(index_of(t) - 1), t, 0.25);
  }
  Goal goal;
  goal.objective = Objective::energy;
  const Plan frugal = enumerate(problem, goal, 1000);
  CHECK(frugal.proved);
  CHECK(where(frugal) == std::vector<std::size_t>{0, 0, 0, 1});  // 3 + 0.25 + 4; two slow ones would take 10.25
  problem.requests[0_r].deadline = 10.25;
  CHECK(where(enumerate(problem, goal, 1000)) == std::vector<std::size_t>{0, 0, 1, 1});
  problem.requests[0_r].deadline = 3;
  CHECK(where(enumerate(problem, goal, 1000)) == std::vector<std::size_t>{0, 0, 0, 0});  // as little late as can be
  goal.objective = Objective::latency;
  goal.energy_budget = 18;
  CHECK(makespan(enumerate(problem, goal, 1000)) == doctest::Approx(10.25));
  Problem zigzag(2);
  add_chain(zigzag, {{1, 9}, {9, 1}, {1, 9}, {9, 1}}, 0);
  CHECK(makespan(enumerate(zigzag, {}, 1000)) == 4);
  Goal limited;
  limited.max_transitions = 1;
  CHECK(makespan(enumerate(zigzag, limited, 1000)) == 12);
  CHECK(makespan(tree_search(zigzag, limited, {.max_estimates = 1000})) == 12);
}

TEST_CASE("throughput is the sum of finishes") {
  Problem problem(1);
  add_chain(problem, {{3}}, 0);
  add_chain(problem, {{1}}, 0);
  Goal goal;
  goal.objective = Objective::throughput;
  Search search(problem, goal);
  CHECK(search.attempt(mapping({0, 0})).cost == 3 + 4);
  CHECK(search.attempt(mapping({0, 0}), {1, 0}).cost == 1 + 4);
  CHECK(finishes(problem, search.best_plan(false)).all() == std::vector<Seconds>{4, 1});
}

TEST_CASE("random problems: the best of all mappings, tried one by one, is what searches find") {
  Dice dice(1);
  std::uint64_t improved = 0;
  for (int round = 0; round < 60; ++round) {
    INFO("round " << round);
    const Problem problem = random_chains(dice);
    Goal goal;
    goal.objective = round % 2 == 0 ? Objective::latency : Objective::throughput;
    Search all(problem, goal), simple(problem, goal);
    for (std::uint32_t code = 0; code < 1u << problem.size(); ++code) {
      std::vector<std::size_t> accelerators;
      for (std::size_t t = 0; t < problem.size(); ++t) accelerators.push_back(code >> t & 1);
      all.attempt(mapping(accelerators));
    }
    const double best = all.best_measure().cost;
    simple.attempt_simple();
    improved += best < simple.best_measure().cost * (1 - 1e-9) ? 1 : 0;
    const auto cost_of = [&](const Plan& plan) { return Search(problem, goal).attempt(mapping(where(plan))).cost; };
    const Plan found = enumerate(problem, goal, 1u << problem.size());
    CHECK(found.proved);
    CHECK(cost_of(found) == doctest::Approx(best).epsilon(1e-9));
    const Plan tree = tree_search(problem, goal, {.max_estimates = 1u << (problem.size() + 1), .seed = 3});
    CHECK(tree.proved);
    CHECK(cost_of(tree) == doctest::Approx(best).epsilon(1e-9));
    CHECK(cost_of(tree_search(problem, goal, {.max_estimates = 20})) <= simple.best_measure().cost);
    const Plan genetic = genetic_search(problem, goal, {});
    const auto finish = finishes(problem, genetic);
    const Seconds sum = std::accumulate(finish.begin(), finish.end(), 0.0);
    const Seconds cost = goal.objective == Objective::latency ? makespan(genetic) : sum;
    CHECK(cost <= simple.best_measure().cost);
  }
  CHECK(improved > 20);  // else the searches would have had nothing to do
}

TEST_CASE("a search that may not try anything returns the best simple mapping, and does not call it proved") {
  const Problem problem = two_chains(1.5);
  Search simple(problem, {});
  simple.attempt_simple();
  const double best = makespan(simple.best_plan(false));
  const Plan stopped = enumerate(problem, {}, 0);
  CHECK_FALSE(stopped.proved);
  CHECK(makespan(stopped) == best);
  const Plan tree = tree_search(problem, {}, {.max_estimates = 0});
  CHECK_FALSE(tree.proved);
  CHECK(makespan(tree) == best);
  CHECK(makespan(genetic_search(problem, {}, {.population = 2, .generations = 0})) <= best);
}
