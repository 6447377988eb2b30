// Are random sets what their methods say: sums, bounds, distributions, repeatable?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/task_sets.hpp"
#include "base/errors.hpp"

using namespace hetsched;
using namespace hetsched::analysis;
using doctest::Approx;

namespace {

std::vector<double> drawn(Method method, std::size_t n, double sum, std::uint64_t number) {
  const RandomStream random(7, "test", "utilisations");
  Draws draws(random, number);
  const auto parts = draw_utilisations(method, n, sum, draws);
  REQUIRE(parts);
  return *parts;
}

}  // namespace

TEST_CASE("utilisations sum up, and none is above 1 but with plain UUniFast") {
  for (const auto& [method, n, sum] :
       {std::tuple(Method::uunifast, 5, 0.9), std::tuple(Method::uunifast_discard, 8, 2.0),
        std::tuple(Method::randfixedsum, 8, 0.5), std::tuple(Method::randfixedsum, 8, 6.5),
        std::tuple(Method::randfixedsum, 4, 4.0), std::tuple(Method::randfixedsum, 1, 0.3)})
    for (std::uint64_t number = 0; number < 500; ++number) {
      const auto parts = drawn(method, static_cast<std::size_t>(n), sum, number);
      CHECK(parts.size() == static_cast<std::size_t>(n));
      CHECK(std::accumulate(parts.begin(), parts.end(), 0.0) == Approx(sum).epsilon(1e-9));
      for (const double part : parts) {
        CHECK(part >= 0);
        CHECK(part <= 1);
      }
    }
}

TEST_CASE("up to 1 both methods are uniform over the simplex: P(u > x) = (1 - x / U)^(n - 1) for each part") {
  constexpr int kSets = 20000;
  for (const Method method : {Method::uunifast, Method::randfixedsum})
    for (const std::size_t part : {0, 3}) {
      int above = 0;
      double squares = 0;
      for (int number = 0; number < kSets; ++number) {
        const double u = drawn(method, 4, 0.8, static_cast<std::uint64_t>(number))[part];
        above += u > 0.3;
        squares += u * u;
      }
      CHECK(above / double{kSets} == Approx(std::pow(1 - 0.3 / 0.8, 3)).epsilon(0.03));
      CHECK(squares / kSets == Approx(0.8 * 0.8 * 2 / (4 * 5)).epsilon(0.03));
    }
}

TEST_CASE("above 1 RandFixedSum and UUniFast-discard have one distribution") {
  constexpr int kSets = 20000;
  double mean[2] = {0, 0};
  for (int number = 0; number < kSets; ++number) {
    int m = 0;
    for (const Method method : {Method::uunifast_discard, Method::randfixedsum}) {
      const double u = drawn(method, 4, 1.6, static_cast<std::uint64_t>(number))[2];
      mean[m++] += u * u / kSets;
    }
  }
  CHECK(mean[0] == Approx(mean[1]).epsilon(0.03));
}

TEST_CASE("periods are log-uniform, layers make up the request, inputs come before, priorities are rate-monotonic") {
  TaskSetSpec spec;
  spec.n = 6;
  spec.shape = Shape::layered;
  spec.least_deadline = 0.2;
  spec.jitter = 0.1;
  int below = 0, count = 0;
  for (std::uint64_t number = 0; number < 500; ++number) {
    const auto streams = draw_task_set(spec, number);
    double utilisation = 0;
    for (const DrawnStream& stream : streams) {
      const double time = std::accumulate(stream.layers.begin(), stream.layers.end(), 0.0);
      utilisation += time / stream.period;
      below += stream.period < 0.1;  // the geometric middle
      ++count;
      CHECK(stream.period >= 0.01);
      CHECK(stream.period <= 1);
      CHECK(stream.deadline >= time);
      CHECK(stream.deadline <= stream.period);
      CHECK(stream.jitter == Approx(stream.period / 10));
      CHECK(stream.layers.size() <= 10);
      CHECK(stream.inputs.front().empty());
      for (std::size_t l = 0; l < stream.inputs.size(); ++l)
        for (const std::size_t input : stream.inputs[l]) CHECK(input < l);
      for (const DrawnStream& other : streams)
        if (other.period < stream.period) CHECK(other.priority > stream.priority);
    }
    CHECK(utilisation == Approx(spec.utilisation));
  }
  CHECK(below / static_cast<double>(count) == Approx(0.5).epsilon(0.05));
}

TEST_CASE("a set depends on seed and number alone; a sum that cannot be is refused") {
  TaskSetSpec spec;
  const auto first = draw_task_set(spec, 3), again = draw_task_set(spec, 3);
  CHECK(first[2].layers == again[2].layers);
  CHECK(first[2].period != draw_task_set(spec, 4)[2].period);
  spec.shape = Shape::layered;
  CHECK(first[2].period == draw_task_set(spec, 3)[2].period);
  spec.seed = 2;
  CHECK(first[2].period != draw_task_set(spec, 3)[2].period);
  spec.utilisation = 9.9;
  CHECK_THROWS_AS(draw_task_set(spec, 0), InputError);
  spec.method = Method::randfixedsum;
  CHECK(draw_task_set(spec, 0).size() == 10);
}
