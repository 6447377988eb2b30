/// \file
/// JSON as one would write it: what is default is left out.
#pragma once

#include "base/fields.hpp"

namespace hetsched {

/// The fields of `value` that are not as in a value that says nothing.
template <Described S>
Json without_defaults(const S& value) {
  static const Json kDefaults = to_json(S{});
  Json result = Json::object();
  const Json whole = to_json(value);
  for (const auto& [key, field] : whole.items()) {
    const auto usual = kDefaults.find(key);
    if (usual == kDefaults.end() || *usual != field) result[key] = field;
  }
  return result;
}

}  // namespace hetsched
