#include "import/profiles/sheet.hpp"

#include <algorithm>

#include "base/fields_csv.hpp"
#include "base/units.hpp"

namespace hetsched {
namespace {

/// Cells without the empty ones that trailing commas leave.
Strings cells_of(const detail::CsvScanner& scanner) {
  Strings cells(scanner.cells().begin(), scanner.cells().end());
  while (!cells.empty() && cells.back().empty()) cells.pop_back();
  return cells;
}

}  // namespace

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

Sheet::Sheet(const std::string& path, Problems& problems) {
  const auto text = detail::read_csv_file(path, problems);
  if (!text) return;
  detail::CsvScanner scanner(*text, path, problems);
  const std::size_t before = problems.size();
  if (!scanner.next()) {
    problems.add(path, "", "has no header line");
    return;
  }
  where_ = path + ":" + std::to_string(scanner.line());
  columns_ = cells_of(scanner);
  while (scanner.next()) {
    Row row{cells_of(scanner), path + ":" + std::to_string(scanner.line())};
    if (row.cells.empty()) continue;  // nothing but commas
    if (row.cells.size() > columns_.size())
      problems.add(row.where, "",
                   "has " + std::to_string(row.cells.size()) + " cells, but the header names " +
                       std::to_string(columns_.size()) + " columns");
    row.cells.resize(columns_.size());
    rows_.push_back(std::move(row));
  }
  if (rows_.empty() && problems.size() == before) problems.add(path, "", "has a header but no rows");
}

std::optional<std::size_t> Sheet::find(const std::string& name) const {
  const std::string wanted = lowered(name);
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const std::string& column) { return lowered(column) == wanted; });
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

std::optional<std::size_t> Sheet::need(const std::string& name, Problems& problems, const std::string& way_out) const {
  const auto found = find(name);
  if (!found && !columns_.empty()) {
    const std::string near = did_you_mean(name, columns_);
    problems.add(where_, "",
                 "has no column " + in_quotes(name) + near + (near.empty() ? "; it has: " : " it has: ") +
                     listed(columns_, 12) + way_out);
  }
  return found;
}

double Sheet::number(const Row& row, std::size_t column, Problems& problems) const {
  const auto value = parse_decimal(row.cells[column]);
  if (value && *value >= 0) return *value;
  problems.add(row.where, columns_[column], "must be a number of at least 0; found " + in_quotes(row.cells[column]));
  return 0;
}

}  // namespace hetsched
