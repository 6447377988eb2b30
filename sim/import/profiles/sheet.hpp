/// \file
/// A CSV as other tools write it: columns by name, in any order and number, with trailing commas and spaces.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace hetsched {

class Sheet {
 public:
  struct Row {
    Strings cells;
    std::string where;  ///< "file:line"
  };

  /// Reads a file. Problems: it cannot be read, it has no header or no rows, a row has other cells than the
  /// header.
  Sheet(const std::string& path, Problems& problems);

  [[nodiscard]] const Strings& columns() const { return columns_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  /// Where the header stands.
  [[nodiscard]] const std::string& where() const { return where_; }

  /// The column of that name, letter case aside; nothing if there is none.
  [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const;
  /// As find(), but one that is not there is a problem. `way_out` ends its sentence, if given.
  std::optional<std::size_t> need(const std::string& name, Problems& problems, const std::string& way_out = "") const;
  /// The number of at least 0 in a cell; what is none is a problem, and 0.
  double number(const Row& row, std::size_t column, Problems& problems) const;

 private:
  Strings columns_;
  std::vector<Row> rows_;
  std::string where_;
};

/// Small letters.
std::string lowered(std::string_view text);

}  // namespace hetsched
