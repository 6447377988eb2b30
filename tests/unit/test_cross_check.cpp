// What is told of metrics on two executors, and from where on do they count as different?
#include <doctest/doctest.h>

#include <string>

#include "record/summary.hpp"
#include "study/cross_check.hpp"

using namespace hetsched;

namespace {

std::string line(double makespan, std::uint64_t late, double miss_rate) {
  RunSummary summary;
  summary.makespan = makespan;
  summary.released = summary.finished = 50;
  summary.late = late;
  summary.miss_rate = miss_rate;
  std::string row;
  append_csv_row(row, summary);
  return row;
}

}  // namespace

TEST_CASE("the same metrics: nothing to tell") {
  CrossCheck check;
  check.add("0", line(2, 3, 0.06), line(2, 3, 0.06));
  CHECK(check.points() == Strings{"0"});
  CHECK(check.largest().empty());
  CHECK(check.broken().empty());
}

TEST_CASE("of several points the largest difference of a metric, and where it is") {
  CrossCheck check;
  check.add("0", line(2, 3, 0.06), line(2 * (1 + 1e-12), 3, 0.06));
  check.add("7", line(2, 3, 0.06), line(2.05, 3, 0.06));
  check.add("9", line(2, 3, 0.06), line(2.02, 3, 0.06));
  REQUIRE(check.largest().size() == 1);
  CHECK(check.largest()[0].metric == "makespan_s");
  CHECK(check.largest()[0].point == "7");
  CHECK(check.largest()[0].relative == doctest::Approx(0.05 / 2.05));
  CHECK(check.broken().empty());
  CHECK(to_json(check)["largest_differences"]["makespan_s"]["reference"] == 2.05);
}

TEST_CASE("beyond 5 % it is broken; so are more than two requests and their part of all, but not two") {
  CrossCheck far;
  far.add("0", line(2, 3, 0.06), line(2.2, 3, 0.06));
  CHECK(far.broken() == Strings{"makespan_s of point 0 is 2, but 2.2 on the reference executor"});
  CrossCheck two;
  two.add("0", line(2, 3, 0.06), line(2, 5, 0.1));
  CHECK(two.largest().size() == 2);
  CHECK(two.broken().empty());
  CrossCheck three;
  three.add("0", line(2, 3, 0.06), line(2, 6, 0.12));
  CHECK(three.broken().size() == 2);
}
