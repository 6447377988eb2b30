/// \file
/// Parameters for policies and decorators that do not go without.
#pragma once

#include <string>

#include "base/text.hpp"
#include "policy/catalog.hpp"

namespace hetsched::testing {

/// Parameters as a JSON object: `members`, and what the policy or decorator requires, at the end of its range. Files
/// are left out.
inline std::string with_required(const Catalog& catalog, const std::string& name, std::string members) {
  for (const Params::Declared& declared : catalog.declared(name))
    if (declared.required && declared.type != "file")
      members += (members.empty() ? "\"" : ", \"") + declared.name + "\": " + format_number(declared.max);
  return "{" + members + "}";
}

}  // namespace hetsched::testing
