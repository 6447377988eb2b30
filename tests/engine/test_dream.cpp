// Does DREAM choose by its MapScore, drop and switch variants by its rules, and find better weights?
#include <doctest/doctest.h>

#include <cmath>

#include "online/map_score_tuner.hpp"
#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

using Text = std::string;

/// Runs one request of A and one of B, of a single layer, at 0 on x and y; returns where: "AxBy".
std::string placement(Params::Values parameters) {
  // Times A 1 3, B 2 2; energies A 4 1, B 1 1.
  const Inputs in{
      R"({"format": 1, "name": "p",
    "kinds": [{"name": "x", "type": "npu"}, {"name": "y", "type": "npu"}],
    "accelerators": [{"name": "x", "kind": "x"}, {"name": "y", "kind": "y"}]})",
      R"({"format": 1, "name": "w", "streams": [
    {"name": "A", "model": "a", "arrival": {"type": "burst", "count": 1}, "deadline": 4},
    {"name": "B", "model": "b", "arrival": {"type": "burst", "count": 1}, "deadline": 8}]})",
      {{"a", R"({"format": 1, "name": "a", "layers": [{"name": "l"}], "costs": [
      {"layer": "l", "kind": "x", "time": 1, "energy": 4}, {"layer": "l", "kind": "y", "time": 3, "energy": 1}]})"},
       {"b", R"({"format": 1, "name": "b", "layers": [{"name": "l"}], "costs": [
      {"layer": "l", "kind": "x", "time": 2, "energy": 1}, {"layer": "l", "kind": "y", "time": 2, "energy": 1}]})"}}};
  std::string a, b;
  for (const TaskRecord& t : simulate_log(make_scenario(in), "dream", std::move(parameters)).tasks)
    (t.stream == "A" ? a : b) = Text(t.stream) + Text(t.accelerator);
  return a + b;
}

/// One accelerator; the streams' JSON and models are given.
Log one(const std::string& streams, std::map<std::string, std::string> models, Params::Values parameters) {
  const Inputs in{
      R"({"format": 1, "name": "p",
    "kinds": [{"name": "k", "type": "npu", "switch_time": 0, "switch_energy": 0.5}],
    "accelerators": [{"name": "a", "kind": "k"}]})",
      R"({"format": 1, "name": "w", "streams": [)" + streams + "]}", std::move(models)};
  return simulate_log(make_scenario(in), "dream", std::move(parameters));
}

std::string burst(const std::string& name, const std::string& model, double deadline) {
  return R"({"name": ")" + name + R"(", "model": ")" + model +
         R"(", "arrival": {"type": "burst", "count": 1}, "deadline": )" + std::to_string(deadline) + "}";
}

}  // namespace

TEST_CASE("two accelerators: urgency x preference, then energy") {
  // Urgency A 2/4, B 2/8; LatPref A 4 and 4/3, B 2 and 2: scores 2, 2/3, 1/2, 1/2.
  CHECK(placement({{"alpha", 0.0}, {"beta", 0.0}}) == "AxBy");
  // EnergyPref A 5/4 and 5, B 2 and 2: scores 3.25, 5.67, 2.5, 2.5.
  CHECK(placement({{"alpha", 0.0}, {"beta", 1.0}}) == "AyBx");
  // 2.25, 1.67, 0.9, 0.9.
  CHECK(placement({{"alpha", 0.0}, {"beta", 0.2}}) == "AxBy");
}

TEST_CASE("a switch of models costs score") {
  const std::string three = burst("A", "m", 9) + "," + burst("B", "n", 9) + "," + burst("C", "m", 9);
  const std::map<std::string, std::string> models = {
      {"m", chain_model("m", 1, R"("kind": "k", "time": 1, "energy": 1)")},
      {"n", chain_model("n", 1, R"("kind": "k", "time": 1, "energy": 1)")}};
  const auto order = [&](double beta) {
    std::string text;
    for (const TaskRecord& t : one(three, models, {{"beta", beta}}).tasks) text += t.stream;
    return text;
  };
  CHECK(order(0) == "ABC");
  CHECK(order(1) == "ACB");
}

TEST_CASE("smart frame drop: the most hopeless of at least two, within the cap") {
  const std::map<std::string, std::string> models = {{"m", chain_model("m", 1, R"("kind": "k", "time": 2)")}};
  const std::string two = burst("A", "m", 1) + "," + burst("B", "m", 1.5);
  const auto statuses = [&](const std::string& streams, Params::Values parameters) {
    std::string text;
    for (const RequestRecord& r : one(streams, models, std::move(parameters)).requests)
      text += Text(r.stream) + (r.status == RequestStatus::dropped ? " dropped " : " late ");
    return text;
  };
  CHECK(statuses(two, {{"drop", true}, {"drop_cap", 1.0}}) == "A dropped B late ");
  CHECK(statuses(two, {{"drop", true}}) == "A late B late ");  // a fifth of one is less than one
  CHECK(statuses(burst("A", "m", 1), {{"drop", true}, {"drop_cap", 1.0}}) == "A late ");
}

TEST_CASE("a request that would miss runs as its fastest variant, if that may lose so much") {
  const std::map<std::string, std::string> models = {{"m",
                                                      R"({"format": 1, "name": "m",
        "layers": [{"name": "l", "variants": [{"name": "v", "accuracy_loss": 0.1}]}],
        "costs": [{"layer": "l", "kind": "k", "time": 4},
                  {"layer": "l", "kind": "k", "variant": "v", "time": 1.5}]})"}};
  const auto finish = [&](double deadline, double loss) {
    return *one(burst("A", "m", deadline), models, {{"switch_variants", true}, {"max_accuracy_loss", loss}})
                .requests[0]
                .finish;
  };
  CHECK(finish(3, 1) == 1.5);
  CHECK(finish(3, 0.05) == 4);
  CHECK(finish(5, 1) == 4);
}

TEST_CASE("the tuner finds the alpha of the least UXCost") {
  Params params({{"tune_window", 64.0}});
  MapScoreTuner tuner(params);
  const Stream stream;
  Request request;
  const Event ended{Event::Type::request_finished, {0_request, 0_task}};
  SystemView view;
  view.streams = IdSpan<StreamId, const Stream>({&stream, 1});
  view.requests = IdSpan<RequestRef, const Request>({&request, 1});
  view.events = {&ended, 1};
  double alpha = 0, beta = 0, tried = 0;
  for (int window = 0; window < 60; ++window)
    for (int n = 0; n < 64; ++n) {
      // The further alpha is from 1.5, the more requests of a window miss.
      request.deadline = n < 32 * std::abs(alpha - 1.5) ? -1 : kNever;
      tuner.observe(view, alpha, beta);
      tried = std::max(tried, beta);
    }
  CHECK(alpha == 1.5);
  CHECK(beta == 0);
  CHECK(tried > 0);
}
