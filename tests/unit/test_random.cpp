#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <set>

#include "base/random.hpp"

using hetsched::RandomStream;

TEST_CASE("numbers depend on seed, purpose, subject, index and draw, and on nothing else") {
  const RandomStream stream(1, "arrival", "camera");
  CHECK(stream.uniform(5) == RandomStream(1, "arrival", "camera").uniform(5));
  const std::set<double> all = {stream.uniform(5),
                                stream.uniform(6),
                                stream.uniform(5, 1),
                                stream.uniform(5 + (std::uint64_t{1} << 32)),
                                RandomStream(2, "arrival", "camera").uniform(5),
                                RandomStream(1, "thinning", "camera").uniform(5),
                                RandomStream(1, "arrival", "radar").uniform(5),
                                RandomStream(1, "arrivalc", "amera").uniform(5)};
  CHECK(all.size() == 8);
}

TEST_CASE("the numbers are these, on every machine") {
  const RandomStream stream(42, "arrival", "camera");
  CHECK(std::bit_cast<std::uint64_t>(stream.uniform(0)) == 4607170796089767941u);
  CHECK(std::bit_cast<std::uint64_t>(stream.exponential(1)) == 4603141053375358926u);
  CHECK(std::bit_cast<std::uint64_t>(stream.normal(2)) == 13821980599739747942u);
  CHECK(std::bit_cast<std::uint64_t>(stream.lognormal_mean1(3, 0.5)) == 4609264883400139810u);
  CHECK(hetsched::fnv1a("a") == 0xaf63dc4c8601ec8cu);
}

TEST_CASE("the distributions have their moments and agree with the C library") {
  const RandomStream stream(7, "test", "");
  const std::uint64_t n = 200000;
  double uniform = 0, exponential = 0, normal = 0, square = 0, lognormal = 0, lognormal_square = 0, farthest = 0;
  bool inside = true;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double u = stream.uniform(i), z = stream.normal(i), l = stream.lognormal_mean1(i, 0.5);
    inside = inside && u > 0 && u < 1;
    const double expected_z = std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * stream.uniform(i, 1));
    const double expected_l = std::exp(std::sqrt(std::log(1.25)) * z - std::log(1.25) / 2);
    farthest = std::max({farthest, std::abs(stream.exponential(i) / -std::log(u) - 1), std::abs(z - expected_z),
                         std::abs(l / expected_l - 1)});
    uniform += u;
    exponential += stream.exponential(i);
    normal += z;
    square += z * z;
    lognormal += l;
    lognormal_square += (l - 1) * (l - 1);
  }
  CHECK(inside);
  CHECK(farthest < 4e-15);
  const double count = static_cast<double>(n);
  CHECK(uniform / count == doctest::Approx(0.5).epsilon(0.005));
  CHECK(exponential / count == doctest::Approx(1).epsilon(0.01));
  CHECK(std::abs(normal / count) < 0.01);
  CHECK(square / count == doctest::Approx(1).epsilon(0.01));
  CHECK(lognormal / count == doctest::Approx(1).epsilon(0.01));
  CHECK(std::sqrt(lognormal_square / count) == doctest::Approx(0.5).epsilon(0.02));
  CHECK(stream.lognormal_mean1(3, 0) == 1);
}
