// Does the power cap hold, and does it leave alone what is below it?
#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.hpp"
#include "support/builtin_entries.hpp"
#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

std::string platform(const std::string& points, int count) {
  return R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu", "operating_points": [)" + points +
         R"(]}], "accelerators": [{"name": "a", "kind": "k", "count": )" + std::to_string(count) + "}]}";
}

Inputs inputs(const std::string& platform, const std::string& streams, double time) {
  return {platform,
          R"({"format": 1, "name": "w", "streams": [)" + streams + "]}",
          {{"m", chain_model("m", 1, R"("kind": "k", "time": )" + format_number(time))}}};
}

std::string choice(const std::string& policy, double cap) {
  return R"({"name": ")" + policy + R"(", "decorators": [{"name": "power_cap", "parameters": {"cap": )" +
         format_number(cap) + "}}]}";
}

/// A policy that is a function, below a cap.
Log capped(const Inputs& in, double cap, std::function<void(const SystemView&, Decisions&)> decide) {
  Params params({{"cap", cap}});
  const std::unique_ptr<Policy> policy =
      builtin_decorator("power_cap").wrap(params, std::make_unique<Scripted>(std::move(decide)));
  return simulate_log(make_scenario(in), *policy);
}

// 1 s at 20 W, or 2 s at 8 W.
const std::string kTwoPoints = R"({"name": "fast", "frequency": 2e9, "idle_power": 1, "active_power": 20},
                                  {"name": "slow", "frequency": 1e9, "idle_power": 1, "active_power": 8})";
const std::string kOne = R"({"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}})";

}  // namespace

TEST_CASE("a cap that never binds changes nothing, whatever points the policy inside chooses") {
  const std::string streams =
      R"({"name": "s", "model": "m", "arrival": {"type": "periodic", "period": 4, "count": 5}, "deadline": "period"},
         {"name": "t", "model": "m", "arrival": {"type": "trace", "times": [0, 1, 2.5, 9]}, "deadline": 6})";
  const Inputs in = inputs(platform(kTwoPoints, 2), streams, 1);
  for (const char* policy : {"pace", "min_energy", "rt_dvs", "slack_dvfs", "edp", "race_to_idle", "mct", "edf"}) {
    CAPTURE(policy);
    const Log without = simulate_choice(make_scenario(in), "\"" + std::string(policy) + "\"");
    const Log with = simulate_choice(make_scenario(in), choice(policy, 1e6));
    CHECK(with.energy() == without.energy());
    CHECK(with.totals.end == without.totals.end);
  }
}

TEST_CASE("a start keeps the point that was set in the same call, and goes to slower ones only if it must") {
  const Inputs in = inputs(platform(kTwoPoints, 1), kOne, 1);
  const auto at = [&](PointId point, double cap) {
    return capped(in, cap, [point](const SystemView& view, Decisions& out) {
      if (view.ready.empty()) return;
      out.set_operating_point(0_accelerator, point);
      out.start(view.ready.front(), 0_accelerator);
    });
  };
  CHECK(at(1_point, 100).energy() == Approx(16));  // 2 s at 8 W, not 1 s at 20 W
  CHECK(at(0_point, 100).energy() == Approx(20));
  CHECK(at(0_point, 10).energy() == Approx(16));
}

TEST_CASE("a busy accelerator may go to a faster point if the cap allows that with what runs there") {
  const Inputs in = inputs(platform(kTwoPoints, 1), kOne, 1);
  const auto end = [&](double cap) {
    return capped(in, cap,
                  [](const SystemView& view, Decisions& out) {
                    if (!view.ready.empty()) {
                      out.set_operating_point(0_accelerator, 1_point);
                      out.start(view.ready.front(), 0_accelerator);
                      out.wake_at(1);
                    } else if (view.now == 1) {
                      out.set_operating_point(0_accelerator, 0_point);
                    }
                  })
        .totals.end;
  };
  CHECK(end(20) == Approx(1.5));  // half of it in 1 s, the rest in 0.5 s
  CHECK(end(19) == Approx(2));
}

TEST_CASE("held starts whose accelerator is turned off are announced again: nobody waits for ever") {
  const Inputs in = inputs(platform(R"({"name": "x", "frequency": 1e9, "idle_power": 1, "active_power": 10})", 2),
                           R"({"name": "a", "model": "m", "arrival": {"type": "burst", "count": 2}},
                              {"name": "b", "model": "m", "arrival": {"type": "trace", "times": [1]}})",
                           4);
  for (const char* policy : {"ws", "lws", "rr", "mct", "dm", "edf", "prema", "fcfs", "gavel"}) {
    CAPTURE(policy);
    auto scenario = make_scenario(in);
    scenario->options.outages = {{"a1", 2.0, 3.0}};
    const Log log = simulate_choice(scenario, choice(policy, 12));
    CHECK(log.totals.end == Approx(12));  // one at a time, 4 s each: two would draw 20 W
    CHECK(peak_power(log) <= 12);
  }
}

TEST_CASE("idle accelerators go to points at which they draw less, from the beginning and to make room") {
  const Inputs in = inputs(platform(R"({"name": "fast", "frequency": 2e9, "idle_power": 5, "active_power": 6},
                                       {"name": "slow", "frequency": 1e9, "idle_power": 1, "active_power": 2})",
                                    2),
                           R"({"name": "a", "model": "m", "arrival": {"type": "trace", "times": [1, 2]}})", 1);
  const Log log = simulate_choice(make_scenario(in), choice("edf", 7));
  CHECK(peak_power(log) == Approx(7));
  // 0 to 1: 5 + 1 W. Then one at a time on the fast point, the other one idle on the slow point: 6 + 1 W.
  CHECK(log.totals.end == Approx(3));
  CHECK(log.energy() == Approx(6 + 7 + 7));
}

TEST_CASE("the cap holds with several slots, points that are set all the time, and accelerators that come and go") {
  const std::string points = R"({"name": "fast", "frequency": 2e9, "idle_power": 4, "active_power": 20},
                                {"name": "slow", "frequency": 1e9, "idle_power": 1, "active_power": 8})";
  Inputs in =
      inputs(platform(points, 3),
             R"({"name": "s", "model": "m", "arrival": {"type": "poisson", "rate": 1.2, "count": 60}, "deadline": 4},
                        {"name": "t", "model": "m", "arrival": {"type": "burst", "count": 5}})",
             1);
  const std::string one_slot = "\"type\": \"gpu\"";
  in.platform.replace(in.platform.find(one_slot), one_slot.size(), one_slot + ", \"slots\": 2");
  for (const char* policy :
       {"pace", "min_energy", "rt_dvs", "slack_dvfs", "eas", "edp", "edf", "ws", "rr", "mct", "prema"})
    for (const double cap : {10.0, 14.0, 23.0, 31.5, 45.0}) {
      CAPTURE(policy);
      CAPTURE(cap);
      auto scenario = make_scenario(in);
      scenario->options.outages = {{"a1", 2.0, 9.0}, {"a2", 5.0, 6.0}, {"a0", 12.5, 20.0}};
      const Log log = simulate_choice(scenario, choice(policy, cap));
      CHECK(peak_power(log) <= cap * (1 + 1e-9));
      CHECK(log.requests.size() == 65);
      for (const RequestRecord& r : log.requests) CHECK(r.status != RequestStatus::dropped);
    }
}
