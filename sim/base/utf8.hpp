/// \file
/// Is a text UTF-8? What comes from a command line or a name of a file may be anything.
#pragma once

#include <string_view>

namespace hetsched {

/// Whole characters of one to four bytes in their shortest form, no surrogates, none beyond U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace hetsched
