// What an outage takes with it, how outages overlap, and what comes first at the instant at which one begins.
#include <doctest/doctest.h>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// One accelerator; requests of one task of 1 s at these times.
std::shared_ptr<Scenario> scenario(const std::string& times, std::vector<Outage> outages,
                                   const std::string& stream = "") {
  auto scenario = make_scenario(
      {R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}], "accelerators": [{"name": "a", "kind": "k"}]})",
       R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "trace", "times": )" +
           times + "}" + stream + "}]}",
       {{"m", chain_model("m", 1, R"("kind": "k", "time": 1)")}}});
  scenario->options.outages = std::move(outages);
  return scenario;
}

}  // namespace

TEST_CASE("of outages that overlap the last to end turns the accelerator on") {
  // In either order of the file, and where one lies within the other.
  for (const std::vector<Outage>& outages :
       {std::vector<Outage>{{"a", 2, 5}, {"a", 3, 4}}, std::vector<Outage>{{"a", 3, 4}, {"a", 2, 5}},
        std::vector<Outage>{{"a", 2, 4}, {"a", 3, 5}}, std::vector<Outage>{{"a", 2, 4}, {"a", 4, 5}}}) {
    const Log log = simulate_log(scenario("[2.5]", outages), "fcfs");
    CHECK(log.task("l0").start == 5);
    CHECK(log.totals.end == 6);
  }
}

TEST_CASE("what ends at the instant of an outage has ended: events of an instant go by kind, not by order of entry") {
  // The outage has been known since the beginning, the end of the task only since its start.
  const Log log = simulate_log(scenario("[0]", {{"a", 1, 2}}), "fcfs");
  REQUIRE(log.tasks.size() == 1);
  CHECK(log.tasks[0].status == TaskStatus::finished);
  CHECK(log.tasks[0].end == 1);
  // Likewise the deadline at which a late request would be dropped.
  const Log dropping = simulate_log(scenario("[0]", {}, R"(, "deadline": 1, "drop": "late")"), "fcfs");
  CHECK(dropping.requests[0].status == RequestStatus::finished);
}

TEST_CASE("weights do not survive an outage: the accelerator is as at the start, where no other model was there last") {
  const auto run = [](std::vector<Outage> outages) {
    auto two = make_scenario({R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu", "switch_time": 1}],
             "accelerators": [{"name": "a", "kind": "k"}]})",
                              R"({"format": 1, "name": "w", "streams": [
             {"name": "x", "model": "m", "arrival": {"type": "trace", "times": [0]}},
             {"name": "y", "model": "n", "arrival": {"type": "trace", "times": [5]}}]})",
                              {{"m", chain_model("m", 1, R"("kind": "k", "time": 1)")},
                               {"n", chain_model("n", 1, R"("kind": "k", "time": 1)")}}});
    two->options.outages = std::move(outages);
    return simulate_log(two, "fcfs").totals.end;
  };
  CHECK(run({}) == 7);  // from m to n: a switch
  CHECK(run({{"a", 3, 4}}) == 6);
}
