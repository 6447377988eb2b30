/// \file
/// Where things are in a JSON text. The parser checks the text but does not tell positions, drops duplicate
/// keys silently, and has no limit of nesting; this scanner sees to these three and to nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_document.hpp"

namespace hetsched {

/// Line and column of a byte of a text, both from 1; columns count characters.
struct LineColumn {
  std::uint32_t line = 1, column = 1;
};
LineColumn line_and_column(std::string_view text, std::size_t byte);

/// The byte at which any text, valid or not, is nested deeper than kMaxNesting; npos if nowhere.
std::size_t find_deep_nesting(std::string_view text);

/// Records the position of every value and key of a valid text, and reports duplicate keys. `name` stands for
/// the file in messages.
void scan_positions(std::string_view text, const std::string& name, std::uint32_t source, Positions& positions,
                    Problems& problems);

}  // namespace hetsched
