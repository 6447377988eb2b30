/// \file
/// Built-in policies and decorators by name, which must be there.
#pragma once

#include <algorithm>
#include <string_view>

#include "builtin.hpp"

namespace hetsched::testing {

inline const PolicyEntry& builtin_policy(std::string_view name) {
  const auto all = builtin_policies();
  return *std::find_if(all.begin(), all.end(), [&](const PolicyEntry& entry) { return entry.name == name; });
}

inline const DecoratorEntry& builtin_decorator(std::string_view name) {
  const auto all = builtin_decorators();
  return *std::find_if(all.begin(), all.end(), [&](const DecoratorEntry& entry) { return entry.name == name; });
}

}  // namespace hetsched::testing
