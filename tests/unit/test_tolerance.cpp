// Are scores that differ by rounding equal, whatever the unit, and are ties settled by id?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/queue_keys.hpp"
#include "support/running_sum.hpp"

using namespace hetsched;

TEST_CASE("what differs by rounding ties, in every unit") {
  for (const double unit : {1.0, 1e-3, 1e3, 1e-9}) {
    const double sum = 0.1 * unit + 0.2 * unit, whole = 0.3 * unit;
    CHECK(nearly_equal(sum, whole));
    CHECK_FALSE(clearly_less(whole, sum));
    CHECK(clearly_less(whole, 0.3001 * unit));
    CHECK_FALSE(clearly_before(whole, sum));
    CHECK(clearly_before(whole, whole * (1 + 1e-10)));
    CHECK(time_until(sum, whole) == 0);
    CHECK(time_until(0.4 * unit, whole) == doctest::Approx(0.1 * unit));
  }
  CHECK(time_until(0.2, 0.3) == 0);
}

TEST_CASE("a difference is as exact as its terms") {
  const double left = 0.3 - (0.1 + 0.2);  // not 0
  CHECK(clearly_less(left, 0));
  CHECK_FALSE(clearly_less(left, 0, 0.3));
  CHECK(TimeDifference(0.3, 0.1 + 0.2) < TimeDifference(0.3, 0.3));
  CHECK(keys_tie(TimeDifference(0.3, 0.1 + 0.2), TimeDifference(0.3, 0.3)));
}

TEST_CASE("what is infinite ties with itself alone") {
  CHECK(nearly_equal(kNever, kNever));
  CHECK(clearly_less(1e300, kNever));
  CHECK(clearly_less(-kNever, 0));
  CHECK_FALSE(clearly_less(kNever, 1));
  CHECK(keys_tie(TimeDifference(kNever, 1), TimeDifference(kNever, 2)));
}

TEST_CASE("sorted by score, ties by id") {
  const std::vector<double> scores = {0.3, 2, 0.1 + 0.2, 1, 0.3, 1 - 1e-15};
  std::vector<std::size_t> order(scores.size());
  std::iota(order.rbegin(), order.rend(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  settle_ties(
      order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return clearly_less(scores[a], scores[b]); },
      std::less<>());
  CHECK(order == std::vector<std::size_t>{0, 2, 4, 3, 5, 1});
}

TEST_CASE("sorted by two scores: the second counts where the first ties") {
  struct Item {
    double first, second;
    int id;
  };
  std::vector<Item> items = {{0.1 + 0.2, 5, 0}, {0.3, 9, 1}, {0.1, 9, 2}, {0.3, 5 + 1e-15, 3}};
  sort_by_scores(
      items.begin(), items.end(), [](const Item& i) { return i.first; }, [](const Item& i) { return i.second; },
      [](const Item& a, const Item& b) { return a.id < b.id; });
  std::vector<int> ids;
  for (const Item& item : items) ids.push_back(item.id);
  CHECK(ids == std::vector<int>{2, 0, 3, 1});
}

TEST_CASE("of what was added to a sum and taken again nothing is left") {
  RunningSum sum;
  for (int i = 1; i <= 1000; ++i) sum += 0.1 * i;
  sum += 1e9;
  for (int i = 1; i <= 1000; ++i) sum -= 0.1 * i;
  sum -= 1e9;
  CHECK(std::abs(sum.value()) < 1e-15);  // a plain sum is off by 1e-4
}
