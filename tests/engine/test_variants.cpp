// Variants: their costs are used, and what a request loses in accuracy is what its variants say.
#include <doctest/doctest.h>

#include "base/errors.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

const char* kPlatform = R"({"format": 1, "name": "p", "kinds": [
    {"name": "k", "type": "cpu", "operating_points": [{"name": "x", "idle_power": 0, "active_power": 1}]}],
    "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "k"}]})";
const char* kWorkload = R"({"format": 1, "name": "w", "streams": [
    {"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}}]})";

/// Layers x, y, z, each 4 s and 10 J; y and z have a variant v of 1 s and 2 J that loses 1/8 and 1/16.
std::string model(const std::string& accuracy = "") {
  std::string rows;
  for (const char* layer : {"x", "y", "z"}) {
    rows += std::string(rows.empty() ? "" : ", ") + R"({"layer": ")" + layer +
            R"(", "kind": "k", "time": 4, "energy": 10})";
    if (*layer != 'x')
      rows += std::string(R"(, {"layer": ")") + layer + R"(", "variant": "v", "kind": "k", "time": 1, "energy": 2})";
  }
  return R"({"format": 1, "name": "m", "layers": [{"name": "x"}, {"name": "y", "variants": [{"name": "v", "accuracy_loss": 0.125}]},
             {"name": "z", "variants": [{"name": "v", "accuracy_loss": 0.0625}]}],)" +
         accuracy + R"("costs": [)" + rows + "]}";
}

/// Starts what is ready on the first accelerator that is on, as variant `as[task]`; `again` once one has
/// failed.
Scripted choosing(std::vector<std::uint32_t> as, std::vector<std::uint32_t> again = {}) {
  return Scripted([as, again](const SystemView& view, Decisions& out) {
    for (const TaskRef t : view.ready)
      for (const AcceleratorId a : view.accelerators.ids())
        if (view.can_start(t, a)) {
          out.start(t, a, id_of<VariantId>((view.state(t).attempts > 0 ? again : as).at(index_of(t.task))));
          break;
        }
  });
}

Log run(std::vector<std::uint32_t> as, const std::string& accuracy = "") {
  Scripted policy = choosing(std::move(as));
  return simulate_log(make_scenario({kPlatform, kWorkload, {{"m", model(accuracy)}}}), policy);
}

/// Only these sets were measured: y alone, and both.
const char* kMeasured =
    R"("accuracy": {"combinations": [{"variants": ["y:v"], "loss": 0.25}, {"variants": ["y:v", "z:v"], "loss": 0.5}]}, )";

}  // namespace

TEST_CASE("the time and energy of the variant count, and losses add up") {
  const Log original = run({0, 0, 0}), one = run({0, 1, 0}), both = run({0, 1, 1});
  CHECK(original.totals.end == 12);
  CHECK(original.requests.at(0).accuracy_loss == 0);
  CHECK(original.task("y").variant == "");
  CHECK(one.totals.end == 9);
  CHECK(one.energy() == 10 + 2 + 10 + 9);
  CHECK(one.requests.at(0).accuracy_loss == 0.125);
  CHECK(one.task("y").variant == "v");
  CHECK(one.task("y").energy == 2 + 1);
  CHECK(one.task("y").predicted == 1);
  CHECK(both.totals.end == 6);
  CHECK(both.requests.at(0).accuracy_loss == 0.125 + 0.0625);
}

TEST_CASE("measured combinations say what is lost, and which sets may be applied") {
  CHECK(run({0, 0, 0}, kMeasured).requests.at(0).accuracy_loss == 0);
  CHECK(run({0, 1, 0}, kMeasured).requests.at(0).accuracy_loss == 0.25);
  CHECK(run({0, 1, 1}, kMeasured).requests.at(0).accuracy_loss == 0.5);
  std::string rule;
  try {
    run({0, 0, 1}, kMeasured);
  } catch (const PolicyError& e) {
    CHECK(e.decision() == "start(task z of request 0 of stream s, on a, as variant 1)");
    rule = e.rule();
  }
  CHECK(rule == "the model does not list this combination of variants");
}

TEST_CASE("a task that failed and runs again loses only what its last attempt says") {
  for (const std::uint32_t again : {0u, 1u}) {
    Scripted policy = choosing({0, 1, 1}, {0, again, 0});
    auto scenario = make_scenario({kPlatform, kWorkload, {{"m", model()}}});
    scenario->options.outages = {{"a", 4.5, std::nullopt}};  // in the middle of y
    const Log log = simulate_log(scenario, policy);
    CHECK(log.accelerators.at(0).failures == 1);
    CHECK(log.requests.at(0).accuracy_loss == (again == 1 ? 0.125 : 0) + 0.0625);
    CHECK(log.totals.end == 4.5 + (again == 1 ? 1 : 4) + 1);
  }
}

TEST_CASE("variants of the whole model") {
  const std::string network =
      R"({"format": 1, "name": "m", "layers": [{"name": "x"}], "variants": [{"name": "small", "accuracy_loss": 0.25}],
      "costs": [{"layer": "x", "kind": "k", "time": 4}, {"layer": "*", "variant": "small", "kind": "k", "time": 1, "energy": 3}]})";
  std::string workload = kWorkload;
  workload.replace(workload.find("\"model\": \"m\""), 12, R"("model": "m", "granularity": "model")");
  Scripted policy = choosing({1});
  const Log log = simulate_log(make_scenario({kPlatform, workload, {{"m", network}}}), policy);
  CHECK(log.totals.end == 1);
  CHECK(log.task("*").variant == "small");
  CHECK(log.task("*").energy == 3 + 1);
  CHECK(log.requests.at(0).accuracy_loss == 0.25);
}
