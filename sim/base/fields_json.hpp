/// \file
/// JSON from and to described structs.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

#include "base/field_table.hpp"

namespace hetsched {

/// Reads an S. Everything wrong with it is added to `problems`; fields with problems keep their defaults.
template <Described S>
S read(const Node& node, Problems& problems);

/// The value as JSON, in SI units, with defaults filled in; empty texts and optional fields without value are
/// left out.
template <Described S>
Json to_json(const S& value);

namespace detail {

/// Adds "must be <expected>; found <value>".
void report_type(const Node& node, std::string_view expected, Problems& problems);
/// Is `value` within the bounds? If not, says so.
bool check_bounds(const Node& node, double value, const About& about, Problems& problems);
void check_not_empty(const Node& node, bool empty, const About& about, Problems& problems);
/// Reports keys of the object that are not among `known`.
void check_keys(const Node& node, const Strings& known, const std::string& noun, Problems& problems);
void report_missing(const Node& node, std::string_view name, std::string_view doc, Problems& problems);

/// The readers of plain values; nothing if there was a problem.
std::optional<double> read_number(const Node& node, const About& about, Problems& problems);
std::optional<bool> read_bool(const Node& node, Problems& problems);
std::optional<std::string> read_text(const Node& node, const About& about, Problems& problems);
QuantityOrWord read_quantity_or_word(const Node& node, const About& about, Problems& problems);
JsonValue read_json_value(const Node& node, const About& about, Problems& problems);
/// Index in `names` of the word that the value is.
std::optional<std::size_t> read_word(const Node& node, const Strings& names, Problems& problems);
/// A whole number between the limits of an integer type.
std::optional<std::int64_t> read_signed(const Node& node, std::int64_t least, std::int64_t most, const About& about,
                                        Problems& problems);
std::optional<std::uint64_t> read_unsigned(const Node& node, std::uint64_t most, const About& about,
                                           Problems& problems);
/// The alternative that "type" selects.
std::optional<std::size_t> read_tag(const Node& node, const Strings& tags, Problems& problems);

template <class T>
void read_value(const Node& node, const About& about, Problems& problems, T& out);

template <Described S>
void read_fields(const Node& node, bool tagged, Problems& problems, S& out) {
  Strings known = field_names<S>();
  if (tagged) known.insert(known.begin(), "type");
  check_keys(node, known, noun<S>(), problems);
  for_each_field<S>([&](const auto& f) {
    if (node.has(f.name))
      read_value(node.child(f.name), f.about, problems, out.*f.member);
    else if (f.about.required)
      report_missing(node, f.name, f.doc, problems);
  });
}

template <Described S>
void read_described(const Node& node, Problems& problems, S& out) {
  if (node.value().is_object()) return read_fields(node, false, problems, out);
  if (shorthand<S>.empty() || !node.value().is_string())
    return report_type(node, shorthand<S>.empty() ? "an object" : "a text or an object", problems);
  for_each_field<S>([&](const auto& f) {
    if (f.name == shorthand<S>) read_value(node, f.about, problems, out.*f.member);
  });
}

template <class... S>
void read_variant(const Node& node, Problems& problems, std::variant<S...>& out) {
  const auto index = read_tag(node, {std::string(tag<S>)...}, problems);
  if (!index) return;
  std::size_t at = 0;
  const auto read_if_chosen = [&]<class A>(A alternative) {
    if (at++ != *index) return;
    read_fields(node, true, problems, alternative);
    out = std::move(alternative);
  };
  (read_if_chosen(S{}), ...);
}

template <class T>
void read_list(const Node& node, const About& about, Problems& problems, std::vector<T>& out) {
  if (!node.value().is_array()) return report_type(node, "a list", problems);
  check_not_empty(node, node.value().empty(), about, problems);
  About each = about;
  each.required = false;
  out.clear();
  out.reserve(node.value().size());
  for (std::size_t i = 0; i < node.value().size(); ++i) {
    T element{};
    read_value(node.child(i), each, problems, element);
    out.push_back(std::move(element));
  }
}

template <class T>
void read_integer(const Node& node, const About& about, Problems& problems, T& out) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_signed_v<T>) {
    if (const auto value = read_signed(node, Limits::min(), Limits::max(), about, problems))
      out = static_cast<T>(*value);
  } else {
    if (const auto value = read_unsigned(node, Limits::max(), about, problems)) out = static_cast<T>(*value);
  }
}

template <class T>
void read_value(const Node& node, const About& about, Problems& problems, T& out) {
  const auto take = [&](auto&& read) {
    if (read) out = static_cast<T>(*std::move(read));
  };
  if (node.value().is_discarded()) return;  // its file could not be parsed; that has been said
  if constexpr (is_optional<T>) {
    typename T::value_type value{};
    const std::size_t before = problems.size();
    read_value(node, about, problems, value);
    if (problems.size() == before) out = std::move(value);
  } else if constexpr (is_vector<T>) {
    read_list(node, about, problems, out);
  } else if constexpr (is_variant<T>) {
    read_variant(node, problems, out);
  } else if constexpr (Described<T>) {
    read_described(node, problems, out);
  } else if constexpr (NamedEnum<T>) {
    take(read_word(node, names_of<T>(), problems));
  } else if constexpr (std::is_same_v<T, QuantityOrWord>) {
    out = read_quantity_or_word(node, about, problems);
  } else if constexpr (std::is_same_v<T, JsonValue>) {
    out = read_json_value(node, about, problems);
  } else if constexpr (std::is_same_v<T, bool>) {
    take(read_bool(node, problems));
  } else if constexpr (is_integer<T>) {
    read_integer(node, about, problems, out);
  } else if constexpr (std::is_same_v<T, double>) {
    take(read_number(node, about, problems));
  } else if constexpr (std::is_same_v<T, std::string>) {
    take(read_text(node, about, problems));
  } else {
    static_assert(unsupported<T>, "a field of this type cannot be read");
  }
}

template <class T>
Json value_to_json(const T& value) {
  if constexpr (is_optional<T>) {
    return value ? value_to_json(*value) : Json();
  } else if constexpr (is_vector<T>) {
    Json list = Json::array();
    for (const auto& element : value) list.push_back(value_to_json(element));
    return list;
  } else if constexpr (is_variant<T>) {
    return std::visit(
        []<class A>(const A& alternative) {
          Json object = {{"type", std::string(tag<A>)}};
          object.update(to_json(alternative));
          return object;
        },
        value);
  } else if constexpr (Described<T>) {
    return to_json(value);
  } else if constexpr (NamedEnum<T>) {
    return std::string(name_of(value));
  } else if constexpr (std::is_same_v<T, QuantityOrWord>) {
    return value.value ? Json(*value.value) : Json(value.word);
  } else if constexpr (std::is_same_v<T, JsonValue>) {
    return value.value;
  } else {
    return Json(value);
  }
}

/// Is there nothing to write about the field?
template <class T>
bool is_absent(const T& value) {
  if constexpr (is_optional<T>) return !value;
  if constexpr (std::is_same_v<T, QuantityOrWord>) return !value.value && value.word.empty();
  if constexpr (std::is_same_v<T, JsonValue>) return value.value.is_null();
  if constexpr (std::is_convertible_v<T, std::string_view>) return value.empty();
  return false;
}

}  // namespace detail

template <Described S>
S read(const Node& node, Problems& problems) {
  S out{};
  detail::read_value(node, About{}, problems, out);
  return out;
}

template <Described S>
Json to_json(const S& value) {
  Json object = Json::object();
  for_each_field<S>([&](const auto& f) {
    if (!detail::is_absent(value.*f.member)) object[std::string(f.name)] = detail::value_to_json(value.*f.member);
  });
  return object;
}

}  // namespace hetsched
