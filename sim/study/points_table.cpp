#include "study/points_table.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>

#include "base/fields.hpp"
#include "base/units.hpp"
#include "record/summary.hpp"
#include "study/study_folder.hpp"
#include "study/study_tables.hpp"

namespace hetsched {

PointsTable PointsTable::read(const std::filesystem::path& path, Problems& problems) {
  std::error_code error;
  const auto file = std::filesystem::is_directory(path, error) ? path / kPointsFile : path;
  PointsTable table;
  const auto bytes = detail::read_csv_file(file, problems);
  if (!bytes) return table;
  const std::size_t before = problems.size();
  const std::string where = file.string();
  detail::CsvScanner scanner(*bytes, where, problems);
  if (scanner.next()) table.columns_.assign(scanner.cells().begin(), scanner.cells().end());
  table.read_header(where, problems);
  while (problems.size() == before && scanner.next()) {
    if (scanner.cells().size() != table.columns_.size())
      scanner.report("", "has " + std::to_string(scanner.cells().size()) + " cells, but there are " +
                             std::to_string(table.columns_.size()) + " columns");
    table.rows_.emplace_back(scanner.cells().begin(), scanner.cells().end());
    for (std::size_t c = 0; problems.size() == before && c < table.columns_.size(); ++c) {
      const std::string& cell = table.rows_.back()[c];
      const bool metric =
          std::find(table.metrics_.begin(), table.metrics_.end(), table.columns_[c]) != table.metrics_.end();
      if (metric && !cell.empty() && !parse_decimal(cell))
        scanner.report(table.columns_[c], "must be a number; found " + in_quotes(cell));
    }
  }
  if (problems.size() == before && table.rows_.empty()) problems.add(where, "", "has no rows");
  if (problems.size() != before) table.rows_.clear();
  return table;
}

void PointsTable::read_header(const std::string& where, Problems& problems) {
  const Strings known = field_names<RunSummary>();
  const Strings needed = {"point", "status", "platform", "workload", "policy", "seed"};
  for (const std::string& name : needed)
    if (std::find(columns_.begin(), columns_.end(), name) == columns_.end())
      problems.add(where + ":1", name, "this column is missing; is this the points.csv of a study?");
  if (std::set<std::string>(columns_.begin(), columns_.end()).size() != columns_.size())
    problems.add(where + ":1", "", "two columns have the same name");
  for (const std::string& name : columns_) {
    if (name == "point" || name == "status" || name == "error") continue;
    const bool metric = std::find(known.begin(), known.end(), name) != known.end();
    (metric ? metrics_ : factors_).push_back(name);
  }
}

std::size_t PointsTable::column(const std::string& name) const {
  const auto at = std::find(columns_.begin(), columns_.end(), name);
  HETSCHED_ASSERT(at != columns_.end(), "no such column");
  return static_cast<std::size_t>(at - columns_.begin());
}

std::optional<double> PointsTable::number(std::size_t row, std::size_t column) const {
  return parse_decimal(rows_[row][column]);
}

bool PointsTable::ok(std::size_t row) const { return text(row, column("status")) == name_of(PointStatus::ok); }

Strings PointsTable::values(std::size_t column) const {
  Strings values;
  std::set<std::string_view> seen;
  for (const Strings& row : rows_)
    if (seen.insert(row[column]).second) values.push_back(row[column]);
  return values;
}

}  // namespace hetsched
