#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "base/errors.hpp"
#include "study/statistics.hpp"

using namespace hetsched;
using Values = std::vector<double>;

TEST_CASE("t quantiles are those of printed tables") {
  CHECK(t_975(1) == doctest::Approx(12.7062).epsilon(1e-5));
  CHECK(t_975(4) == doctest::Approx(2.77645).epsilon(1e-5));
  CHECK(t_975(30) == doctest::Approx(2.04227).epsilon(1e-5));
  CHECK_THROWS_AS((void)t_975(0), InternalError);
}

TEST_CASE("mean and its interval") {
  const Estimate estimate = mean_estimate(Values{1, 2, 3, 4, 5});  // s = sqrt(2.5)
  CHECK(estimate.value == 3);
  const double half = 2.7764451051977987 * std::sqrt(2.5 / 5);
  CHECK(*estimate.low == doctest::Approx(3 - half).epsilon(1e-12));
  CHECK(*estimate.high == doctest::Approx(3 + half).epsilon(1e-12));
}

TEST_CASE("p values of the t test, and Holm's rule for several") {
  // t = 3 / sqrt(2.5 / 5) = 4.242641 with 4 degrees of freedom
  CHECK(*mean_estimate(Values{1, 2, 3, 4, 5}).p == doctest::Approx(0.0132356).epsilon(1e-5));
  CHECK(*mean_estimate(Values{2, 2}).p == 0);
  CHECK(*mean_estimate(Values{0, 0}).p == 1);
  // Holm (1979): the smallest times n, the next times n - 1, never less than the one before, at most 1.
  const Values adjusted = holm(Values{0.01, 0.04, 0.03, 0.5});
  CHECK(adjusted[0] == doctest::Approx(0.04));
  CHECK(adjusted[1] == doctest::Approx(0.09));
  CHECK(adjusted[2] == doctest::Approx(0.09));
  CHECK(adjusted[3] == doctest::Approx(0.5));
  CHECK(holm(Values{0.9, 0.8})[0] == 1);
  CHECK(holm(Values{}).empty());
}

TEST_CASE("one value has no interval") {
  const Estimate estimate = mean_estimate(Values{4});
  CHECK(estimate.value == 4);
  CHECK_FALSE(estimate.low.has_value());
  CHECK_FALSE(estimate.high.has_value());
  CHECK_THROWS_AS((void)mean_estimate(Values{}), InternalError);
}

TEST_CASE("a constant ratio is found exactly whatever the values, with an interval of no width") {
  const Estimate estimate = ratio_estimate(Values{2, 40, 600}, Values{1, 20, 300});
  CHECK(estimate.value == doctest::Approx(2).epsilon(1e-12));
  CHECK(*estimate.low == doctest::Approx(2).epsilon(1e-12));
  CHECK(*estimate.high == doctest::Approx(2).epsilon(1e-12));
}

TEST_CASE("the ratio is that of geometric means, and its interval is symmetric in logarithms") {
  const Estimate estimate = ratio_estimate(Values{2, 8}, Values{1, 1});
  CHECK(estimate.value == doctest::Approx(4).epsilon(1e-12));
  const double half = 12.706204736 * std::log(2.0);  // logs: ln 2, ln 8; s = sqrt(2) ln 2
  CHECK(std::log(*estimate.high) == doctest::Approx(std::log(4.0) + half).epsilon(1e-9));
  CHECK(*estimate.low * *estimate.high == doctest::Approx(16).epsilon(1e-9));
}

TEST_CASE("differences are paired: what both have in common drops out") {
  const Estimate estimate = difference_estimate(Values{101, 1002, 13}, Values{100, 1001, 12});
  CHECK(estimate.value == 1);
  CHECK(*estimate.low == 1);
  CHECK(*estimate.high == 1);
  CHECK_THROWS_AS((void)difference_estimate(Values{1}, Values{}), InternalError);
}
