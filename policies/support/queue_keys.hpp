/// \file
/// Keys by which queues are ordered: they are compared exactly, as sets need it, and a new one that is nearly equal to
/// one in the queue becomes that one.
#pragma once

#include <algorithm>
#include <concepts>
#include <iterator>
#include <utility>

#include "hetsched/policy.hpp"

namespace hetsched {

/// A difference of times that are as large as `scale`: rounded like them, however small it is.
struct TimeDifference {
  Seconds value = 0, scale = 0;

  TimeDifference(Seconds from, Seconds taken) : value(from - taken), scale(from < kNever ? from : 0) {}

  friend bool operator<(const TimeDifference& a, const TimeDifference& b) { return a.value < b.value; }
  friend bool operator==(const TimeDifference& a, const TimeDifference& b) { return a.value == b.value; }
};

template <std::integral Key>
bool keys_tie(Key a, Key b) {
  return a == b;
}
inline bool keys_tie(double a, double b) { return !clearly_before(a, b) && !clearly_before(b, a); }
inline bool keys_tie(const TimeDifference& a, const TimeDifference& b) {
  const Seconds scale = std::max(a.scale, b.scale);
  return !clearly_before(a.value, b.value, scale) && !clearly_before(b.value, a.value, scale);
}
template <class Second>
bool keys_tie(const std::pair<bool, Second>& a, const std::pair<bool, Second>& b) {
  return a.first == b.first && keys_tie(a.second, b.second);
}

/// The key itself, or that of an entry of the set that it ties with. `key_of(entry)`; `first`: an entry that comes
/// before all others of that key. O(log entries).
template <class Set, class Entry, class Key, class KeyOf>
Key tied_key(const Set& set, const Entry& first, const Key& key, const KeyOf& key_of) {
  const auto after = set.lower_bound(first);
  // The lesser one, if there are two: that is where those that came before went.
  if (after != set.begin() && keys_tie(key_of(*std::prev(after)), key)) return key_of(*std::prev(after));
  if (after != set.end() && keys_tie(key, key_of(*after))) return key_of(*after);
  return key;
}

}  // namespace hetsched
