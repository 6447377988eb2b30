/// \file
/// The end of a message that refuses a name: what could have been meant.
#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"

namespace hetsched {

/// `; did you mean "x"? columns: x, y`: the nearest of `there`, if one is near, and all of them.
inline std::string alternatives(std::string_view word, std::string_view plural, const Strings& there) {
  const std::string near = did_you_mean(word, there);
  return near + (near.empty() ? "; " : " ") + std::string(plural) + ": " + (there.empty() ? "none" : listed(there, 60));
}

}  // namespace hetsched
