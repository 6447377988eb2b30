#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "record/metrics.hpp"
#include "record/result_files.hpp"
#include "record/summary.hpp"

using namespace hetsched;  // NOLINT: tests

namespace {

RequestRecord request(std::string_view stream, RequestStatus status, double arrival, double finish, double deadline) {
  RequestRecord r;
  r.stream = stream;
  r.model = "m";
  r.arrival = arrival;
  r.deadline = deadline;
  r.status = status;
  r.end = finish;
  if (status == RequestStatus::finished || status == RequestStatus::late) {
    r.start = arrival + 0.5;
    r.finish = finish;
    r.latency = finish - arrival;
    r.tardiness = status == RequestStatus::late ? finish - deadline : 0;
  }
  return r;
}

SummaryBasis two_streams() {
  SummaryBasis basis;
  basis.streams = {{"a", "m"}, {"b", "n"}};
  basis.alone = [](std::size_t stream) { return stream == 0 ? 1.0 : 2.0; };
  return basis;
}

}  // namespace

TEST_CASE("percentiles are by nearest rank") {
  const std::vector<double> five{15, 20, 35, 40, 50};  // the textbook example
  CHECK(percentile(five, 5) == 15);
  CHECK(percentile(five, 30) == 20);
  CHECK(percentile(five, 40) == 20);
  CHECK(percentile(five, 50) == 35);
  CHECK(percentile(five, 100) == 50);
  std::vector<double> hundred;
  for (int i = 1; i <= 100; ++i) hundred.push_back(i);
  CHECK(percentile(hundred, 50) == 50);
  CHECK(percentile(hundred, 95) == 95);
  CHECK(percentile(hundred, 99) == 99);
  CHECK_FALSE(percentile({}, 50).has_value());
}

TEST_CASE("metrics without a denominator have no value") {
  CHECK(ratio(1, 4) == 0.25);
  CHECK_FALSE(ratio(1, 0).has_value());
  CHECK_FALSE(ratio(0, 0).has_value());
  CHECK_FALSE(ratio(1, std::nullopt).has_value());
  CHECK_FALSE(ratio(1, INFINITY).has_value());
  CHECK_FALSE(mean({}).has_value());
  CHECK(jain_index(std::vector<double>{2, 2, 2}) == 1.0);
  CHECK(jain_index(std::vector<double>{1, 0, 0, 0}) == 0.25);
  CHECK_FALSE(jain_index(std::vector<double>{0, 0}).has_value());
}

TEST_CASE("the real-time score neither overflows nor loses its tails") {
  CHECK(realtime_score(15000, 1, 1) == 0.5);
  CHECK(realtime_score(15000, 1, std::nullopt) == 1);
  CHECK(realtime_score(15000, 1e6, 0) == 0);
  CHECK(realtime_score(15000, 0, 1e6) == 1);
  CHECK(realtime_score(1, 1, 0) == doctest::Approx(1 / (1 + std::exp(1.0))));
  CHECK(realtime_score(1, 1, 0) + realtime_score(1, 0, 1) == doctest::Approx(1));
  CHECK(energy_score(1.5, 0.3) == doctest::Approx(0.8));
}

TEST_CASE("a run's summary follows its formulas") {
  SummaryBasis basis = two_streams();
  basis.budget.tdp = 10;
  basis.budget.price = 4;
  SummaryObserver observer(basis);
  observer.request_ended(request("a", RequestStatus::finished, 0, 2, 3));
  observer.request_ended(request("a", RequestStatus::late, 1, 5, 4));
  observer.request_ended(request("b", RequestStatus::dropped, 1, 4, 4));
  observer.request_ended(request("b", RequestStatus::finished, 2, 4, 10));
  observer.request_ended(request("b", RequestStatus::unfinished, 9, 10, 12));
  AcceleratorRecord gpu;
  gpu.slots = 3;
  gpu.busy = 0.5;
  gpu.switches = 2;
  observer.accelerator(gpu);
  AcceleratorRecord dla;
  dla.busy = 0.1;
  dla.failures = 1;
  observer.accelerator(dla);
  RunTotals totals;
  totals.end = 10;
  totals.energy_base = 1;
  totals.energy_idle = 2;
  totals.energy_active = 5;
  totals.energy_transfer = 1;
  totals.instants = 7;
  observer.run_ended(totals);

  const RunSummary s = observer.summary();
  CHECK(s.released == 5);
  CHECK(s.finished == 3);
  CHECK(s.late == 1);
  CHECK(s.dropped == 1);
  CHECK(s.unfinished == 1);
  CHECK(s.undecided == 1);  // its deadline is 12, the run ends at 10
  CHECK(*s.miss_rate == doctest::Approx(2.0 / 4));
  CHECK(*s.miss_rate_stream_mean == doctest::Approx((1.0 / 2 + 1.0 / 2) / 2));
  CHECK(*s.never_finished == doctest::Approx(2.0 / 5));
  CHECK(*s.throughput == doctest::Approx(0.3));
  CHECK(*s.goodput == doctest::Approx(0.2));
  CHECK(*s.latency_mean == doctest::Approx(8.0 / 3));
  CHECK(*s.latency_p50 == 2);
  CHECK(*s.latency_p99 == 4);
  CHECK(*s.wait_mean == doctest::Approx(0.5));
  CHECK(*s.tardiness_mean == doctest::Approx(1.0 / 3));
  CHECK(*s.tardiness_max == 1);
  CHECK(s.energy == 9);
  CHECK(*s.energy_per_inference == 3);
  CHECK(*s.power_mean == doctest::Approx(0.9));
  CHECK(*s.edp == doctest::Approx(8));
  CHECK(*s.utilisation == doctest::Approx((3 * 0.5 + 0.1) / 4));
  CHECK(*s.antt == doctest::Approx((3.0 / 1 + 2.0 / 2) / 2));
  CHECK(*s.stp == doctest::Approx(1.0 / 3 + 2.0 / 2));
  const double x = 1.0 / 3, y = 1;
  CHECK(*s.fairness_jain == doctest::Approx((x + y) * (x + y) / (2 * (x * x + y * y))));
  CHECK(*s.throughput_per_watt == doctest::Approx(1.0 / 3));
  CHECK(*s.throughput_per_tdp_watt == doctest::Approx(0.03));
  CHECK(*s.throughput_per_usd == doctest::Approx(0.075));
  CHECK_FALSE(s.throughput_per_mm2.has_value());
  CHECK_FALSE(s.score.has_value());
  CHECK(s.switches == 2);
  CHECK(s.failures == 1);
  CHECK(s.instants == 7);

  const auto streams = observer.streams();
  REQUIRE(streams.size() == 2);
  CHECK(streams[0].stream == "a");
  CHECK(streams[0].late == 1);
  CHECK(*streams[1].miss_rate == doctest::Approx(1.0 / 2));
  CHECK(*streams[0].slowdown == 3);
  CHECK_FALSE(streams[0].score.has_value());
}

TEST_CASE("a stream that starves makes the run unfair") {
  SummaryObserver observer(two_streams());
  observer.request_ended(request("a", RequestStatus::finished, 0, 1, 3));
  observer.request_ended(request("b", RequestStatus::dropped, 0, 3, 3));
  RunTotals totals;
  totals.end = 3;
  observer.run_ended(totals);
  CHECK(*observer.summary().fairness_jain == doctest::Approx(0.5));
  CHECK(*observer.summary().stp == doctest::Approx(1));
  CHECK_FALSE(observer.summary().antt.has_value());
}

TEST_CASE("a run in which nothing finishes has a summary without NaN") {
  SummaryObserver observer(two_streams());
  observer.request_ended(request("a", RequestStatus::dropped, 0, 0, 3));
  observer.run_ended({});
  const RunSummary s = observer.summary();
  CHECK(*s.miss_rate == 1);
  CHECK_FALSE(s.latency_mean.has_value());
  CHECK_FALSE(s.throughput.has_value());
  CHECK_FALSE(s.energy_per_inference.has_value());
  CHECK_FALSE(s.antt.has_value());
  std::string row;
  append_csv_row(row, s);
  CHECK(row.find("nan") == std::string::npos);
  CHECK(row.find("inf") == std::string::npos);
  CHECK_FALSE(to_json(s).contains("latency_mean_s"));
}

TEST_CASE("the XRBench score is computed per stream and averaged over those that count") {
  SummaryBasis basis = two_streams();
  basis.streams.push_back({"silent", "m"});
  basis.score = ScoreSpec{};
  basis.score->steepness = 2;
  basis.score->energy_max = 10;
  SummaryObserver observer(basis);
  RequestRecord in_time = request("a", RequestStatus::finished, 0, 2, 3);
  in_time.energy = 4;
  observer.request_ended(in_time);
  RequestRecord late = request("a", RequestStatus::late, 0, 4, 3);
  late.energy = 1;
  observer.request_ended(late);
  observer.request_ended(request("a", RequestStatus::dropped, 0, 4, 3));
  observer.request_ended(request("a", RequestStatus::unfinished, 3, 5, 6));
  observer.request_ended(request("b", RequestStatus::dropped, 0, 4, 3));
  observer.request_ended(request("silent", RequestStatus::unfinished, 0, 5, 6));
  observer.run_ended({});
  const double rt1 = 1 / (1 + std::exp(-2.0)), rt2 = 1 / (1 + std::exp(2.0));
  const auto streams = observer.streams();
  CHECK(*streams[0].rt_score == doctest::Approx((rt1 + rt2) / 2));
  CHECK(*streams[0].energy_score == doctest::Approx((0.6 + 0.9) / 2));
  CHECK(*streams[0].qoe == doctest::Approx(2.0 / 3));
  const double score = (rt1 * 0.6 + rt2 * 0.9) / 3 * 2 / 3;
  CHECK(*streams[0].score == doctest::Approx(score));
  CHECK(*streams[1].score == 0);
  CHECK_FALSE(streams[2].score.has_value());
  CHECK(*observer.summary().score == doctest::Approx(score / 2));
}

TEST_CASE("the budget of a platform is the sum over its accelerators, if all kinds state it") {
  PlatformSpec platform;
  platform.kinds.resize(2);
  platform.kinds[0].name = "gpu";
  platform.kinds[0].budget.tdp = 20;
  platform.kinds[0].budget.price = 100;
  platform.kinds[1].name = "dla";
  platform.kinds[1].budget.tdp = 5;
  platform.accelerators.resize(3);
  platform.accelerators[0].kind = "gpu";
  platform.accelerators[1].kind = platform.accelerators[2].kind = "dla";
  CHECK(*total_budget(platform).tdp == 30);
  CHECK_FALSE(total_budget(platform).price.has_value());
}

TEST_CASE("summaries read back from CSV as they were written") {
  RunSummary s;
  s.makespan = 0.125;
  s.released = 3;
  s.miss_rate = 1.0 / 3;
  s.score = -0.25;
  std::string text = csv_header<RunSummary>();
  append_csv_row(text, s);
  Problems problems;
  const auto rows = parse_csv<RunSummary>(text, "points.csv", problems);
  CHECK(problems.empty());
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].makespan == 0.125);
  CHECK(rows[0].miss_rate == s.miss_rate);
  CHECK(rows[0].score == -0.25);
  CHECK_FALSE(rows[0].latency_mean.has_value());
}

TEST_CASE("every column of every result file is documented") {
  const auto files = result_files();
  CHECK(files.size() == 9);
  for (const ResultFile& file : files) {
    CHECK_FALSE(file.what.empty());
    for (const ResultColumn& column : file.columns) {
      CAPTURE(file.name + " " + column.name);
      CHECK_FALSE(column.doc.empty());
      if (column.unit == "s") CHECK(column.name.ends_with("_s"));
      const bool instant = column.doc.starts_with("when ") || column.doc.starts_with("absolute deadline") ||
                           column.doc.starts_with("finish the policy planned") || column.doc.ends_with("of the piece");
      CHECK(column.name.ends_with("_at_s") == instant);
      if (column.unit == "J") CHECK(column.name.ends_with("_j"));
      if (column.unit == "W") CHECK(column.name.ends_with("_w"));
    }
  }
}

TEST_CASE("bounds: means over finished requests, the later one of path and load, and the optimum of a single request") {
  SummaryBasis basis = two_streams();
  basis.bounds = SummaryBounds{{1.0, 2.0},
                               [](std::span<const double> finished) { return 3 * finished[0] + finished[1]; },
                               [](std::size_t stream) { return stream == 1 ? std::optional(2.5) : std::nullopt; }};
  SummaryObserver two(basis);
  two.request_ended(request("a", RequestStatus::finished, 0.5, 4, 9));
  two.request_ended(request("b", RequestStatus::late, 6, 12, 9));
  two.request_ended(request("b", RequestStatus::dropped, 7, 12, 9));
  RunTotals totals;
  totals.end = 16;
  two.run_ended(totals);
  CHECK(two.summary().latency_lower_bound == 1.5);
  CHECK(two.summary().makespan_lower_bound == 8);  // 6 + 2; 0.5 + 3 + 1 is less
  CHECK(two.summary().gap_to_lower_bound == 1);
  CHECK_FALSE(two.summary().optimal_makespan.has_value());

  SummaryObserver one(basis);
  one.request_ended(request("b", RequestStatus::late, 0.5, 12, 9));
  totals.end = 4.5;
  one.run_ended(totals);
  CHECK(one.summary().makespan_lower_bound == 2.5);
  CHECK(one.summary().optimal_makespan == 3);
  CHECK(one.summary().gap_to_optimum == 0.5);

  SummaryObserver unknown(two_streams());
  unknown.request_ended(request("b", RequestStatus::late, 0.5, 12, 9));
  unknown.run_ended(totals);
  CHECK_FALSE(unknown.summary().makespan_lower_bound.has_value());
  CHECK_FALSE(unknown.summary().gap_to_optimum.has_value());
}
