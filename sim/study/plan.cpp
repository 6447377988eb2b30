#include "study/plan.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/fields.hpp"
#include "base/fields_csv.hpp"
#include "base/files.hpp"
#include "study/point_id.hpp"

namespace hetsched {
namespace {

const Strings kOwnColumns = {"point", "cell", "id"};

/// The way out of a plan that somebody has changed.
constexpr std::string_view kSpoilt = "; the file has been changed: the command that made this study writes it again";

/// Digits and nothing else.
bool parse_number(std::string_view text, std::size_t& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data(), end, number);
  return wrong == std::errc() && stop == end;
}

/// Is this the number of a point, as plans write it, with zeros before it or not? Folders are called by it.
bool is_number(std::string_view name, std::size_t number) {
  std::size_t value = 0;
  return name.size() <= 20 && parse_number(name, value) && value == number;
}

void append_cells(std::string& text, const Strings& cells) {
  for (const std::string& cell : cells) {
    text += ',';
    detail::append_csv_text(text, cell);
  }
}

}  // namespace

Plan Plan::of(const Study& study) {
  Plan plan;
  plan.label_names = study.label_names();
  plan.points.reserve(study.size());
  for (std::size_t point = 0; point < study.size(); ++point)
    plan.points.push_back({study.point_name(point), study.id(point), study.cell(point), study.labels(point)});
  return plan;
}

Plan Plan::read(const std::filesystem::path& file, Problems& problems) {
  Plan plan;
  const auto bytes = detail::read_csv_file(file, problems);
  if (!bytes) return plan;
  const std::size_t before = problems.size();
  const std::string where = file.string();
  detail::CsvScanner scanner(*bytes, where, problems);
  Strings columns;
  if (scanner.next()) columns.assign(scanner.cells().begin(), scanner.cells().end());
  if (columns.size() < kOwnColumns.size() || !std::equal(kOwnColumns.begin(), kOwnColumns.end(), columns.begin())) {
    problems.add(where + ":1", "", "is no plan of a study: its columns must begin with " + join(kOwnColumns, ", "));
    return plan;
  }
  plan.label_names.assign(columns.begin() + 3, columns.end());
  while (problems.size() == before && scanner.next()) {
    const auto& cells = scanner.cells();
    std::size_t cell = 0;
    if (cells.size() != columns.size()) {
      scanner.report("", "has " + std::to_string(cells.size()) + " cells, but there are " +
                             std::to_string(columns.size()) + " columns" + std::string(kSpoilt));
    } else if (const std::size_t number = plan.points.size(); !is_number(cells[0], number)) {
      scanner.report("point", "must be " + std::to_string(number) + ", the number of the point; found " +
                                  in_quotes(cells[0]) + std::string(kSpoilt));
    } else if (!parse_number(cells[1], cell)) {
      scanner.report("cell", "must be a number; found " + in_quotes(cells[1]) + std::string(kSpoilt));
    } else if (!is_point_id(cells[2])) {
      scanner.report("id", "must be 32 hexadecimal digits; found " + in_quotes(cells[2]) + std::string(kSpoilt));
    } else {
      plan.points.push_back(
          {std::string(cells[0]), std::string(cells[2]), cell, Strings(cells.begin() + 3, cells.end())});
    }
  }
  if (problems.size() != before) plan = {};
  return plan;
}

std::string Plan::text() const {
  std::string text = join(kOwnColumns, ",");
  append_cells(text, label_names);
  text += '\n';
  for (const Point& point : points) {
    text += point.name + "," + std::to_string(point.cell) + "," + point.id;
    append_cells(text, point.labels);
    text += '\n';
  }
  return text;
}

std::string Plan::hash() const {
  std::string ids;
  for (const Point& point : points) ids += point.id + "\n";
  return sha256_hex(ids);
}

std::vector<std::size_t> points_of(const Shard& shard, const Plan& plan, bool whole) {
  // Groups of points that stay together, in the order in which they are dealt out.
  std::vector<std::pair<std::string, std::vector<std::size_t>>> groups;
  for (std::size_t point = 0; point < plan.points.size(); ++point) {
    const bool same = whole && point > 0 && plan.points[point].cell == plan.points[point - 1].cell;
    if (!same) groups.emplace_back(plan.points[point].id, std::vector<std::size_t>());
    groups.back().second.push_back(point);
  }
  std::sort(groups.begin(), groups.end());
  std::vector<std::size_t> points;
  for (std::size_t g = shard.index - 1; g < groups.size(); g += shard.count)
    points.insert(points.end(), groups[g].second.begin(), groups[g].second.end());
  std::sort(points.begin(), points.end());
  return points;
}

}  // namespace hetsched
