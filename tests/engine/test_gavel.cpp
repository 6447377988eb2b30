// Do Gavel's rounds give streams the shares that its program asks for?
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

constexpr double kThroughput[3][3] = {{4, 2, 1}, {3, 2.5, 1}, {2, 1.5, 1.2}};
constexpr double kDuration = 2000;

/// Part of the time that each of three streams, of one request after the other, spends on each of three
/// kinds.
std::array<std::array<double, 3>, 3> shares(Params::Values parameters) {
  Inputs in;
  std::string streams, duration = std::to_string(kDuration);
  for (int m = 0; m < 3; ++m) {
    const std::string name = std::to_string(m);
    std::string costs;
    for (int k = 0; k < 3; ++k)
      costs += (k > 0 ? "," : "") + (R"({"layer": "l", "kind": ")" + std::to_string(k) + R"(", "time": )" +
                                     std::to_string(1 / kThroughput[m][k]) + "}");
    in.models[name] =
        R"({"format": 1, "name": ")" + name + R"(", "layers": [{"name": "l"}], "costs": [)" + costs + "]}";
    streams += (m > 0 ? "," : "") + (R"({"name": ")" + name + R"(", "model": ")" + name +
                                     R"(", "arrival": {"type": "closed_loop", "outstanding": 1}})");
  }
  in.platform = R"({"format": 1, "name": "p",
    "kinds": [{"name": "0", "type": "gpu"}, {"name": "1", "type": "gpu"}, {"name": "2", "type": "gpu"}],
    "accelerators": [{"name": "0", "kind": "0"}, {"name": "1", "kind": "1"}, {"name": "2", "kind": "2"}]})";
  in.workload = R"({"format": 1, "name": "w", "end": "at_duration", "duration": )" + duration + R"(, "streams": [)" +
                streams + "]}";
  const Log log = simulate_log(make_scenario(in), "gavel", std::move(parameters));
  std::array<std::array<double, 3>, 3> shares{};
  for (const TaskRecord& t : log.tasks)
    shares[std::stoul(std::string(t.stream))][std::stoul(std::string(t.accelerator))] += (t.end - t.start) / kDuration;
  return shares;
}

}  // namespace

TEST_CASE("long runs approach the shares of the max-min program") {
  const double expected[3][3] = {{0.4873, 0, 0.5127}, {0, 0.8573, 0.1427}, {0.5127, 0.1427, 0.3446}};
  const auto found = shares({{"round", 20.0}});
  for (int m = 0; m < 3; ++m)
    for (int k = 0; k < 3; ++k) {
      INFO("job " << m << ", type " << k << ": " << found[m][k]);
      CHECK(std::abs(found[m][k] - expected[m][k]) < 0.02);
    }
}
