// Does the simplex method find known optima, and say when there is none?
#include <doctest/doctest.h>

#include <cmath>

#include "base/random.hpp"
#include "online/max_min_shares.hpp"
#include "planning/linear_program.hpp"

using namespace hetsched;
using namespace hetsched::planning;
using Status = LinearSolution::Status;

TEST_CASE("textbook programs") {
  // Hillier and Lieberman's Wyndor Glass: 36 at (2, 6).
  const LinearSolution wyndor = solve({{3, 5}, {{1, 0}, {0, 2}, {3, 2}}, {4, 12, 18}});
  CHECK(wyndor.status == Status::optimal);
  CHECK(wyndor.value == doctest::Approx(36));
  CHECK(wyndor.x[0] == doctest::Approx(2));
  CHECK(wyndor.x[1] == doctest::Approx(6));
  // Needs phase one: minimise x + y with x + 2y >= 4, 3x + y >= 6: 2.8 at (1.6, 1.2).
  const LinearSolution diet = solve({{-1, -1}, {{-1, -2}, {-3, -1}}, {-4, -6}});
  CHECK(diet.value == doctest::Approx(-2.8));
  CHECK(diet.x[0] == doctest::Approx(1.6));
  CHECK(diet.x[1] == doctest::Approx(1.2));
  // An equation, as two inequalities: x + y = 1.
  CHECK(solve({{2, 1}, {{1, 1}, {-1, -1}}, {1, -1}}).value == doctest::Approx(2));
}

TEST_CASE("Beale's example, on which the largest-coefficient rule cycles: 1/20") {
  const LinearSolution s =
      solve({{0.75, -150, 0.02, -6}, {{0.25, -60, -0.04, 9}, {0.5, -90, -0.02, 3}, {0, 0, 1, 0}}, {0, 0, 1}});
  CHECK(s.status == Status::optimal);
  CHECK(s.value == doctest::Approx(0.05));
}

TEST_CASE("programs without an optimum") {
  CHECK(solve({{1}, {{1}, {-1}}, {1, -2}}).status == Status::infeasible);
  CHECK(solve({{1, 0}, {{-1, 1}}, {1}}).status == Status::unbounded);
}

TEST_CASE("random programs: the solution is feasible, and the dual has the same value") {
  const RandomStream random(7, "test", "linear program");
  std::uint64_t next = 0;
  for (int round = 0; round < 200; ++round) {
    const std::size_t n = 1 + round % 6, m = 1 + round % 7;
    LinearProgram primal, dual;
    primal.rows.assign(m, std::vector<double>(n));
    dual.rows.assign(n, std::vector<double>(m));
    for (std::size_t i = 0; i < m; ++i) {
      primal.bounds.push_back(random.uniform(next++) + 0.1);
      dual.objective.push_back(-primal.bounds[i]);
      for (std::size_t j = 0; j < n; ++j) {
        primal.rows[i][j] = random.uniform(next++);
        dual.rows[j][i] = -primal.rows[i][j];
      }
    }
    for (std::size_t j = 0; j < n; ++j) {
      primal.objective.push_back(random.uniform(next++));
      dual.bounds.push_back(-primal.objective[j]);
    }
    const LinearSolution s = solve(primal), t = solve(dual);
    REQUIRE(s.status == Status::optimal);
    REQUIRE(t.status == Status::optimal);
    CHECK(s.value == doctest::Approx(-t.value));
    for (std::size_t i = 0; i < m; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < n; ++j) sum += primal.rows[i][j] * s.x[j];
      CHECK(sum <= primal.bounds[i] + 1e-9);
    }
    for (const double x : s.x) CHECK(x >= -1e-12);
  }
}

TEST_CASE("Gavel's max-min program on three jobs and three types of worker: 1.05508") {
  const MaxMinShares shares = max_min_shares({{4, 2, 1}, {3, 2.5, 1}, {2, 1.5, 1.2}}, {1, 1, 1}, {1, 1, 1});
  CHECK(shares.least == doctest::Approx(1.05508).epsilon(1e-5));
  const double expected[3][3] = {{0.4873, 0, 0.5127}, {0, 0.8573, 0.1427}, {0.5127, 0.1427, 0.3446}};
  for (std::size_t m = 0; m < 3; ++m)
    for (std::size_t k = 0; k < 3; ++k) CHECK(std::abs(shares.share[m][k] - expected[m][k]) < 1e-4);
}

TEST_CASE("max-min shares: weights, unsupported types, more workers than jobs") {
  // One type, one worker: parts in proportion to the weights.
  const MaxMinShares weighted = max_min_shares({{1}, {1}}, {1}, {1, 3});
  CHECK(weighted.share[0][0] == doctest::Approx(0.25));
  CHECK(weighted.share[1][0] == doctest::Approx(0.75));
  const MaxMinShares lonely = max_min_shares({{1, 0}, {0, 0}}, {1, 1}, {1, 1});
  CHECK(lonely.share[0][0] == doctest::Approx(1));
  CHECK(lonely.share[1] == std::vector<double>{0, 0});
  const MaxMinShares rich = max_min_shares({{2, 1}}, {3, 3}, {1});
  CHECK(rich.share[0][0] == doctest::Approx(1));
}
