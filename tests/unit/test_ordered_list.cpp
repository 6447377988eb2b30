// Is the list that moves its shorter side still a list? Its tricks with the free room at the front are where a ready
// task would get lost, and only after thousands of requests.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "base/random.hpp"
#include "engine/ordered_list.hpp"

using namespace hetsched;

TEST_CASE("insertions and erasures anywhere, as with a plain vector") {
  const RandomStream random(1, "test", "ordered_list");
  OrderedList<int> list;
  std::vector<int> plain;
  const auto below = [&](std::uint64_t draw, std::size_t n) {
    return std::min(static_cast<std::size_t>(random.uniform(draw) * static_cast<double>(n)), n - 1);
  };
  for (int i = 0; i < 6000; ++i) {
    const auto draw = static_cast<std::uint64_t>(3 * i);
    // Grows, shrinks to nothing, and grows again; mostly at the front, as the ready list does.
    const bool grows = random.uniform(draw) < (i / 1000 % 2 == 0 ? 0.7 : 0.2);
    const bool front = random.uniform(draw + 1) < 0.5;
    if (grows) {
      const std::size_t at = front ? 0 : below(draw + 2, plain.size() + 1);
      list.insert(at, i);
      plain.insert(plain.begin() + static_cast<std::ptrdiff_t>(at), i);
    } else if (!plain.empty()) {
      const std::size_t at = front ? 0 : below(draw + 2, plain.size());
      list.erase(at);
      plain.erase(plain.begin() + static_cast<std::ptrdiff_t>(at));
    }
    if (i % 5 == 0) {
      list.push_back(-i);
      plain.push_back(-i);
    }
    REQUIRE(list.size() == plain.size());
    REQUIRE(list.empty() == plain.empty());
    REQUIRE(std::equal(list.items().begin(), list.items().end(), plain.begin(), plain.end()));
  }
}
