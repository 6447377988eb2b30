// Do batches of profiled tasks take what a measured curve says: at its sizes, between and beyond them?
#include <doctest/doctest.h>

#include "contract/inputs.hpp"
#include "engine/tables.hpp"
#include "support/ids.hpp"
#include "support/problem_text.hpp"

using namespace hetsched;
using doctest::Approx;

namespace {

contract::Inputs inputs(const std::string& kind_members) {
  return {
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu", "max_batch": 16)" + kind_members +
          R"(}], "accelerators": [{"name": "a", "kind": "k"}]})",
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", R"({"format": 1, "name": "m", "layers": [{"name": "x"}],
              "costs": [{"layer": "x", "kind": "k", "time": 2, "energy": 3, "bytes": 100}]})"}}};
}

std::string refused(const std::string& kind_members) {
  try {
    contract::make_scenario(inputs(kind_members));
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("at the sizes of the curve as measured, between them and beyond the last on the line of two neighbours") {
  const auto scenario = contract::make_scenario(inputs(
      R"(, "batch_curve": [{"size": 2, "time": 1.5, "bytes": 1}, {"size": 8, "time": 3, "energy": 6, "bytes": 1}])"));
  Problems problems;
  const Tables tables = Tables::build(*scenario, problems);
  REQUIRE(problems.empty());
  SystemView view;
  tables.fill(view);
  const ModelTask& task = view.models[0_model].tasks[0_task];
  const auto cost = [&](std::uint32_t batch) { return view.cost(task, 0_kind, 0_point, VariantId::original, batch); };
  const std::pair<std::uint32_t, double> times[] = {{1, 1}, {2, 1.5}, {5, 2.25}, {8, 3}, {12, 4}, {16, 5}};
  for (const auto& [batch, time] : times) CHECK(cost(batch).time == Approx(2 * time));
  CHECK(cost(2).energy == Approx(3 * 1.5));  // as the time, where nothing else is said
  CHECK(cost(5).energy == Approx(3 * 3.75));
  CHECK(cost(8).energy == Approx(3 * 6));
  CHECK(cost(16).traffic == Approx(100));
}

TEST_CASE("a curve is checked") {
  CHECK(refused(R"(, "batch_curve": [{"size": 4, "time": 2}, {"size": 4, "time": 3}])")
            .find("/batch_curve/1/size: must be larger than the one before, 4") != std::string::npos);
  CHECK(refused(R"(, "batch_curve": [{"size": 1, "time": 1}])").find("/batch_curve/0/size") != std::string::npos);
  CHECK(refused(R"(, "batch_curve": [{"size": 2, "time": 0}])").find("/batch_curve/0/time") != std::string::npos);
  CHECK(refused(R"(, "batch_curve": [{"size": 2}])").find("time") != std::string::npos);
  CHECK(refused(R"(, "batch_fixed_share": 0.5, "batch_curve": [{"size": 2, "time": 1.5}])")
            .find("/batch_fixed_share: is given beside batch_curve") != std::string::npos);
}
