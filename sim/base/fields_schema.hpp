/// \file
/// JSON Schema (draft-07) of described structs, for editors and for validation without this program.
#pragma once

#include "base/field_table.hpp"

namespace hetsched {

/// The schema of S as a document of its own.
template <Described S>
Json json_schema(std::string_view title);

namespace detail {

Json number_schema(const About& about);
Json quantity_or_word_schema(const About& about);
Json integer_schema(const About& about, double least, double most);
Json text_schema(const About& about);
Json words_schema(const Strings& words);
/// Completes the schema of a field with its meaning and unit.
void describe(Json& schema, std::string_view doc, const About& about);

template <class T>
Json value_schema(const About& about);

/// `type`: the value that the key "type" must have; empty: there is no such key.
template <Described S>
Json object_schema(std::string_view type) {
  Json properties = Json::object();
  Json required = Json::array();
  if (!type.empty()) {
    properties["type"] = {{"const", std::string(type)}};
    required.push_back("type");
  }
  for_each_field<S>([&]<class T>(const Field<S, T>& f) {
    Json each = value_schema<T>(f.about);
    describe(each, f.doc, f.about);
    properties[std::string(f.name)] = std::move(each);
    if (f.about.required) required.push_back(std::string(f.name));
  });
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

template <class... S>
Json variant_schema(const std::variant<S...>*) {
  return {{"oneOf", Json::array({object_schema<S>(tag<S>)...})}};
}

template <class T>
Json value_schema(const About& about) {
  if constexpr (is_optional<T>) {
    return value_schema<typename T::value_type>(about);
  } else if constexpr (is_vector<T>) {
    About each = about;
    each.required = false;
    Json schema = {{"type", "array"}, {"items", value_schema<typename T::value_type>(each)}};
    if (about.required) schema["minItems"] = 1;
    return schema;
  } else if constexpr (is_variant<T>) {
    return variant_schema(static_cast<const T*>(nullptr));
  } else if constexpr (Described<T>) {
    Json object = object_schema<T>("");
    if (shorthand<T>.empty()) return object;
    return {{"anyOf", Json::array({Json{{"type", "string"}, {"minLength", 1}}, std::move(object)})}};
  } else if constexpr (NamedEnum<T>) {
    return words_schema(names_of<T>());
  } else if constexpr (std::is_same_v<T, QuantityOrWord>) {
    return quantity_or_word_schema(about);
  } else if constexpr (std::is_same_v<T, JsonValue>) {
    return about.object ? Json{{"type", "object"}} : Json::object();
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (is_integer<T>) {
    return integer_schema(about, static_cast<double>(std::numeric_limits<T>::min()),
                          static_cast<double>(std::numeric_limits<T>::max()));
  } else if constexpr (std::is_same_v<T, double>) {
    return number_schema(about);
  } else {
    return text_schema(about);
  }
}

}  // namespace detail

template <Described S>
Json json_schema(std::string_view title) {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", std::string(title)}};
  schema.update(detail::object_schema<S>(""));
  return schema;
}

}  // namespace hetsched
