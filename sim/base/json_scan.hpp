/// \file
/// Where things are in a JSON text. The parser checks the text but does not tell positions, drops duplicate
/// keys silently, and has no limit of nesting; this scanner sees to these three and to nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/json_document.hpp"

namespace hetsched {

/// Line and column of a byte of a text, both from 1; columns count characters.
struct LineColumn {
  std::uint32_t line = 1, column = 1;
};
LineColumn line_and_column(std::string_view text, std::size_t byte);

/// What a text has that the parser does not tell.
struct Outline {
  std::size_t too_deep = std::string_view::npos;  ///< the byte at which it is nested deeper than kMaxNesting
  std::size_t members = 0;                        ///< of its objects, with duplicates; of a valid text
};
/// Of any text, valid or not.
Outline outline_of(std::string_view text);

/// Visits every value of a valid text: its JSON pointer, which starts with `root`, and where it and its key are (of a
/// value without key: where it is).
using VisitPosition = std::function<void(const std::string& pointer, const LineColumn& value, const LineColumn& key)>;
void scan_positions(std::string_view text, const std::string& root, const VisitPosition& visit);

/// Reports the keys that an object of a valid text has twice. `name` stands for the file in messages.
void report_duplicates(std::string_view text, const std::string& name, Problems& problems);

}  // namespace hetsched
