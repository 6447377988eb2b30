#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "base/random.hpp"
#include "study/experiment.hpp"
#include "study/statistics.hpp"
#include "study/stop_rule.hpp"

using namespace hetsched;

namespace {

/// Adds values until they are enough; how many that took. `mean` becomes their mean.
std::uint64_t run(StopRule& rule, const std::function<double(std::uint64_t)>& value, double& mean) {
  double sum = 0;
  while (!rule.enough()) {
    const double next = value(rule.count());
    sum += next;
    rule.add(next);
    if (rule.count() == 20'000) break;
  }
  mean = sum / static_cast<double>(rule.count());
  return rule.count();
}

StopRuleSpec absolute(double half_width) { return {.metric = "miss_rate", .half_width = half_width}; }
StopRuleSpec relative(double part) { return {.metric = "miss_rate", .relative = part}; }

/// A distribution with its mean and standard deviation.
struct Known {
  const char* name;
  std::function<double(const RandomStream&, std::uint64_t)> value;
  double mean, deviation;
};

/// Part of `requests`, each missed with probability `p`, that is missed in a run.
Known miss_rate(const char* name, std::uint64_t requests, double p) {
  const auto value = [=](const RandomStream& stream, std::uint64_t run) {
    double missed = 0;
    for (std::uint64_t i = 0; i < requests; ++i) missed += stream.uniform(run * requests + i) < p;
    return missed / static_cast<double>(requests);
  };
  return {name, value, p, std::sqrt(p * (1 - p) / static_cast<double>(requests))};
}

const Known kKnown[] = {
    {"normal", [](const RandomStream& s, std::uint64_t i) { return 10 + s.normal(i); }, 10, 1},
    {"exponential", [](const RandomStream& s, std::uint64_t i) { return s.exponential(i); }, 1, 1},
    {"lognormal", [](const RandomStream& s, std::uint64_t i) { return s.lognormal_mean1(i, 0.5); }, 1, 0.5},
    miss_rate("miss rate of 20 requests", 20, 0.1),
    miss_rate("miss rate of 1 request", 1, 0.3),
    miss_rate("rare misses of 1 request", 1, 0.05),
};

}  // namespace

TEST_CASE("the interval holds the mean in at least 93% of 1,000 repetitions") {
  for (const Known& known : kKnown)
    for (const double needed : {10.0, 45.0, 150.0}) {  // values, were the variance known
      CAPTURE(known.name);
      CAPTURE(needed);
      const double half_width = 1.96 * known.deviation / std::sqrt(needed);
      int covered = 0, covered_relative = 0;
      double values = 0;
      for (std::uint64_t repetition = 0; repetition < 1000; ++repetition) {
        const RandomStream stream(repetition, "stop rule", known.name);
        const auto value = [&](std::uint64_t i) { return known.value(stream, i); };
        double mean = 0;
        StopRule rule(absolute(half_width));
        values += static_cast<double>(run(rule, value, mean));
        covered += std::abs(mean - known.mean) <= half_width;
        if (needed > 100) continue;
        StopRule of_the_mean(relative(half_width / known.mean));
        run(of_the_mean, value, mean);
        covered_relative += std::abs(mean - known.mean) <= half_width / known.mean * mean;
      }
      CHECK(covered >= 930);
      CHECK((needed > 100 || covered_relative >= 930));
      CHECK(values / 1000 < 2.5 * needed + 60);  // and is not bought with endless replicates
    }
}

TEST_CASE("it looks at the least number of values, then at each time a third more, and nowhere between") {
  StopRule rule(absolute(1e-9));
  std::vector<std::uint64_t> looks;
  for (int i = 0; i < 40; ++i) {
    if (looks.empty() || looks.back() != rule.next_look()) looks.push_back(rule.next_look());
    rule.add(i % 7);
    CHECK_FALSE(rule.enough());
  }
  CHECK(looks == std::vector<std::uint64_t>{5, 7, 10, 13, 17, 23, 30, 39, 51});
  StopRule at_once(absolute(1000));
  for (int i = 0; i < 12; ++i) at_once.add(i);  // told more than was asked for
  CHECK_FALSE(StopRule(at_once).next_look() > 12);
  CHECK(at_once.enough());
  StopRule later({.metric = "miss_rate", .half_width = 1000, .min_replicates = 30});
  for (int i = 0; i < 30; ++i) {
    CHECK_FALSE(later.enough());
    later.add(i);
  }
  CHECK(later.enough());
  later.add(1e9);
  CHECK(later.enough());  // for good
}

TEST_CASE("values that are all equal are believed only when 5% of others would have shown") {
  double mean = 0;
  StopRule zero(absolute(0.01)), zero_relative(relative(0.01)), sure({"miss_rate", 0.01, std::nullopt, 0.99, 59});
  const auto value = [](std::uint64_t) { return 0.25; };
  CHECK(run(zero, value, mean) == 67);  // the first look at 59 or more
  CHECK(run(zero_relative, value, mean) == 67);
  CHECK(run(sure, value, mean) == 101);
  StopRule nothing(relative(0.01));
  CHECK(run(
            nothing, [](std::uint64_t) { return 0.0; }, mean) == 67);
}

TEST_CASE("the half width is Student's, wider by what is imagined and by the skewness") {
  StopRule rule(absolute(2));
  CHECK_FALSE(rule.half_width());
  for (const double value : {1.0, 2.0, 3.0, 4.0, 5.0}) rule.add(value);
  const double t = t_975(4);
  CHECK(*rule.half_width() == doctest::Approx(t * std::sqrt((10 + 2 * 25) / 4.0 / 5)).epsilon(1e-12));
  rule.add(15);  // mean 5, squares 130, cubes 1000 - 1 - 8 - 27 - 64 = 900
  const double skewness = 900 / 6.0 / std::pow(130 / 6.0, 1.5), next = t_975(5);
  CHECK(*rule.half_width() == doctest::Approx(next * std::sqrt((130 + 50) / 5.0 / 6) +
                                              skewness * std::sqrt(130 / 5.0) * (1 + 2 * next * next) / 36)
                                  .epsilon(1e-12));
  StopRule shares({"miss_rate", std::nullopt, 0.5, 0.9});
  for (const double value : {-1.0, -2.0, -3.0, -4.0, -5.0}) shares.add(value);  // half of 3, whatever the sign
  CHECK(*shares.half_width() ==
        doctest::Approx(t_quantile(4, 0.9) * std::sqrt((10 + 2 * 3.75 * 3.75) / 4 / 5)).epsilon(1e-12));
}

TEST_CASE("mistakes in what is asked for") {
  const auto wrong = [](const std::string& text) {
    Problems problems;
    const Document document =
        Document::from_text(R"({"format": 1, "name": "x", )" + text + "}", "exp.json", "", problems);
    const auto spec = read<ExperimentSpec>(document.root(), problems);
    if (problems.empty()) check_stop_rule(*spec.stop_when, spec.replicates, document.root(), problems);
    return problems.empty() ? "" : problems.size() > 1 ? "several" : to_string(problems.all().front());
  };
  CHECK(wrong(R"("replicates": 50, "stop_when": {"metric": "miss_rate", "half_width": 0.01})").empty());
  CHECK(wrong(R"("replicates": 50, "stop_when": {"metric": "mis_rate", "half_width": 0.01})")
            .starts_with("exp.json:1:70: /stop_when/metric: \"mis_rate\" is no metric; did you mean \"miss_rate\"? "));
  CHECK(wrong(R"("replicates": 50, "stop_when": {"metric": "miss_rate"})") ==
        "exp.json:1:59: /stop_when: lacks half_width or relative: give one of the two");
  CHECK(wrong(R"("replicates": 50, "stop_when": {"metric": "miss_rate", "half_width": 1, "relative": 0.1})") ==
        "exp.json:1:59: /stop_when: has both half_width and relative: give one of the two");
  CHECK(wrong(R"("replicates": 4, "stop_when": {"metric": "miss_rate", "relative": 0.1})") ==
        "exp.json:1:42: /replicates: leaves stop_when nothing to decide: it is the most runs of a combination, and is "
        "to be at least 5 (min_replicates); found 4");
  CHECK(wrong(R"("replicates": 50, "stop_when": {"metric": "miss_rate", "half_width": 0})") ==
        "exp.json:1:97: /stop_when/half_width: must be greater than 0; found 0");
  CHECK(wrong(R"("replicates": 50, "stop_when": {"metric": "miss_rate", "relative": 0.1, "min_replicates": 3})") ==
        "exp.json:1:118: /stop_when/min_replicates: must be at least 5; found 3");
}
