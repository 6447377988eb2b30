// Do the analyses give the numbers of the literature, and what closed forms say?
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "analysis/acceptance.hpp"
#include "analysis/edf.hpp"
#include "analysis/fixed_priority.hpp"
#include "analysis/utilisation.hpp"

using namespace hetsched;
using namespace hetsched::analysis;
using doctest::Approx;

namespace {

/// Preempted anywhere; ranked as listed, deadlines are periods.
std::vector<Demand> preemptive(const std::vector<std::pair<double, double>>& times_and_periods) {
  std::vector<Demand> demands;
  for (const auto& [time, period] : times_and_periods) {
    Demand demand;
    demand.time = time;
    demand.gives_way = true;
    demand.period = demand.deadline = period;
    demand.rank = static_cast<double>(demands.size());
    demands.push_back(demand);
  }
  return demands;
}

/// Each request one task, never preempted.
std::vector<Demand> single_tasks(const std::vector<std::pair<double, double>>& times_and_periods) {
  std::vector<Demand> demands = preemptive(times_and_periods);
  for (Demand& demand : demands) {
    demand.gives_way = false;
    demand.longest = demand.last = demand.time;
  }
  return demands;
}

std::vector<double> responses(const std::vector<Bound>& bounds) {
  std::vector<double> values;
  for (const Bound& bound : bounds) values.push_back(bound.response.value_or(-1));
  return values;
}

}  // namespace

TEST_CASE("preemptive response times of textbooks (Joseph and Pandya; Burns and Wellings)") {
  CHECK(responses(fixed_priority_bounds(preemptive({{3, 7}, {3, 12}, {5, 20}}))) == std::vector<double>{3, 6, 20});
  CHECK(responses(fixed_priority_bounds(preemptive({{5, 20}, {10, 40}, {40, 80}}))) == std::vector<double>{5, 15, 80});
}

TEST_CASE("arbitrary deadlines: the longest response is that of the fifth request (Lehoczky 1990)") {
  // Tasks (26, 70) and (62, 100): responses 114, 102, 116, 104, 118, 106, 94.
  const auto bounds = fixed_priority_bounds(preemptive({{26, 70}, {62, 100}}));
  CHECK(responses(bounds) == std::vector<double>{26, 118});
}

TEST_CASE("the corrected analysis of CAN: the second request of C takes 3.5, the classical one says 3 (Davis 2007)") {
  std::vector<Demand> messages = single_tasks({{1, 2.5}, {1, 3.5}, {1, 3.5}});
  messages[1].deadline = messages[2].deadline = 3.25;
  const auto bounds = fixed_priority_bounds(messages);
  CHECK(responses(bounds) == std::vector<double>{2, 3, 3.5});
  CHECK(bounds[0].blocking == 1);
  CHECK(bounds[2].blocking == 0);
}

TEST_CASE("release jitter comes on top, of others and of one's own (Audsley et al. 1993)") {
  std::vector<Demand> demands = preemptive({{2, 10}, {3, 20}});
  CHECK(responses(fixed_priority_bounds(demands)) == std::vector<double>{2, 5});
  demands[0].jitter = 6;  // the next release may come after 4
  CHECK(responses(fixed_priority_bounds(demands)) == std::vector<double>{2, 7});
  demands[1].jitter = 1;
  demands[1].from_nominal = true;
  const Bound bound = fixed_priority_bounds(demands)[1];
  CHECK(*bound.response == 7);
  CHECK(*bound.lateness == 8);
}

TEST_CASE("what overtakes between tasks waits for the longest, and not during the last") {
  std::vector<Demand> demands = preemptive({{2, 5}, {4.2, 7}});
  demands[1].gives_way = demands[0].gives_way = false;
  demands[0].longest = demands[0].last = 2;
  demands[1].longest = demands[1].last = 3;
  const auto bounds = fixed_priority_bounds(demands);
  CHECK(*bounds[0].response == Approx(5));  // 3 of blocking
  CHECK(*bounds[1].response == Approx(7));  // of the fifth request; the first takes 6.2
}

TEST_CASE("switches count twice for each that overtakes, once for oneself") {
  std::vector<Demand> demands = single_tasks({{2, 20}, {5, 30}});
  for (Demand& demand : demands) demand.switch_time = 0.5;
  const auto bounds = fixed_priority_bounds(demands);
  CHECK(*bounds[0].response == 5 + 0.5 + 2 + 0.5);
  CHECK(*bounds[1].response == 5 + 0.5 + 2 + 1);
}

TEST_CASE("bursts and ends: requests that all come at once, and streams that stop") {
  std::vector<Demand> demands = preemptive({{1, 0}, {2, 10}});
  demands[0].most = 3;
  CHECK(responses(fixed_priority_bounds(demands)) == std::vector<double>{3, 5});
  demands[0].deadline = 4;
  CHECK(responses(edf_bounds(demands)) == std::vector<double>{3, 5});
}

TEST_CASE("no bound: more than all the time, arrivals without bound; who is more urgent keeps its own") {
  auto bounds = fixed_priority_bounds(preemptive({{3, 5}, {3, 5}}));
  CHECK(*bounds[0].response == 3);
  CHECK(bounds[1].none == NoBound::overload);
  std::vector<Demand> demands = single_tasks({{1, 5}, {1, 6}, {1, 7}});
  demands[1].bounded = false;
  bounds = fixed_priority_bounds(demands);
  CHECK(*bounds[0].response == 2);
  CHECK(bounds[1].none == NoBound::own_arrivals);
  CHECK(bounds[2].none == NoBound::other_arrivals);
  CHECK(bounds[2].of == 1);
  for (const Bound& bound : edf_bounds(demands)) CHECK(bound.none);
  demands[1].deadline = kNever;  // then it comes after those with deadlines
  bounds = edf_bounds(demands);
  CHECK(*bounds[0].response == 2);  // 1 of blocking
  CHECK(bounds[1].none == NoBound::own_arrivals);
}

TEST_CASE(
    "earliest deadline first: the first request is not the worst (Spuri 1996), single tasks wait for later ones") {
  const auto tight = edf_bounds(preemptive({{2, 4}, {3, 6}}));
  CHECK(responses(tight) == std::vector<double>{4, 6});
  const auto single = edf_bounds(single_tasks({{1, 4}, {3, 8}}));
  CHECK(responses(single) == std::vector<double>{4, 4});
  CHECK(single[0].blocking == 3);
}

TEST_CASE("demand: U <= 1 preemptively; single tasks miss where a later deadline holds them up") {
  CHECK(*meets_demand(preemptive({{2, 5}, {4, 7}})));
  CHECK_FALSE(*meets_demand(preemptive({{2.1, 5}, {4.1, 7}})));
  CHECK_FALSE(*meets_demand(single_tasks({{1, 3}, {3, 9}})));
  CHECK(*meets_demand(single_tasks({{1, 4}, {3, 8}})));
  std::vector<Demand> early = preemptive({{2, 5}, {2, 6}});
  early[0].deadline = early[1].deadline = 3.9;  // 4 due by then
  CHECK_FALSE(*meets_demand(early));
  early[0].deadline = early[1].deadline = 4;
  CHECK(*meets_demand(early));
}

TEST_CASE("utilisation bounds: limits, and where they hold") {
  CHECK(liu_layland_limit(1) == Approx(1));
  CHECK(liu_layland_limit(2) == Approx(2 * (std::sqrt(2.0) - 1)));
  CHECK(liu_layland_limit(3) == Approx(0.7797631497));
  CHECK(liu_layland_limit(100000) == Approx(std::log(2.0)).epsilon(1e-5));
  const auto tests = [](const std::vector<Demand>& demands) { return utilisation_tests(demands); };
  CHECK(*tests(preemptive({{1, 2}, {1, 4}})).hyperbolic);         // 1.5 * 1.25 < 2
  CHECK(*tests(preemptive({{1, 2}, {1, 3}})).hyperbolic);         // just 2, U = 0.833
  CHECK_FALSE(*tests(preemptive({{1, 2}, {1, 3}})).liu_layland);  // more than 0.828
  CHECK_FALSE(*tests(preemptive({{1, 2}, {1.01, 3}})).hyperbolic);
  CHECK(*tests(preemptive({{1, 2}, {1.5, 3}})).edf);
  CHECK_FALSE(*tests(preemptive({{1, 2}, {1.6, 3}})).edf);
  CHECK_FALSE(*tests(single_tasks({{1, 2}, {1.5, 3}})).edf);  // blocking is 0.75 of the shorter period
  std::vector<Demand> constrained = preemptive({{1, 2}, {1, 4}});
  constrained[1].deadline = 3;
  CHECK_FALSE(tests(constrained).liu_layland);
}

TEST_CASE("acceptance: sufficient tests never accept what exact ones reject; EDF accepts all up to 1") {
  for (const double utilisation : {0.65, 0.75, 0.85, 0.95, 1.0}) {
    TaskSetSpec spec;
    spec.n = 6;
    spec.utilisation = utilisation;
    const Acceptance row = acceptance(spec, 200);
    CHECK(row.edf == 1);
    CHECK(row.rm_liu_layland == (utilisation < liu_layland_limit(6) ? 1 : 0));
    CHECK(row.rm_liu_layland <= row.rm_hyperbolic);
    CHECK(row.rm_hyperbolic <= row.rm_response_time);
    CHECK(row.rm_layers <= 1);
    CHECK(row.edf_layers >= row.rm_layers);
  }
  for (std::uint64_t number = 0; number < 300; ++number) {  // one by one, not in sum
    TaskSetSpec spec;
    spec.n = 4;
    spec.utilisation = 0.7 + static_cast<double>(number) / 1000;
    spec.least_deadline = number % 2 == 0 ? 1 : 0.5;
    const auto streams = draw_task_set(spec, number);
    for (const bool gives_way : {true, false}) {
      const auto demands = demands_of(streams, gives_way);
      const auto tests = utilisation_tests(demands);
      const auto fixed = fixed_priority_bounds(demands), edf = edf_bounds(demands);
      const auto met = [&](const std::vector<Bound>& bounds) {
        bool all = true;
        for (std::size_t i = 0; i < bounds.size(); ++i)
          all &= bounds[i].lateness && *bounds[i].lateness <= demands[i].deadline * (1 + 1e-9);
        return all;
      };
      if (tests.liu_layland.value_or(false)) CHECK(*tests.hyperbolic);
      if (tests.hyperbolic.value_or(false)) CHECK(met(fixed));
      if (tests.edf.value_or(false)) CHECK(*meets_demand(demands));
      if (met(fixed)) CHECK(*meets_demand(demands));
      CHECK(met(edf) == *meets_demand(demands));  // two exact tests of one thing
    }
  }
}

TEST_CASE("harmonic periods are schedulable rate-monotonically up to 1") {
  const auto met = [](const std::vector<Demand>& demands) {
    const auto bounds = fixed_priority_bounds(demands);
    return *bounds.back().response <= demands.back().deadline;
  };
  CHECK(met(preemptive({{1, 2}, {1, 4}, {2, 8}})));
  CHECK_FALSE(met(preemptive({{2, 5}, {4, 7}})));  // nor others up to 0.971
}
