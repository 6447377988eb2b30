#include "base/fields_schema.hpp"

#include <cmath>

#include "base/units.hpp"

namespace hetsched::detail {
namespace {

void add_bounds(Json& schema, const About& about) {
  if (std::isfinite(about.above))
    schema["exclusiveMinimum"] = about.above;
  else if (std::isfinite(about.min))
    schema["minimum"] = about.min;
  if (std::isfinite(about.max)) schema["maximum"] = about.max;
}

Json text_quantity(const About& about) { return {{"type", "string"}, {"pattern", quantity_pattern(about.unit)}}; }

}  // namespace

Json number_schema(const About& about) {
  Json number = {{"type", "number"}};
  add_bounds(number, about);
  if (about.unit.empty()) return number;
  return {{"anyOf", Json::array({std::move(number), text_quantity(about)})}};
}

Json quantity_or_word_schema(const About& about) {
  Json number = {{"type", "number"}};
  add_bounds(number, about);
  return {{"anyOf", Json::array({std::move(number), text_quantity(about), words_schema(about.words.names())})}};
}

Json integer_schema(const About& about, double least, double most) {
  Json schema = {{"type", "integer"}};
  About bounds = about;
  bounds.min = std::max(about.min, least);
  if (most < 0x1p53) bounds.max = std::min(about.max, most);
  add_bounds(schema, bounds);
  return schema;
}

Json text_schema(const About& about) {
  if (!about.words.empty()) return words_schema(about.words.names());
  Json schema = {{"type", "string"}};
  if (about.required) schema["minLength"] = 1;
  return schema;
}

Json words_schema(const Strings& words) { return {{"enum", words}}; }

void describe(Json& schema, std::string_view doc, const About& about) {
  schema["description"] = std::string(doc) + (about.unit.empty() ? "" : " [" + std::string(about.unit) + "]");
}

}  // namespace hetsched::detail
