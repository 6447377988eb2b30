#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/files.hpp"
#include "study/agenda.hpp"
#include "study/plan.hpp"
#include "support/folder.hpp"

using namespace hetsched;

namespace {

/// Points in cells of `replicates`.
Plan plan_of(std::size_t count, std::size_t replicates) {
  Plan plan{{"platform", "policy"}, {}};
  for (std::size_t i = 0; i < count; ++i)
    plan.points.push_back({std::to_string(i),
                           sha256_hex(std::to_string(i)).substr(0, 32),
                           i / replicates,
                           {"p, \"q\"", std::to_string(i % 7)}});
  return plan;
}

}  // namespace

TEST_CASE("a plan is read back as it was written") {
  const TestFolder folder;
  const Plan plan = plan_of(20, 4);
  write_file(folder.path() / kPlanFile, plan.text());
  Problems problems;
  const Plan back = Plan::read(folder.path() / kPlanFile, problems);
  REQUIRE(problems.empty());
  CHECK(back.label_names == plan.label_names);
  CHECK(back.text() == plan.text());
  CHECK(back.hash() == plan.hash());
  CHECK(plan.hash() != plan_of(19, 4).hash());
}

TEST_CASE("what is no plan is refused") {
  const TestFolder folder;
  for (const std::string& text : {std::string("point,status\n0,ok\n"), std::string(""),
                                  plan_of(3, 1).text() + "3,x,y,a,b\n", plan_of(3, 1).text() + "3\n"}) {
    write_file(folder.path() / kPlanFile, text);
    Problems problems;
    CHECK(Plan::read(folder.path() / kPlanFile, problems).points.empty());
    CHECK(problems.size() == 1);
  }
}

TEST_CASE("names and ids that lead out of a study's folder are refused, with file and line") {
  const TestFolder folder;
  const std::string good = plan_of(3, 1).text();
  const std::string id = plan_of(3, 1).points[1].id;
  const auto problem_with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    write_file(folder.path() / kPlanFile, text);
    Problems problems;
    CHECK(Plan::read(folder.path() / kPlanFile, problems).points.empty());
    return problems.empty() ? "" : to_string(problems.all().front());
  };
  for (const std::string name : {"../../victim", "..", ".", "", "/tmp", "2", "-1", "1/", "x", "0x1", "1.0"}) {
    CAPTURE(name);
    const std::string problem = problem_with("\n1,1,", "\n" + name + ",1,");
    CHECK(problem.find(std::string(kPlanFile) + ":3: point: must be 1, the number of the point; found ") !=
          std::string::npos);
  }
  for (const std::string& other : {std::string("../../aaaaaaaaaaaaaaaaaaaaaaaaaa"), std::string(32, 'A'), id + "0"}) {
    CAPTURE(other);
    CHECK(problem_with(id, other).find(":3: id: must be 32 hexadecimal digits; found ") != std::string::npos);
  }
  for (const std::string cell : {"1e300", "-1", "", "a"}) {
    CAPTURE(cell);
    CHECK(problem_with("\n1,1,", "\n1," + cell + ",").find(":3: cell: must be a number; found ") != std::string::npos);
  }
}

TEST_CASE("each point is in one shard, and shards are of equal size") {
  for (const std::size_t count : {1, 5, 100, 1000})
    for (const std::size_t shards : {1, 2, 7, 64}) {
      const Plan plan = plan_of(count, 5);
      std::vector<std::size_t> all;
      for (std::size_t i = 1; i <= shards; ++i) {
        const std::vector<std::size_t> points = points_of({i, shards}, plan, false);
        CHECK(points.size() >= count / shards);
        CHECK(points.size() <= count / shards + 1);
        CHECK(std::is_sorted(points.begin(), points.end()));
        all.insert(all.end(), points.begin(), points.end());
      }
      std::sort(all.begin(), all.end());
      CHECK(all.size() == count);
      CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
    }
}

TEST_CASE("shards do not fall in with the period of a factor") {
  const Plan plan = plan_of(700, 1);
  std::set<std::size_t> policies;
  for (const std::size_t point : points_of({1, 7}, plan, false)) policies.insert(point % 7);
  CHECK(policies.size() == 7);
}

TEST_CASE("cells that stay whole are in one shard each") {
  const Plan plan = plan_of(100, 5);
  for (std::size_t i = 1; i <= 3; ++i) {
    const std::vector<std::size_t> points = points_of({i, 3}, plan, true);
    for (std::size_t k = 0; k < points.size(); k += 5)
      for (std::size_t r = 0; r < 5; ++r) CHECK(points[k + r] == points[k] + r);
  }
}

TEST_CASE("an agenda hands out each point once, those of small studies in order") {
  for (const std::size_t count : {0, 1, 200, 2048, 5000}) {
    std::vector<std::size_t> points, order;
    for (std::size_t i = 0; i < count; ++i) points.push_back(3 * i);  // what is left of a larger study
    Agenda agenda(points);
    agenda.add(points);
    CHECK(agenda.size() == count);
    while (const auto point = agenda.next()) order.push_back(*point);
    if (count == 200) CHECK(order == points);
    std::sort(order.begin(), order.end());
    CHECK(order == points);
  }
}

TEST_CASE("the time left is told rightly though cost grows with load") {
  constexpr std::size_t kCount = 10000;
  std::vector<std::size_t> points(kCount);
  for (std::size_t i = 0; i < kCount; ++i) points[i] = i;
  // The slowest factor is the load, ten levels that cost 1 to 512; the fastest the policy, of which one takes tenfold.
  const auto wall = [](std::size_t point) {
    return static_cast<double>(1U << (point / 1000)) * (point % 4 == 0 ? 10 : 1);
  };
  double all = 0;
  for (const std::size_t point : points) all += wall(point);
  Agenda agenda(points);
  agenda.add(points);
  CHECK_FALSE(agenda.work_left().has_value());
  double done = 0;
  for (std::size_t ended = 1; const auto point = agenda.next(); ++ended) {
    done += wall(*point);
    agenda.ended(*point, wall(*point));
    if (ended < 512) continue;  // its sample
    const double left = agenda.work_left().value();
    CHECK(std::abs(left - (all - done)) < 0.1 * all);
  }
  CHECK(agenda.work_left().value() == doctest::Approx(0));
}
