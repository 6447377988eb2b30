#include "study/cells.hpp"

#include <algorithm>
#include <utility>

namespace hetsched {
Cells::Cells(const Plan& plan, std::vector<std::size_t> points, std::optional<StopRuleSpec> rule) : plan_(plan) {
  if (rule) {
    column_ = column_of(rule->metric);
  }
  for (const std::size_t point : points) {
    const auto [cell, added] = by_number_.try_emplace(plan.points[point].cell, cells_.size());
    if (added) cells_.push_back({{}, 0, 0, {}, rule ? std::optional<StopRule>(std::in_place, *rule) : std::nullopt});
    cells_[cell->second].points.push_back(point);
  }
}

std::vector<std::size_t> Cells::want(Cell& cell, std::size_t count) {
  const std::size_t before = cell.wanted;
  cell.wanted = std::clamp(count, before, cell.points.size());
  return {cell.points.begin() + static_cast<std::ptrdiff_t>(before),
          cell.points.begin() + static_cast<std::ptrdiff_t>(cell.wanted)};
}

std::vector<std::size_t> Cells::first() {
  std::vector<std::size_t> points;
  for (Cell& cell : cells_) {
    const std::vector<std::size_t> wanted = want(cell, cell.rule ? cell.rule->next_look() : cell.points.size());
    points.insert(points.end(), wanted.begin(), wanted.end());
  }
  return points;
}

std::vector<std::size_t> Cells::ended(std::size_t point, const PointReport& report) {
  Cell& cell = cells_[by_number_.at(plan_.points[point].cell)];
  if (!cell.rule) return {};
  const auto replicate =
      static_cast<std::size_t>(std::find(cell.points.begin(), cell.points.end(), point) - cell.points.begin());
  cell.values.emplace(replicate, value_of(report, column_));
  // In their order, whichever ended first.
  for (auto next = cell.values.find(cell.told); next != cell.values.end(); next = cell.values.find(++cell.told)) {
    if (next->second) cell.rule->add(*next->second);
    cell.values.erase(next);
  }
  if (cell.told < cell.wanted || cell.rule->enough()) return {};
  return want(cell, cell.wanted + (cell.rule->next_look() - cell.rule->count()));
}

std::vector<std::size_t> Cells::wanted() const {
  std::vector<std::size_t> points;
  for (const Cell& cell : cells_)
    points.insert(points.end(), cell.points.begin(), cell.points.begin() + static_cast<std::ptrdiff_t>(cell.wanted));
  std::sort(points.begin(), points.end());
  return points;
}

std::vector<std::size_t> wanted_points(const Plan& plan, std::vector<std::size_t> points,
                                       const std::optional<StopRuleSpec>& rule, const ReportOf& report_of) {
  if (!rule) return points;
  Cells cells(plan, std::move(points), rule);
  std::vector<std::size_t> to_look_at = cells.first();
  while (!to_look_at.empty()) {
    const std::size_t point = to_look_at.back();
    to_look_at.pop_back();
    if (const PointReport* report = report_of(point))
      for (const std::size_t more : cells.ended(point, *report)) to_look_at.push_back(more);
  }
  return cells.wanted();
}

}  // namespace hetsched
