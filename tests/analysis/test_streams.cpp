// Which streams have bounds, and what is said of the others?
#include <doctest/doctest.h>

#include "analysis/stream_bounds.hpp"
#include "base/json_document.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using namespace hetsched::analysis;

namespace {

constexpr const char* kOne = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}],
  "accelerators": [{"name": "a", "kind": "k"}]})";
constexpr const char* kTwoKinds = R"({"format": 1, "name": "p",
  "kinds": [{"name": "k", "type": "cpu"}, {"name": "other", "type": "gpu"}],
  "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "other"}]})";

/// Streams named x, y, ... of models by name: "on_k" of two layers of 1 s, "on_both", "on_other".
std::shared_ptr<Scenario> scenario_of(const std::string& platform, const std::string& streams,
                                      const std::string& more = "") {
  Inputs in;
  in.platform = platform;
  in.models["on_k"] = chain_model("on_k", 2, R"("kind": "k", "time": 1)");
  in.models["on_other"] = chain_model("on_other", 1, R"("kind": "other", "time": 1)");
  in.models["on_both"] = R"({"format": 1, "name": "on_both", "layers": [{"name": "l"}],
    "costs": [{"layer": "l", "kind": "k", "time": 3}, {"layer": "l", "kind": "other", "time": 3}]})";
  in.workload = R"({"format": 1, "name": "w", "duration": 100, )" + more + R"("streams": [)" + streams + "]}";
  return make_scenario(in);
}

std::string stream(const std::string& name, const std::string& arrival, const std::string& model = "on_k",
                   const std::string& more = "") {
  return R"({"name": ")" + name + R"(", "model": ")" + model + R"(", "arrival": {"type": )" + arrival + "}" + more +
         "}";
}

std::vector<StreamBound> rows(const std::shared_ptr<Scenario>& scenario, Order order = Order::stream) {
  Problems problems;
  const Tables tables = Tables::build(*scenario, problems);
  problems.throw_if_any();
  return analyse(*scenario, tables, order).streams;
}

const std::string kPeriodic = R"("periodic", "period": 10)";

bool says(const StreamBound& row, const std::string& text) {
  CHECK_FALSE(row.bound);
  CHECK(row.verdict == Verdict::no_bound);
  const bool found = row.why.find(text) != std::string::npos;
  if (!found) MESSAGE(row.why);
  return found;
}

}  // namespace

TEST_CASE("a periodic stream on one accelerator, and verdicts") {
  const std::string deadline = R"(, "deadline": "period")", early = R"(, "deadline": 2.5)";
  const auto found = rows(scenario_of(kOne, stream("x", kPeriodic, "on_k", deadline) + "," +
                                                stream("y", kPeriodic, "on_k", early) + "," + stream("z", kPeriodic)),
                          Order::edf);
  CHECK(found[0].verdict == Verdict::met);
  CHECK(*found[0].time == 2);
  CHECK(*found[0].utilisation == doctest::Approx(0.2));
  CHECK(found[1].verdict == Verdict::not_assured);
  CHECK(*found[1].bound == 3);  // 1 of blocking
  CHECK(found[2].verdict == Verdict::no_deadline);
  CHECK(*found[2].bound == 6);
}

TEST_CASE("traces and bursts have bounds, what other requests cause or chance brings has none") {
  const auto found =
      rows(scenario_of(kOne, stream("burst", R"("burst", "count": 3)", "on_k", R"(, "priority": 9)") + "," +
                                 stream("trace", R"("trace", "times": [1, 9, 14])", "on_k", R"(, "priority": 8)") +
                                 "," + stream("poisson", R"("poisson", "rate": 0.01)") + "," +
                                 stream("loop", R"("closed_loop", "outstanding": 1)") + "," +
                                 stream("caused", R"("triggered", "by": "trace")") + "," +
                                 stream("after", kPeriodic, "on_k", R"(, "after": "trace")") + "," +
                                 stream("below", kPeriodic, "on_k", R"(, "priority": -1)")));
  CHECK(*found[0].bound == 1 + 3 * 2);
  CHECK(*found[1].bound == 1 + 3 * 2 + 2);
  CHECK(*found[1].period == 5);
  CHECK(says(found[2], "Poisson"));
  CHECK(says(found[3], "earlier ones end"));
  CHECK(says(found[4], "stream \"trace\" end"));
  CHECK(says(found[5], "wait for those of stream \"trace\""));
  CHECK(says(found[6], "which may go before it"));
}

TEST_CASE("on several accelerators there are bounds where one alone can run a stream") {
  const auto scenario = scenario_of(kTwoKinds, stream("x", kPeriodic, "on_k", R"(, "priority": 1)") + "," +
                                                   stream("y", kPeriodic, "on_other", R"(, "priority": -1)") + "," +
                                                   stream("z", kPeriodic, "on_both"));
  const auto found = rows(scenario);
  CHECK(found[0].accelerator == "a");
  CHECK(*found[0].bound == 5);  // 3 of z, which may block it
  CHECK(found[1].accelerator == "b");
  CHECK(says(found[1], "stream \"z\", which may go before it"));
  CHECK(says(found[2], "several accelerators"));
}

TEST_CASE("who hands segments over waits for others, and who computes them is disturbed: neither has a bound") {
  Json platform = Json::parse(kTwoKinds);
  platform["kinds"][0]["fallback"] = "other";
  Inputs in;
  in.models["divided"] = R"({"format": 1, "name": "divided", "layers": [{"name": "l"}, {"name": "m"}],
    "costs": [{"layer": "l", "kind": "k", "time": 1}, {"layer": "m", "kind": "other", "time": 1}]})";
  in.models["on_k"] = chain_model("on_k", 1, R"("kind": "k", "time": 1)");
  in.models["on_other"] = chain_model("on_other", 1, R"("kind": "other", "time": 1)");
  const auto with = [&](const std::string& streams) {
    in.platform = platform.dump();
    in.workload = R"({"format": 1, "name": "w", "duration": 100, "streams": [)" + streams + "]}";
    return rows(make_scenario(in));
  };
  const std::string others = stream("x", kPeriodic) + "," + stream("y", kPeriodic, "on_other");
  const auto apart = with(others);
  CHECK(*apart[0].bound == 1);
  CHECK(*apart[1].bound == 1);
  const auto found = with(others + "," + stream("z", kPeriodic, "divided", R"(, "granularity": "model")"));
  CHECK(says(found[1], "accelerator \"a\" hands segments over to its kind"));
  CHECK(says(found[2], "it hands segments over to another kind of accelerator"));
  platform["kinds"][0]["transitions"] = Json::parse(R"([{"from": "other", "time": 1}])");
  CHECK(says(with(others)[1], "its kind does transitions for tasks of others"));
}

TEST_CASE("a shared memory, slots, and what a run adds to predicted costs") {
  Json platform = Json::parse(kTwoKinds);
  platform["memories"] = Json::parse(R"([{"name": "m", "bandwidth": 100}])");
  const auto with_traffic = [&](double bytes) {
    Inputs in;
    in.platform = platform.dump();
    const std::string cost = R"(, "time": 1, "bytes": )" + std::to_string(bytes);
    in.models["k"] = chain_model("k", 1, R"("kind": "k")" + cost);
    in.models["o"] = chain_model("o", 1, R"("kind": "other")" + cost);
    in.workload = R"({"format": 1, "name": "w", "duration": 9, "streams": [)" + stream("x", kPeriodic, "k") + "," +
                  stream("y", kPeriodic, "o") + "]}";
    return rows(make_scenario(in))[0];
  };
  CHECK(*with_traffic(0).bound == 1);
  CHECK(says(with_traffic(50), "bandwidth of its memory with accelerator \"b\""));
  Json slots = Json::parse(kOne);
  slots["kinds"][0]["slots"] = 2;
  CHECK(says(rows(scenario_of(slots.dump(), stream("x", kPeriodic)))[0], "2 tasks at once"));
  CHECK(says(rows(scenario_of(kOne, stream("x", kPeriodic), R"("release": "polled", )"))[0], "polled"));
  const auto jittered = scenario_of(kOne, stream("x", kPeriodic));
  jittered->options.execution_jitter = {JitterDistribution::uniform, 0.1};
  CHECK(says(rows(jittered)[0], "execution_jitter"));
}

TEST_CASE("policies that there are bounds for") {
  CHECK(order_of(chosen(R"("edf")")) == Order::edf);
  CHECK(order_of(chosen(R"("fp")")) == Order::stream);
  CHECK(order_of(chosen(R"({"name": "fp", "parameters": {"assignment": "dm"}})")) == Order::dm);
  CHECK_THROWS_AS(order_of(chosen(R"("heft")")), InputError);
  CHECK_THROWS_AS(order_of(chosen(R"({"name": "edf", "parameters": {"scope": "partitioned"}})")), InputError);
  CHECK_THROWS_AS(order_of(chosen(R"({"name": "edf", "decorators": ["drop"]})")), InputError);
}
