// On random graphs: do the rules plan what a second implementation does, written plainly from their
// definitions, and are all plans possible?
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "support/plain_scheduling.hpp"
#include "support/plan_rules.hpp"

using namespace hetsched::planning;
using namespace hetsched::testing;
using hetsched::kNever, hetsched::index_of;

namespace {

/// The longest path of least times: no plan is shorter.
double bound(const Instance& in) {
  std::vector<double> path(in.n);
  for (int t = in.n - 1; t >= 0; --t) {
    for (int s = t + 1; s < in.n; ++s)
      if (in.edge(t, s)) path[t] = std::max(path[t], path[s]);
    path[t] += *std::min_element(in.w[t].begin(), in.w[t].end());
  }
  return *std::max_element(path.begin(), path.end());
}

void check_possible(const Instance& in, const Plan& plan) {
  for (int t = 0; t < in.n; ++t) {
    const Placement& here = plan.tasks[static_cast<PlanTaskId>(t)];
    REQUIRE(here.placed());
    CHECK(here.start >= 0);
    CHECK(here.end - here.start == doctest::Approx(in.w[t][index_of(here.accelerator)]).epsilon(1e-9));
    for (int u = 0; u < in.n; ++u) {
      if (u == t) continue;
      const Placement& other = plan.tasks[static_cast<PlanTaskId>(u)];
      if (in.edge(u, t)) {
        const double moving = in.c(u, t, static_cast<int>(other.accelerator), static_cast<int>(here.accelerator));
        CHECK(here.start >= other.end + moving - 1e-9);
      }
      if (other.accelerator == here.accelerator)
        CHECK((here.start >= other.end - 1e-6 || other.start >= here.end - 1e-6));
    }
  }
}

}  // namespace

TEST_CASE("2000 random graphs: eleven rules equal a plain second implementation") {
  std::size_t distinct = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    INFO("seed " << seed);
    const Instance in = random_instance(seed);
    const Problem problem = problem_of(in);
    const auto planned = [&](const char* name) { return makespan(published_rule(name)(problem)); };
    const std::vector<std::pair<double, double>> pairs = {
        {planned("heft"), plain_heft(in, true)}, {planned("heft_append"), plain_heft(in, false)},
        {planned("cpop"), plain_cpop(in)},       {planned("peft"), plain_peft(in)},
        {planned("minmin"), plain_min_min(in)},  {planned("maxmin"), plain_max_min(in)},
        {planned("etf"), plain_etf(in)},         {planned("dls"), plain_dls(in)},
        {planned("mct"), plain_mct(in)},         {planned("met"), plain_met(in)},
        {planned("olb"), plain_olb(in)},
    };
    for (std::size_t rule = 0; rule < pairs.size(); ++rule) {
      INFO("rule " << rule);
      CHECK(pairs[rule].first == doctest::Approx(pairs[rule].second).epsilon(1e-9));
    }
    distinct += pairs.front().first != pairs.back().first;
  }
  CHECK(distinct > 1000);  // else the instances would tell nothing
}

TEST_CASE("500 random graphs: every plan is possible, and none is shorter than the longest path of least times") {
  for (std::uint64_t seed = 5000; seed < 5500; ++seed) {
    const Instance in = random_instance(seed);
    const Problem problem = problem_of(in);
    for (const RuleVariant& variant : every_rule()) {
      INFO("seed " << seed << ", " << variant.name);
      const Plan plan = variant(problem);
      check_possible(in, plan);
      CHECK(makespan(plan) >= bound(in) * (1 - 1e-9));
    }
    const auto planned = [&](const char* name) { return makespan(rule(name)(problem)); };
    CHECK(planned("duplex") == doctest::Approx(std::min(planned("minmin"), planned("maxmin"))).epsilon(1e-9));
  }
}

TEST_CASE("random graphs: all times doubled, every plan takes twice as long; on one machine all take the same") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Instance in = random_instance(seed);
    Instance twice = in;
    for (auto* matrix : {&twice.w, &twice.latency, &twice.per_byte})
      for (auto& row : *matrix)
        for (double& value : row) value *= 2;
    for (const RuleVariant& variant : every_rule()) {
      INFO("seed " << seed << ", " << variant.name);
      CHECK(makespan(variant(problem_of(twice))) ==
            doctest::Approx(2 * makespan(variant(problem_of(in)))).epsilon(1e-12));
    }
    double sum = 0;
    for (auto& row : in.w) {
      row.resize(1);
      if (row[0] == kNever) row[0] = 1;
      sum += row[0];
    }
    in.m = 1;
    for (const RuleVariant& variant : every_rule()) {
      INFO("seed " << seed << ", " << variant.name);
      CHECK(makespan(variant(problem_of(in))) == doctest::Approx(sum).epsilon(1e-12));
    }
  }
}
