/// \file
/// Which points of a study are wanted where `stop_when` decides how many replicates each combination of levels gets.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "study/plan.hpp"
#include "study/point_report.hpp"
#include "study/stop_rule.hpp"
#include "study/study_tables.hpp"

namespace hetsched {

/// A cell is a combination of levels with all its replicates. Its replicates become wanted in their order, as many as
/// are needed for the next decision, and further ones when that is taken and they were not enough. What is wanted in
/// the end depends on the results alone.
class Cells {
 public:
  /// `points` of the plan, in order, cells whole; without a rule all of them are wanted.
  Cells(const Plan& plan, std::vector<std::size_t> points, std::optional<StopRuleSpec> rule);

  /// Points that are wanted from the begin.
  [[nodiscard]] std::vector<std::size_t> first();
  /// A wanted point has ended: the points that are wanted now and were not before.
  [[nodiscard]] std::vector<std::size_t> ended(std::size_t point, const PointReport& report);
  /// All that are wanted so far, in their order.
  [[nodiscard]] std::vector<std::size_t> wanted() const;

 private:
  struct Cell {
    std::vector<std::size_t> points;
    std::size_t wanted = 0, told = 0;                     ///< of them, from the first: wanted; values told to the rule
    std::map<std::size_t, std::optional<double>> values;  ///< of replicates that have ended and were not told
    std::optional<StopRule> rule;
  };
  std::vector<std::size_t> want(Cell& cell, std::size_t count);

  std::vector<Cell> cells_;
  std::map<std::size_t, std::size_t> by_number_;  ///< cell of the plan -> index
  const Plan& plan_;
  std::size_t column_ = 0;  ///< of the metric
};

/// The points that are wanted, as far as the reports decide it.
std::vector<std::size_t> wanted_points(const Plan& plan, std::vector<std::size_t> points,
                                       const std::optional<StopRuleSpec>& rule, const ReportOf& report_of);

}  // namespace hetsched
