/// \file
/// What is said about the field that a path of keys, list indices and names leads to.
#pragma once

#include <span>

#include "base/field_table.hpp"

namespace hetsched {

namespace detail {

template <class T>
const About* about_inside(std::span<const std::string> parts, const About& own);

template <class... S>
const About* about_inside_any(const std::variant<S...>*, std::span<const std::string> parts, const About& own) {
  const About* found = nullptr;
  ((found = found != nullptr ? found : about_inside<S>(parts, own)), ...);
  return found;
}

template <class T>
const About* about_inside(std::span<const std::string> parts, const About& own) {
  const About* found = nullptr;
  if constexpr (is_optional<T>) {
    return about_inside<typename T::value_type>(parts, own);
  } else if constexpr (is_vector<T>) {
    // The name of an element may have dots in it, and so be several parts.
    for (std::size_t used = 1; used <= parts.size() && found == nullptr; ++used)
      found = about_inside<typename T::value_type>(parts.subspan(used), own);
    return found;
  } else if constexpr (is_variant<T>) {
    return about_inside_any(static_cast<const T*>(nullptr), parts, own);
  } else if constexpr (Described<T>) {
    if (parts.empty()) return nullptr;
    for_each_field<T>([&]<class Row>(const Row& row) {
      if (row.name == parts.front()) found = about_inside<typename Row::Type>(parts.subspan(1), row.about);
    });
    return found;
  } else {
    return parts.empty() ? &own : nullptr;
  }
}

}  // namespace detail

/// Of the field inside an S, in any of the alternatives that there may be on the way; null if there is none.
template <Described S>
const About* about_field(std::span<const std::string> parts) {
  static constexpr About kNothing;
  return detail::about_inside<S>(parts, kNothing);
}

}  // namespace hetsched
