#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/fields_csv.hpp"
#include "base/random.hpp"
#include "record/summary.hpp"
#include "study/cells.hpp"

using namespace hetsched;

namespace {

constexpr std::size_t kReplicates = 200, kCells = 6;

Plan plan() {
  Plan made{{"policy"}, {}};
  for (std::size_t i = 0; i < kCells * kReplicates; ++i)
    made.points.push_back({std::to_string(i), std::to_string(i), i / kReplicates, {"edf"}});
  return made;
}

std::vector<std::size_t> all(const Plan& plan) {
  std::vector<std::size_t> points(plan.points.size());
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = i;
  return points;
}

/// Its makespan is 1 +- noise, of which later cells have more; every ninth fails, every seventh has no p95.
PointReport report(std::size_t point) {
  if (point % 9 == 4) return {"no luck", "", {}, {}};
  const RandomStream random(3, "test", "cells");
  RunSummary summary;
  summary.makespan = 1 + 0.05 * static_cast<double>(point / kReplicates + 1) * random.normal(point);
  if (point % 7 != 0) summary.latency_p95 = summary.makespan;
  PointReport made;
  append_csv_row(made.metrics, summary);
  return made;
}

StopRuleSpec rule(const std::string& metric) { return {.metric = metric, .half_width = 0.05}; }

/// Runs what is wanted, `at_once` at a time, of which any may end first.
std::vector<std::size_t> run(const Plan& plan, const std::string& metric, std::size_t at_once, std::uint64_t seed) {
  Cells cells(plan, all(plan), rule(metric));
  std::vector<std::size_t> waiting = cells.first(), running;
  const RandomStream random(seed, "test", "order");
  for (std::uint64_t draw = 0; !waiting.empty() || !running.empty(); ++draw) {
    while (!waiting.empty() && running.size() < at_once) {
      running.push_back(waiting.front());
      waiting.erase(waiting.begin());
    }
    const auto which =
        running.begin() + static_cast<std::ptrdiff_t>(random.uniform(draw) * static_cast<double>(running.size()));
    const std::size_t point = *which;
    running.erase(which);
    for (const std::size_t more : cells.ended(point, report(point))) waiting.push_back(more);
  }
  return cells.wanted();
}

std::map<std::size_t, std::size_t> sizes(const Plan& plan, const std::vector<std::size_t>& points) {
  std::map<std::size_t, std::size_t> found;
  for (const std::size_t point : points) ++found[plan.points[point].cell];
  return found;
}

}  // namespace

TEST_CASE("without a rule all points are wanted at once") {
  const Plan points = plan();
  Cells cells(points, all(points), std::nullopt);
  CHECK(cells.first() == all(points));
  CHECK(cells.ended(5, report(5)).empty());
  CHECK(cells.wanted() == all(points));
}

TEST_CASE("how many replicates are run does not depend on how many run at a time, nor on which ends first") {
  const Plan points = plan();
  for (const std::string metric : {"makespan_s", "latency_p95_s"}) {
    const std::vector<std::size_t> wanted = run(points, metric, 1, 1);
    const auto per_cell = sizes(points, wanted);
    CHECK(per_cell.size() == kCells);
    CHECK(per_cell.at(0) < per_cell.at(3));
    CHECK(per_cell.at(0) >= 10);
    CHECK(per_cell.at(kCells - 1) < kReplicates);
    for (const std::size_t at_once : {2, 7, 10000}) CHECK(run(points, metric, at_once, at_once) == wanted);
    // As what a journal knows decides it.
    std::map<std::size_t, PointReport> known;
    for (const std::size_t point : all(points)) known.emplace(point, report(point));
    CHECK(wanted_points(points, all(points), rule(metric), [&](std::size_t point) { return &known.at(point); }) ==
          wanted);
  }
}

TEST_CASE("replicates end where the plan does") {
  const Plan points = plan();
  StopRuleSpec narrow = rule("makespan_s");
  narrow.half_width = 1e-6;
  std::map<std::size_t, PointReport> known;
  for (const std::size_t point : all(points)) known.emplace(point, report(point));
  CHECK(wanted_points(points, all(points), narrow, [&](std::size_t point) { return &known.at(point); }) == all(points));
}

TEST_CASE("what has not been run yet is wanted up to the next decision only") {
  const Plan points = plan();
  const auto wanted = wanted_points(points, all(points), rule("makespan_s"), [](std::size_t) { return nullptr; });
  CHECK(sizes(points, wanted).at(2) == 5);
}
