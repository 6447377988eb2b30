#include "study/plan.hpp"

#include <algorithm>

#include "base/fields.hpp"
#include "base/fields_csv.hpp"
#include "base/files.hpp"
#include "base/units.hpp"

namespace hetsched {
namespace {

const Strings kOwnColumns = {"point", "cell", "id"};

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
    const auto cell = cells.size() > 1 ? parse_decimal(cells[1]) : std::nullopt;
    if (cells.size() != columns.size() || !cell || *cell < 0 || cells[2].size() != 32) {
      scanner.report("", "is no point of a plan; hetsched wrote another one");
      break;
    }
    plan.points.push_back({std::string(cells[0]), std::string(cells[2]), static_cast<std::size_t>(*cell),
                           Strings(cells.begin() + 3, cells.end())});
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
