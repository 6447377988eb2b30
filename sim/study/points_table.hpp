/// \file
/// points.csv read back: text cells under named columns.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace hetsched {

class PointsTable {
 public:
  /// Reads points.csv of a study's directory, or such a file itself. What is wrong with it is added to
  /// `problems`; then the table is empty.
  static PointsTable read(const std::filesystem::path& path, Problems& problems);

  /// Columns that tell points apart, and metrics, both in the file's order.
  [[nodiscard]] const Strings& factors() const { return factors_; }
  [[nodiscard]] const Strings& metrics() const { return metrics_; }
  /// Number of the column among all; it must be there.
  [[nodiscard]] std::size_t column(const std::string& name) const;

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const std::string& text(std::size_t row, std::size_t column) const { return rows_[row][column]; }
  /// The cell as a number; nothing if it is empty.
  [[nodiscard]] std::optional<double> number(std::size_t row, std::size_t column) const;
  /// Did the run succeed?
  [[nodiscard]] bool ok(std::size_t row) const;
  /// Different texts of a column, in order of appearance.
  [[nodiscard]] Strings values(std::size_t column) const;

 private:
  void read_header(const std::string& where, Problems& problems);

  Strings columns_, factors_, metrics_;
  std::vector<Strings> rows_;
};

}  // namespace hetsched
