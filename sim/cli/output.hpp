/// \file
/// How results look on a terminal: numbers, tables, paragraphs. Nothing here is for machines to read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace hetsched {

/// With `digits` significant digits, without exponent where that stays short: "0.0123", "12.35", "12345".
std::string number(double value, int digits = 4);

/// With the prefix that makes it short: "12.3 ms", "4.56 mJ"; SI unit names as in units.hpp. "-" for no
/// value.
std::string quantity(std::optional<double> value, std::string_view unit, int digits = 4);

/// "12.3%"; "-" for no value.
std::string percent(std::optional<double> share);

/// For people who wait: "1.2 s", "45 s", "12 min", "3 h 20 min".
std::string rough_duration(double seconds);

/// "1 point", "3 points".
std::string counted(std::uint64_t count, std::string_view noun);

/// A table with aligned columns.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string header;
    Align align = Align::right;
    std::string boring = "";  ///< if not empty: the column is left out where all its cells are this
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as there are columns.
  void add(Strings cells) { rows_.push_back(std::move(cells)); }
  /// An empty line before the next row.
  void add_gap() { rows_.emplace_back(); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<Strings> rows_;
};

/// Text broken into lines of at most 100 characters, all but the first of which begin with `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent);

/// "  term    meaning", the meaning at the given column and broken into lines there.
std::string definition(const std::string& term, const std::string& meaning, std::size_t column);

/// Writes to standard output.
void print(std::string_view text);

/// Throws InputError if something printed did not get out (disk full).
void flush_output();

}  // namespace hetsched
