#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/student_t.hpp"
#include "record/steady_state.hpp"

using namespace hetsched;  // NOLINT: tests
using Values = std::vector<double>;

namespace {

/// The definition, as it is printed: every cut tried, each from scratch.
std::size_t mser5_as_printed(const Values& values) {
  Values z;
  for (std::size_t i = 0; i + 5 <= values.size(); i += 5) {
    double sum = 0;
    for (std::size_t k = i; k < i + 5; ++k) sum += values[k];
    z.push_back(sum / 5);
  }
  std::size_t best = 0;
  double least = INFINITY;
  for (std::size_t d = 0; d + 5 <= z.size(); ++d) {
    double mean = 0, squares = 0;
    const auto left = static_cast<double>(z.size() - d);
    for (std::size_t i = d; i < z.size(); ++i) mean += z[i] / left;
    for (std::size_t i = d; i < z.size(); ++i) squares += (z[i] - mean) * (z[i] - mean);
    if (squares / (left * left) < least) {
      least = squares / (left * left);
      best = d;
    }
  }
  return best * 5;
}

/// Times in system of an M/M/1 queue of service rate 1, by Lindley's recursion; `first` s of work are there already.
Values queue(double rate, double first, std::size_t number, std::mt19937& random) {
  std::exponential_distribution<double> between(rate), service(1);
  Values times;
  double wait = first;
  for (std::size_t i = 0; i < number; ++i) {
    const double time = wait + service(random);
    times.push_back(time);
    wait = std::max(0.0, time - between(random));
  }
  return times;
}

}  // namespace

TEST_CASE("MSER-5 finds the least standard error of its definition") {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    Values values = queue(0.7, round % 3 * 20.0, 50 + static_cast<std::size_t>(random() % 400), random);
    const std::size_t wanted = mser5_as_printed(values);
    const std::size_t means = values.size() / 5;
    CAPTURE(round);
    if (wanted / 5 > means / 2)
      CHECK_FALSE(mser5(values));
    else
      CHECK(mser5(values) == wanted);
  }
}

TEST_CASE("a level that is left after so many values is cut there, nothing of a constant, and nothing is said of few") {
  Values values(300, 1.0);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] += 0.01;
  for (std::size_t i = 0; i < 60; ++i) values[i] += 10;
  CHECK(mser5(values) == 60);
  CHECK(mser5(Values(100, 2.0)) == 0);
  CHECK_FALSE(mser5(Values(49, 2.0)));
  Values rising;  // never comes to rest
  for (int i = 0; i < 200; ++i) rising.push_back(i);
  CHECK_FALSE(mser5(rising));
}

TEST_CASE("the interval of batch means is that of 20 independent means") {
  CHECK_FALSE(batch_means(Values(199, 1.0)));
  Values values;
  for (int batch = 0; batch < 20; ++batch) values.insert(values.end(), 10, batch % 2);
  const auto found = batch_means(values);
  REQUIRE(found);
  CHECK(found->mean == 0.5);
  CHECK(found->half_width == doctest::Approx(t_975(19) * std::sqrt(20 * 0.25 / 19 / 20)).epsilon(1e-12));
}

TEST_CASE("one long run of an M/M/1 queue that starts with a backlog tells its mean response time") {
  std::mt19937 random(11);
  int inside = 0, biased = 0;
  constexpr int kRuns = 300;
  for (int run = 0; run < kRuns; ++run) {
    const Values times = queue(0.5, 200, 20000, random);  // mean 1 / (1 - 0.5)
    const SteadyState found = steady_state(times);
    REQUIRE(found.mean);
    CHECK(*found.warm_up > 100);  // 200 s of work, of which 0.5 come and 1 go in each second
    inside += std::abs(found.mean->mean - 2) <= found.mean->half_width;
    const auto whole = batch_means(times);
    biased += std::abs(whole->mean - 2) <= whole->half_width && whole->half_width < 0.5;
  }
  CHECK(inside >= kRuns * 90 / 100);
  CHECK(biased == 0);
}
