// Does the division of units among requests follow Planaria's rules?
#include <doctest/doctest.h>

#include "online/spatial_shares.hpp"

using namespace hetsched;

namespace {

using Shares = std::vector<std::uint32_t>;

Shares shares_of(const std::vector<SpatialDemand>& demands, std::uint32_t units) {
  std::vector<const SpatialDemand*> pointers;
  for (const SpatialDemand& demand : demands) pointers.push_back(&demand);
  return spatial_shares(pointers, units);
}

/// A request whose time falls in proportion to its units.
SpatialDemand linear(double priority, Seconds slack, Seconds work, std::uint32_t units) {
  SpatialDemand demand{priority, slack, {}, 0};
  for (std::uint32_t n = 1; n <= units; ++n) demand.times.push_back(work / n);
  return demand;
}

}  // namespace

TEST_CASE("all fit: least units, the rest by priority / time") {
  // Least 2 and 1 (12/2 <= 6, 4/1 <= 8); scores 1/6 and 1/4, spare 5: 2 and 3.
  CHECK(shares_of({linear(1, 6, 12, 8), linear(1, 8, 4, 8)}, 8) == Shares{4, 4});
  // Scores 3/6 and 1/4: parts 3.33 and 1.67 of 5, rounded 3 and 2.
  CHECK(shares_of({linear(3, 6, 12, 8), linear(1, 8, 4, 8)}, 8) == Shares{5, 3});
}

TEST_CASE("all fit: rounding is mended by priority") {
  // Least 1 each, equal scores, spare 1: thirds round to none; it goes to the first of the highest priority.
  CHECK(shares_of({linear(1, 9, 6, 4), linear(2, 9, 12, 4), linear(2, 12, 12, 4)}, 4) == Shares{1, 2, 1});
  // Spare 3, halves: 1.5 each rounds to 2 and 2; one too much is taken from the lowest priority.
  CHECK(shares_of({linear(2, 9, 8, 5), linear(1, 9, 4, 5)}, 5) == Shares{3, 2});
}

TEST_CASE("not all fit: by priority / (slack x least units), the last gets what is left") {
  // Least 3 (12/3 <= 4), 2 (8/2 <= 4), 2 (8/2 <= 5); scores 1/12, 1/8, 2/10: order third, second, first.
  CHECK(shares_of({linear(1, 4, 12, 4), linear(1, 4, 8, 4), linear(2, 5, 8, 4)}, 4) == Shares{0, 2, 2});
  CHECK(shares_of({linear(1, 4, 12, 5), linear(1, 4, 8, 5), linear(2, 5, 8, 5)}, 5) == Shares{1, 2, 2});
}

TEST_CASE("not all fit: who cannot meet the deadline at all gets nothing before the others") {
  CHECK(shares_of({linear(9, 1, 12, 4), linear(1, 4, 8, 4)}, 4) == Shares{0, 4});  // the spare 2, too
}

TEST_CASE("all late: by priority / time; nothing is left idle") {
  // 3/(16/4) : 1/(16/4) of 4.
  CHECK(shares_of({linear(3, -1, 16, 4), linear(1, 0, 16, 4)}, 4) == Shares{3, 1});
  // One unit, three equal requests: a third rounds to none.
  CHECK(shares_of({linear(1, -1, 5, 1), linear(1, -1, 5, 1), linear(1, -1, 5, 1)}, 1) == Shares{1, 0, 0});
}

TEST_CASE("without deadlines and without units") {
  CHECK(shares_of({linear(1, kNever, 4, 3), linear(1, kNever, 4, 3)}, 3) == Shares{2, 1});
  CHECK(shares_of({linear(1, 1, 1, 0)}, 0) == Shares{0});
  CHECK(shares_of({}, 4).empty());
}

TEST_CASE("all are late: who takes no time gets nothing, in every unit; unless none takes any") {
  for (const double unit : {1.0, 1e-3, 1e3})
    CHECK(shares_of({linear(1, -unit, 0, 4), linear(1, -unit, 8 * unit, 4)}, 4) == Shares{0, 4});
  CHECK(shares_of({linear(3, -1, 0, 4), linear(1, -1, 0, 4)}, 4) == Shares{3, 1});
}
