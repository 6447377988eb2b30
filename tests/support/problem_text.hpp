/// \file
/// Problems as one text, which tests compare and print.
#pragma once

#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace hetsched::test {

/// One problem per line, without a line end at the end.
inline std::string text_of(const Problems& problems) {
  Strings lines;
  for (const Problem& problem : problems.all()) lines.push_back(to_string(problem));
  return join(lines, "\n");
}

inline std::string lines(const Strings& each) { return join(each, "\n"); }

}  // namespace hetsched::test
