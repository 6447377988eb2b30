/// \file
/// How what policies compute is compared. Sums that are equal on paper differ in their last bits, and differently in
/// each unit of time; so that these do not decide, scores that are nearly equal tie, and ties go by id.
///
/// "Less, but for rounding" is no order that std::sort or a set can work with: a may tie with b, and b with c, when a
/// does not tie with c. Keep the best so far and replace it only by what is clearly better, with candidates in order
/// of id; or sort by exact scores and let settle_ties() put the ties into the order of ids.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>

namespace hetsched {

/// Of durations, energies, ratios: the part of the larger of two by which they have to differ.
inline constexpr double kTolerance = 1e-9;
/// Of instants, which are as large as the clock: a task may be shorter than a billionth of that.
inline constexpr double kClockTolerance = 1e-11;

/// Is a less than b, by more than rounding? `scale`: the size of the terms, of scores that are differences.
inline bool clearly_less(double a, double b, double scale = 0, double tolerance = kTolerance) {
  if (!(a < b)) return false;
  if (std::isinf(a) || std::isinf(b)) return true;
  return b - a > tolerance * std::max({std::abs(a), std::abs(b), scale});
}
inline bool nearly_equal(double a, double b, double scale = 0) {
  return !clearly_less(a, b, scale) && !clearly_less(b, a, scale);
}

/// Does instant a come before b, by more than rounding? A deadline is missed if it comes before the end. `scale`: the
/// largest instant that one of them is a difference of.
inline bool clearly_before(double a, double b, double scale = 0) { return clearly_less(a, b, scale, kClockTolerance); }

/// From now until an instant; 0 if that has come.
inline double time_until(double instant, double now) { return clearly_before(now, instant) ? instant - now : 0; }

/// Of things that are sorted by score, puts those that tie with the first of them into another order, then those that
/// tie with the first of the rest, and so on. `less(x, y)`: is the score of x clearly less? `order(x, y)`: for ties.
template <class Iterator, class Less, class Order>
void settle_ties(Iterator first, Iterator last, const Less& less, const Order& order) {
  while (first != last) {
    Iterator end = first;
    std::size_t ties = 0;
    for (; end != last && !less(*first, *end); ++end) ++ties;
    if (ties > 1) std::sort(first, end, order);
    first = end;
  }
}

/// Sorts by a score, the least first; ties by a second score, and ties of both by `order`.
template <class Iterator, class Score, class Second, class Order>
void sort_by_scores(Iterator first, Iterator last, const Score& score, const Second& second, const Order& order) {
  using Item = typename std::iterator_traits<Iterator>::value_type;
  std::sort(first, last, [&](const Item& x, const Item& y) { return score(x) < score(y); });
  while (first != last) {
    const Iterator end =
        std::find_if(first, last, [&](const Item& x) { return clearly_less(score(*first), score(x)); });
    std::sort(first, end, [&](const Item& x, const Item& y) { return second(x) < second(y); });
    settle_ties(
        first, end, [&](const Item& x, const Item& y) { return clearly_less(second(x), second(y)); }, order);
    first = end;
  }
}

}  // namespace hetsched
