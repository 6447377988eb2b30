// Does what cannot have any effect say so, and nothing else?
#include <doctest/doctest.h>

#include "study/effects.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

std::string platform(const std::string& kind_members, const std::string& members = "") {
  return R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu")" + kind_members + R"(}],
    "memories": [{"name": "m0"}, {"name": "m1"}, {"name": "m2"}],
    "links": [{"name": "near", "bandwidth": 1, "between": ["m0", "m1"]}, {"name": "far", "bandwidth": 1, "between": ["m1", "m2"]}],
    "accelerators": [{"name": "a", "kind": "k", "memory": "m0"}, {"name": "b", "kind": "k", "memory": "m1"}])" +
         members + "}";
}

std::string workload(const std::string& granularity, const std::string& members = "") {
  return R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "granularity": ")" + granularity +
         R"(", "arrival": {"type": "burst", "count": 1})" + members + "}]}";
}

std::string model(const std::string& first = R"("input_bytes": 5)") {
  return R"({"format": 1, "name": "m", "layers": [{"name": "x", "output_bytes": 7, )" + first + R"(}, {"name": "y"}],
    "costs": [{"layer": "x", "kind": "k", "time": 1}, {"layer": "y", "kind": "k", "time": 1}]})";
}

std::string notes(const Inputs& inputs) {
  const auto scenario = make_scenario(inputs);
  Problems problems;
  const Tables tables = Tables::build(*scenario, problems);
  problems.throw_if_any();
  return join(without_effect(*scenario, tables), "\n");
}

std::string policy_notes(const std::string& policy, const std::string& kind_members) {
  const auto scenario = make_scenario({platform(kind_members), workload("layer"), {{"m", model()}}});
  return join(without_effect(chosen(policy), scenario->platform, built_in()), "\n");
}

}  // namespace

TEST_CASE("links that nothing can cross, and why") {
  // Nothing lies in m2, and no accelerator uses it.
  CHECK(notes({platform(""), workload("layer"), {{"m", model()}}}) ==
        "link far: nothing crosses it: no route leads over it from where something lies to where a task that reads it, "
        "or "
        "its sink, can be");
  CHECK(notes({platform(""), workload("layer", R"(, "source": "m2")"), {{"m", model()}}}) == "");
  CHECK(notes({platform(""), workload("layer", R"(, "sink": "m2")"), {{"m", model()}}}).find("link far") ==
        0);  // y writes nothing
  const std::string whole = notes({platform(""), workload("model"), {{"m", model()}}});
  CHECK(whole.find("links near, far: nothing crosses them: no task reads what another one has written, and inputs of "
                   "requests are taken as present in every memory") == 0);
  CHECK(whole.find(R"((platform "p" names no host, and no source or sink is given for stream s))") !=
        std::string::npos);
  CHECK(notes({platform("", R"(, "host": "m2")"), workload("model"), {{"m", model()}}}) == "");
  CHECK(
      notes({platform("", R"(, "host": "m2")"), workload("model"), {{"m", model(R"("op": "conv2d")")}}})
          .find("nothing is known of the size of inputs and results (input_bytes of the first layers, output_bytes of "
                "the last) of model m") != std::string::npos);
}

TEST_CASE("decorators and policies without what they need") {
  CHECK(policy_notes(R"({"name": "edf", "decorators": ["batch", "drop"]})", "") ==
        R"(decorator batch: no kind of platform "p" has a max_batch above 1)");
  CHECK(policy_notes(R"({"name": "edf", "decorators": ["batch"]})", R"(, "max_batch": 2)") == "");
  CHECK(policy_notes("\"rt_dvs\"", "") ==
        R"(what policy rt_dvs does with operating points: no kind of platform "p" has several operating points)");
  CHECK(policy_notes("\"slack_dvfs\"", "") != "");
  CHECK(policy_notes("\"rt_dvs\"",
                     R"(, "operating_points": [{"name": "x", "frequency": 1}, {"name": "y", "frequency": 2}])") == "");
  CHECK(policy_notes("\"edf\"", "") == "");
}

TEST_CASE("fields about batches of kinds that have none") {
  const auto of = [](const std::string& members) {
    return notes({platform(members), workload("layer", R"(, "source": "m2")"), {{"m", model()}}});
  };
  CHECK(of(R"(, "batch_fixed_share": 0.5)") ==
        "batch_fixed_share of kind k: its max_batch is 1, so nothing is computed in batches");
  CHECK(of(R"(, "batch_curve": [{"size": 2, "time": 1.5}])").find("batch_curve of kind k: its max_batch is 1") == 0);
  CHECK(of(R"(, "batch_fixed_share": 0.5, "max_batch": 2)") == "");
}
