/// \file
/// Are all members of a struct named? The language does not compare a list such as hetsched/members.hpp with the
/// structs themselves.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "hetsched/members.hpp"

namespace hetsched {

/// Becomes a member of any type.
struct AnyValue {
  template <class T>
  operator T() const;
};

template <class T, std::size_t... I>
consteval bool holds_values(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), AnyValue{})...}; };
}

/// Is T an aggregate of N members, which lie at these offsets, in order? Sizes would not tell: a forgotten flag hides
/// in what is left free behind another member.
template <class T, std::size_t N>
consteval bool are_all_members(const std::size_t (&offsets)[N]) {
  for (std::size_t i = 1; i < N; ++i)
    if (offsets[i] <= offsets[i - 1]) return false;
  return holds_values<T>(std::make_index_sequence<N>()) && !holds_values<T>(std::make_index_sequence<N + 1>());
}

/// Has a type no members, or are they named? Those of the standard library are the compilers' matter.
template <class T>
constexpr bool kMembersNamed = !std::is_class_v<T> || requires {
  Members<T>::kName;
}
|| std::is_same_v<T, Params::Value>;
template <class C, class... A>
constexpr bool kMembersNamed<std::basic_string<C, A...>> = true;
template <class C, class... A>
constexpr bool kMembersNamed<std::basic_string_view<C, A...>> = true;
template <class T>
constexpr bool kMembersNamed<std::vector<T>> = kMembersNamed<T>;
template <class T>
constexpr bool kMembersNamed<std::span<const T>> = kMembersNamed<T>;
template <class Id, class T>
constexpr bool kMembersNamed<IdSpan<Id, const T>> = kMembersNamed<T>;

/// Are the members named of all that a struct of members.hpp leads to?
template <class T>
consteval bool leads_to_named_members() {
  bool named = true;
  for_each_member<T>([&]<class M>(const char*, M T::*) { named = named && kMembersNamed<M>; });
  return named;
}

}  // namespace hetsched
