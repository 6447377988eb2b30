/// \file
/// A struct described once: a table of its fields with name, unit, bounds and meaning. From that one table
/// come the JSON reader and its messages, the JSON Schema, the CSV header, rows and reader, and the
/// documentation.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/json_document.hpp"
#include "base/text.hpp"

namespace hetsched {

/// The words that a text may be; a short list fixed at compile time.
class Words {
 public:
  constexpr Words() = default;
  constexpr Words(std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) words_.at(size_++) = word;
  }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  [[nodiscard]] constexpr const std::string_view* begin() const { return words_.data(); }
  [[nodiscard]] constexpr const std::string_view* end() const { return words_.data() + size_; }
  [[nodiscard]] Strings names() const { return {begin(), end()}; }

 private:
  std::array<std::string_view, 16> words_{};
  std::size_t size_ = 0;
};

/// Which of two values of a metric is the better one.
enum class Better { unsaid, less, more };

/// What is said about a field besides its name and meaning. Bounds are for numbers and hold for each element
/// of a list.
struct About {
  bool required = false;       ///< must be there and, if a text or a list, not be empty
  std::string_view unit = "";  ///< the quantity's SI unit; see units.hpp
  double min = 0;
  double max = std::numeric_limits<double>::infinity();
  double above = -std::numeric_limits<double>::infinity();  ///< must be greater than this
  Words words = {};                                         ///< the texts allowed; empty: any
  bool object = false;                                      ///< a JsonValue must be an object
  Better better = Better::unsaid;                           ///< of metrics
};

/// One field of S: one row of its table.
template <class S, class T>
struct Field {
  using Type = T;
  std::string_view name;
  T S::*member;
  std::string_view doc;
  About about;
};

template <class S, class T>
constexpr Field<S, T> field(std::string_view name, T S::*member, std::string_view doc, const About& about) {
  return {name, member, doc, about};
}

/// The table of S: a tuple of field(...). Specialize it for each described struct.
template <class S>
inline constexpr std::tuple<> fields{};

/// Names of an enum's values 0, 1, 2, ... Specialize it for each enum that is read or written.
template <class E>
inline constexpr std::array<const char*, 0> enum_names{};

/// The value of "type" that selects S among the alternatives of a variant.
template <class S>
inline constexpr std::string_view tag = "";

/// If not empty: in JSON a text is short for an object with only this field.
template <class S>
inline constexpr std::string_view shorthand = "";

template <class S>
concept Described = std::tuple_size_v<std::remove_const_t<decltype(fields<S>)>>
!= 0;

template <class E>
concept NamedEnum = std::is_enum_v<E> && std::tuple_size_v<std::remove_const_t<decltype(enum_names<E>)>>
!= 0;

/// A quantity in SI, or one of the field's words. Nothing given: neither.
struct QuantityOrWord {
  std::optional<double> value;
  std::string word;
};

/// Any JSON value, to be checked later by someone who knows more; keeps where it came from.
struct JsonValue {
  Json value;
  std::shared_ptr<const Positions> positions = nullptr;
  std::string pointer = "";

  /// The value as a cursor, for read<S>() or for problems; valid as long as this object.
  [[nodiscard]] Node node() const;
};

/// Calls f(field) for each row of S's table, in order.
template <Described S, class F>
constexpr void for_each_field(F&& f) {
  std::apply([&](const auto&... each) { (f(each), ...); }, fields<S>);
}

/// Names of S's fields, in order.
template <Described S>
Strings field_names() {
  Strings names;
  for_each_field<S>([&](const auto& f) { names.emplace_back(f.name); });
  return names;
}

template <NamedEnum E>
Strings names_of() {
  return {enum_names<E>.begin(), enum_names<E>.end()};
}

template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  return enum_names<E>[static_cast<std::size_t>(value)];
}

namespace detail {

/// "OperatingPointSpec" -> "operating point".
std::string noun_from_type(std::string_view function_name);

/// What S is called in messages: its name in words, without a final "Spec".
template <class S>
std::string noun() {
  return noun_from_type(std::source_location::current().function_name());
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;

template <class T>
inline constexpr bool is_integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <class T>
inline constexpr bool unsupported = false;

}  // namespace detail
}  // namespace hetsched
