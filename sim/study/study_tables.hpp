/// \file
/// The tables of a study: points.csv, streams.csv and timing.csv, made of its plan and what is known of its points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "study/plan.hpp"
#include "study/point_report.hpp"

namespace hetsched {

enum class PointStatus { ok, failed, interrupted };
template <>
inline constexpr auto enum_names<PointStatus> = std::array{"ok", "failed", "interrupted"};

/// timing.csv: one row per point. The only results of a study that differ when it is repeated.
struct TimingRow {
  std::string point;
  double wall = 0, cpu = 0;
  std::uint64_t decide_calls = 0;
  double decide_total = 0, decide_mean_us = 0;
  std::uint64_t peak = 0;
};
template <>
inline constexpr auto fields<TimingRow> = std::tuple{
    field("point", &TimingRow::point, "as in points.csv", {}),
    field("wall_s", &TimingRow::wall, "wall-clock time of the run", {.unit = "s"}),
    field("cpu_s", &TimingRow::cpu, "processor time of the run", {.unit = "s"}),
    field("decide_calls", &TimingRow::decide_calls, "calls of the policy", {}),
    field("decide_total_s", &TimingRow::decide_total,
          "processor time spent in the policy, if need be estimated from a sample of the calls", {.unit = "s"}),
    field("decide_mean_us", &TimingRow::decide_mean_us, "decide_total_s / decide_calls, in microseconds", {}),
    field("peak_kib", &TimingRow::peak,
          "peak memory of the process until then, in KiB; it may have run other points before", {}),
};

/// What is known of a point of the plan, by its number; null: it has not been run.
using ReportOf = std::function<const PointReport*(std::size_t)>;

/// How many points there are, and of which status.
struct PointCounts {
  std::size_t total = 0, ok = 0, failed = 0, interrupted = 0;
};

/// Writes the rows of some points of the plan, in the order given. Each table is replaced when the new one is whole.
/// Throws an InputError if that fails.
PointCounts write_tables(const std::filesystem::path& folder, const Plan& plan, const std::vector<std::size_t>& points,
                         const ReportOf& report_of);

}  // namespace hetsched
