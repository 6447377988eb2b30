// Does the search find the load at which a bound is left, with an interval that says how well it is known? Where the
// answer is known in closed form, it must lie in the interval nearly always.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "engine/arrivals.hpp"
#include "study/capacity_search.hpp"
#include "support/problem_text.hpp"

using namespace hetsched;

namespace {

using Values = std::vector<std::optional<double>>;

MetricBound at_most(double value) { return {"latency_mean_s", true, value}; }

/// Tells the search all that it wants; how many loads that were.
std::size_t feed(CapacitySearch& search, const std::function<Values(double)>& values_at) {
  std::size_t loads = 0;
  for (auto wanted = search.wanted(); !wanted.empty(); wanted = search.wanted())
    for (const double load : wanted) {
      REQUIRE(++loads < 200);
      search.add(load, values_at(load));
    }
  return loads;
}

/// Mean latency of `count` requests of 1 s that arrive at these times at load 1, by Lindley's recursion.
double mean_latency(const std::vector<double>& arrivals, double load) {
  double free = 0, sum = 0;
  for (const double time : arrivals) {
    const double arrival = time / load;
    free = std::max(free, arrival) + 1;
    sum += free - arrival;
  }
  return sum / static_cast<double>(arrivals.size());
}

std::vector<double> poisson(std::uint64_t seed, std::uint64_t count) {
  StreamSpec stream;
  stream.name = "s";
  stream.arrival = Poisson{.rate = 1, .phase = 0, .count = count};
  ArrivalSource source(stream, WorkloadSpec(), seed);
  std::vector<double> times;
  while (const auto arrival = source.next()) times.push_back(arrival->time);
  return times;
}

}  // namespace

TEST_CASE("without noise: the last load that keeps the bound, the interval no wider than the search's steps") {
  for (const double limit : {0.11, 0.5, 1.0, 1.7, 9.9}) {
    CAPTURE(limit);
    CapacitySearch search(at_most(limit), {});
    CHECK(feed(search, [](double load) { return Values{load, load, load}; }) < 16);
    const CapacityEstimate found = search.estimate();
    CHECK(found.found == CapacityFound::exact);
    CHECK(found.capacity <= limit);
    CHECK(found.low == found.capacity);
    CHECK(*found.high > limit);
    CHECK(*found.half_width() <= 0.0025);
    CHECK_FALSE(found.not_monotone);
    CHECK_FALSE(search.replicates_needed());
  }
}

TEST_CASE("a metric that is to be large enough, such as a score") {
  CapacitySearch search({"score", false, 2}, {});
  feed(search, [](double load) { return Values{5 / load, 5 / load}; });
  CHECK(search.estimate().capacity == doctest::Approx(2.5).epsilon(0.005));
  CHECK(search.estimate().capacity <= 2.5);
}

TEST_CASE("a bound that is kept at all loads, or at none, has its capacity at the end of the range") {
  CapacitySearch all(at_most(1e9), {0.5, 3});
  feed(all, [](double load) { return Values{load, load}; });
  CHECK(all.estimate().found == CapacityFound::at_least);
  CHECK(all.estimate().capacity == 3);
  CHECK_FALSE(all.estimate().high);
  CapacitySearch none(at_most(0.1), {0.5, 3});
  feed(none, [](double load) { return Values{load, load}; });
  CHECK(none.estimate().found == CapacityFound::at_most);
  CHECK(none.estimate().capacity == 0.5);
  CHECK_FALSE(none.estimate().low);
  CHECK(none.evaluated() == std::vector{0.5, 1.0});
}

TEST_CASE("a range without 1 in it begins in its middle") {
  const CapacitySearch search(at_most(1), {10, 1000});
  CHECK(search.wanted() == std::vector{100.0});
}

TEST_CASE("one replicate has no interval; a run in which the metric is undefined keeps no bound") {
  CapacitySearch one(at_most(2), {});
  feed(one, [](double load) { return Values{load}; });
  CHECK(one.estimate().capacity == 2);
  CHECK_FALSE(one.estimate().low);
  CHECK_FALSE(one.estimate().high);
  CapacitySearch undefined(at_most(2), {});
  feed(undefined, [](double load) { return load > 1.5 ? Values{1, {}} : Values{1, 1}; });
  CHECK(undefined.estimate().capacity == doctest::Approx(1.5).epsilon(0.005));
}

TEST_CASE("where the bound is kept again at a larger load, that is told, and the first limit is shown") {
  CapacitySearch search(at_most(1), {});
  search.add(1.5, {2, 2});
  search.add(2, {0, 0});
  feed(search, [](double load) { return load < 1.3 || (1.9 < load && load < 3) ? Values{0, 0} : Values{2, 2}; });
  const CapacityEstimate found = search.estimate();
  CHECK(found.capacity == doctest::Approx(1.3).epsilon(0.005));
  REQUIRE(found.not_monotone);
  CHECK(found.not_monotone->first == doctest::Approx(1.3).epsilon(0.005));
  CHECK(found.not_monotone->second == 2);
}

TEST_CASE("noise that the seeds share at all loads: the interval is the one that inverts the t test") {
  // Values load + c of the seeds: their mean is load, the interval of the mean load -+ 4.3027 / sqrt(3) 0.1.
  CapacitySearch search(at_most(2), {0.1, 10, 0.02});
  feed(search, [](double load) { return Values{load - 0.1, load, load + 0.1}; });
  const CapacityEstimate found = search.estimate();
  const double half = 4.30265 / std::sqrt(3) * 0.1;
  CHECK(found.low.value() == doctest::Approx(2 - half).epsilon(0.005));
  CHECK(found.low.value() <= 2 - half);
  CHECK(found.high.value() == doctest::Approx(2 + half).epsilon(0.005));
  CHECK(found.high.value() > 2 + half);
  // (0.124 - 0.005) / 0.015 squared, times 3
  CHECK(search.replicates_needed().value() == doctest::Approx(190).epsilon(0.03));
}

TEST_CASE("M/D/1: the load at which the mean latency reaches a value, by Pollaczek and Khinchine") {
  // 1 + rho / (2 (1 - rho)) = 1.5 at rho = 0.5
  int inside = 0, narrow = 0;
  for (std::uint64_t repetition = 0; repetition < 100; ++repetition) {
    std::vector<std::vector<double>> replicates;
    for (std::uint64_t r = 0; r < 12; ++r) replicates.push_back(poisson(1000 * repetition + r, 12000));
    CapacitySearch search(at_most(1.5), {});
    feed(search, [&](double load) {
      Values values;
      for (const auto& arrivals : replicates) values.emplace_back(mean_latency(arrivals, load));
      return values;
    });
    const CapacityEstimate found = search.estimate();
    CHECK_FALSE(found.not_monotone);
    inside += *found.low <= 0.5 && 0.5 <= *found.high ? 1 : 0;
    narrow += *found.half_width() <= 0.02 ? 1 : 0;
  }
  MESSAGE("inside " << inside << ", narrow " << narrow);
  CHECK(inside >= 90);
  CHECK(narrow >= 95);
}

TEST_CASE("bounds are read, with units, or it is told what is wrong with them") {
  const auto told = [](const std::string& text) {
    Problems problems;
    CHECK_FALSE(parse_bound("--target", text, problems));
    return test::text_of(problems);
  };
  Problems problems;
  const auto bound = parse_bound("--target", "latency_p99_s<=20 ms", problems);
  REQUIRE(bound);
  CHECK(bound->text() == "latency_p99_s <= 0.02");
  CHECK(bound->excess(0.03) == doctest::Approx(0.01));
  CHECK(parse_bound("--target", "throughput_rps >= 3", problems)->excess(2) == 1);
  CHECK(parse_bound("--target", "miss_rate <= 0.1", problems)->excess(0.1 + 1e-17) == 0);
  CHECK(problems.empty());
  CHECK(told("miss_rate < 0.1").find("is not of the form") != std::string::npos);
  CHECK(told("mis_rate <= 0.1").find("did you mean \"miss_rate\"") != std::string::npos);
  CHECK(told("miss_rate <= few").find("has no number behind <=") != std::string::npos);
  CHECK(told("latency_p99_s <= 20 J").find("time such as") != std::string::npos);
}
