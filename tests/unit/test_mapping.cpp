// Are mappings estimated as they would go, and do the searches find the best one?
#include <doctest/doctest.h>

#include "support/dice.hpp"
#include "support/mapping_cases.hpp"
#include "support/mapping_searches.hpp"

using namespace hetsched;
using namespace hetsched::mapping;
using namespace hetsched::testing;

namespace {

double makespan(const MappingProblem& problem, const Mapping& where) { return Estimator(problem).run(where).makespan; }

/// Two or three chains of up to four tasks on two accelerators with contention.
MappingProblem random_chains(Dice& dice) {
  MappingProblem problem(2);
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
  const MappingProblem alone = two_chains(1), contended = two_chains(1.5);
  CHECK(makespan(alone, {0, 0, 1, 1, 1, 0, 0}) == doctest::Approx(15.5).epsilon(1e-12));
  CHECK(makespan(contended, {0, 0, 1, 1, 1, 1, 0}) == doctest::Approx(21.0).epsilon(1e-12));
  CHECK(makespan(contended, {0, 0, 1, 1, 1, 0, 0}) == doctest::Approx(21.75).epsilon(1e-12));
  CHECK(makespan(contended, {0, 0, 0, 0, 0, 0, 0}) == doctest::Approx(34).epsilon(1e-12));
  CHECK(makespan(contended, {0, 0, 0, 0, 1, 1, 1}) == doctest::Approx(28).epsilon(1e-12));
  CHECK(makespan(contended, {1, 1, 1, 1, 0, 0, 0}) == doctest::Approx(25.5).epsilon(1e-12));
}

TEST_CASE("two chains: enumeration proves the best mapping, and the tree search comes to it when it may try all") {
  struct Expected {
    double contention, makespan;
    Mapping where;
  };
  for (const Expected& e : {Expected{1, 15.5, {0, 0, 1, 1, 1, 0, 0}}, Expected{1.5, 21.0, {0, 0, 1, 1, 1, 1, 0}}}) {
    INFO("contention " << e.contention);
    const MappingProblem problem = two_chains(e.contention);
    const Plan best = enumerate(problem, {}, 1000);
    CHECK(best.proved);
    CHECK(best.where == e.where);
    CHECK(best.timing.makespan == doctest::Approx(e.makespan).epsilon(1e-12));
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Plan tree = tree_search(problem, {}, {.max_estimates = 1000, .seed = seed});
      CHECK(tree.proved);
      CHECK(tree.timing.makespan == doctest::Approx(e.makespan).epsilon(1e-12));
      const Plan genetic = genetic_search(problem, {}, {.population = 50, .generations = 40, .seed = seed});
      CHECK(genetic.timing.makespan <= e.makespan * (1 + 1e-12));  // it may also find a better order
    }
  }
}

TEST_CASE("a memory that all want more of than there is: MAGMA's bandwidth allocator, events at 5.6 and 11.6") {
  // Core 0: a job of 10 at 0.6 of the bandwidth; core 1: 4 at 0.8, then 6 at 0.2. The rule of Kao and
  // Krishna, HPCA 2022, by hand.
  MappingProblem problem(2);
  problem.memory_bandwidths = {1};
  problem.sharing = Sharing::proportional;
  const std::vector<Price> rows[] = {{{10, 6, 0}, {}}, {{}, {4, 3.2, 0}}, {{}, {6, 1.2, 0}}};
  for (const auto& row : rows) problem.add_task(problem.add_request(), row);
  Estimator estimator(problem);
  const Timing& timing = estimator.run({0, 1, 1});
  CHECK(timing.end[1] == doctest::Approx(5.6).epsilon(1e-12));
  CHECK(timing.makespan == doctest::Approx(11.6).epsilon(1e-12));
}

TEST_CASE(
    "max-min shares of a memory: who wants less gets it, the rest is for the other; bytes flow beside "
    "computing") {
  MappingProblem problem(2);
  problem.memory_bandwidths = {10};
  problem.servers[0].port = 2;
  problem.add_task(problem.add_request(), std::vector<Price>{{1, 8, 0}, {}});
  problem.add_task(problem.add_request(), std::vector<Price>{{}, {1, 40, 0}});
  Estimator estimator(problem);
  const Timing& both = estimator.run({0, 1});
  CHECK(both.end[0] == doctest::Approx(4).epsilon(1e-12));    // 8 B at 2 B/s
  CHECK(both.end[1] == doctest::Approx(4.8).epsilon(1e-12));  // 32 B at 8 B/s, then 8 B at 10 B/s
  CHECK(estimator.run({kNone, 1}).end[1] == doctest::Approx(4).epsilon(1e-12));
}

TEST_CASE("overheads, switches of the model, slots, release times, inputs from elsewhere, priorities") {
  MappingProblem problem(1);
  Server& server = problem.servers[0];
  server.overhead = 0.25;
  server.switch_time = 1;
  server.last_model = 7;
  const std::vector<Price> price = {{2, 0, 0}};
  for (const std::uint32_t model : {7u, 7u, 8u}) problem.add_task(problem.add_request(), price, model);
  Estimator estimator(problem);
  CHECK(estimator.run({0, 0, 0}).makespan == 3 * 2.25 + 1);
  const double priorities[] = {2, 3, 1};
  CHECK(estimator.run({0, 0, 0}, priorities).makespan == 3 * 2.25 + 2);  // 8 first: two switches
  problem.tasks[0].release = 3;
  CHECK(estimator.run({0, 0, 0}).end[0] == 2.25 + 3.25 + 3.25);
  problem.tasks[0].inputs_there = {30};
  CHECK(estimator.run({0, 0, 0}).end[0] == 30 + 3.25);
  server.free_at = {5, 0};
  CHECK(estimator.run({0, 0, 0}).end[1] == 2.25);
  CHECK(estimator.run({kNone, 0, 0}).makespan == 2.25 + 3.25);
  CHECK(estimator.run({kNone, 0, 0}).end[0] == kNever);
}

TEST_CASE("limits: transitions, energy in time, an energy budget") {
  MappingProblem problem(2);
  const std::uint32_t request = problem.add_request(10);
  const std::vector<Price> price = {{1, 0, 8}, {4, 0, 1}};  // fast and hungry, slow and frugal
  for (std::uint32_t t = 0; t < 4; ++t) {
    problem.add_task(request, price);
    if (t > 0) problem.add_edge(t - 1, t, 0.25);
  }
  Goal goal;
  goal.objective = Objective::energy;
  const Plan frugal = enumerate(problem, goal, 1000);
  CHECK(frugal.proved);
  CHECK(frugal.where == Mapping{0, 0, 0, 1});  // 3 + 0.25 + 4; two slow ones would take 10.25
  problem.requests[0].deadline = 10.25;
  CHECK(enumerate(problem, goal, 1000).where == Mapping{0, 0, 1, 1});
  problem.requests[0].deadline = 3;
  CHECK(enumerate(problem, goal, 1000).where == Mapping{0, 0, 0, 0});  // as little late as can be
  goal.objective = Objective::latency;
  goal.energy_budget = 18;
  CHECK(enumerate(problem, goal, 1000).timing.makespan == doctest::Approx(10.25));
  MappingProblem zigzag(2);
  add_chain(zigzag, {{1, 9}, {9, 1}, {1, 9}, {9, 1}}, 0);
  CHECK(enumerate(zigzag, {}, 1000).timing.makespan == 4);
  Goal limited;
  limited.max_transitions = 1;
  CHECK(enumerate(zigzag, limited, 1000).timing.makespan == 12);
  CHECK(tree_search(zigzag, limited, {.max_estimates = 1000}).timing.makespan == 12);
}

TEST_CASE("throughput is the sum of finishes") {
  MappingProblem problem(1);
  add_chain(problem, {{3}}, 0);
  add_chain(problem, {{1}}, 0);
  Goal goal;
  goal.objective = Objective::throughput;
  Search search(problem, goal);
  CHECK(search.attempt({0, 0}).cost == 3 + 4);
  const double priorities[] = {1, 0};
  CHECK(search.attempt({0, 0}, priorities).cost == 1 + 4);
  CHECK(search.best().timing.finish == std::vector<Seconds>{4, 1});
}

TEST_CASE("random problems: the best of all mappings, tried one by one, is what searches find") {
  Dice dice(1);
  std::uint64_t improved = 0;
  for (int round = 0; round < 60; ++round) {
    INFO("round " << round);
    const MappingProblem problem = random_chains(dice);
    Goal goal;
    goal.objective = round % 2 == 0 ? Objective::latency : Objective::throughput;
    Search all(problem, goal), simple(problem, goal);
    for (std::uint32_t code = 0; code < 1u << problem.size(); ++code) {
      Mapping where;
      for (std::uint32_t t = 0; t < problem.size(); ++t) where.push_back(code >> t & 1);
      all.attempt(where);
    }
    const double best = all.best_measure().cost;
    simple.attempt_simple();
    improved += best < simple.best_measure().cost * (1 - 1e-9) ? 1 : 0;
    const auto cost_of = [&](const Plan& plan) { return Search(problem, goal).attempt(plan.where).cost; };
    const Plan found = enumerate(problem, goal, 1u << problem.size());
    CHECK(found.proved);
    CHECK(cost_of(found) == doctest::Approx(best).epsilon(1e-9));
    const Plan tree = tree_search(problem, goal, {.max_estimates = 1u << (problem.size() + 1), .seed = 3});
    CHECK(tree.proved);
    CHECK(cost_of(tree) == doctest::Approx(best).epsilon(1e-9));
    CHECK(cost_of(tree_search(problem, goal, {.max_estimates = 20})) <= simple.best_measure().cost);
    const Plan genetic = genetic_search(problem, goal, {});
    Seconds finishes = 0;
    for (const Seconds finish : genetic.timing.finish) finishes += finish;
    const Seconds cost = goal.objective == Objective::latency ? genetic.timing.makespan : finishes;
    CHECK(cost <= simple.best_measure().cost);
  }
  CHECK(improved > 20);  // else the searches would have had nothing to do
}

TEST_CASE("a search that may not try anything returns the best simple mapping, and does not call it proved") {
  const MappingProblem problem = two_chains(1.5);
  Search simple(problem, {});
  simple.attempt_simple();
  const double best = simple.best().timing.makespan;
  const Plan stopped = enumerate(problem, {}, 0);
  CHECK_FALSE(stopped.proved);
  CHECK(stopped.timing.makespan == best);
  const Plan tree = tree_search(problem, {}, {.max_estimates = 0});
  CHECK_FALSE(tree.proved);
  CHECK(tree.timing.makespan == best);
  CHECK(genetic_search(problem, {}, {.population = 2, .generations = 0}).timing.makespan <= best);
}
