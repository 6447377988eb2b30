/// \file
/// Immediate mode: each task in turn, without a look at others.
#pragma once

#include "planning/rules/rule.hpp"

namespace hetsched::planning {

constexpr std::string_view kImmediateModeComplexity = "per request: tasks x (inputs + plan) x A";
constexpr std::string_view kImmediateModeSource = "Braun et al., J. Parallel Distrib. Comput. 61(6), 2001";
constexpr std::string_view kImmediateModeTies =
    "tasks in the order of their model's file, but each behind what it needs; ties: the first accelerator";

/// Minimum completion time: tasks in order, each where it finishes first. O(e p).
inline Plan minimum_completion_time(const Problem& problem, bool insertion) {
  return place_in_order(problem, insertion, in_order(problem),
                        [](const Timetable& table, PlanTaskId task) { return table.earliest_finish(task); });
}

}  // namespace hetsched::planning
