// Do the multi-DNN policies make the public Dysta code's choices on five requests for one accelerator?
//
// Models, requests and results: SamsungLabs/Sparse-Multi-DNN-Scheduling at b9f1913, scheduler.py, run on this
// set.
#include <doctest/doctest.h>

#include <cmath>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

struct Order {
  std::string layers;            ///< request of each layer, as they ran
  std::vector<double> finishes;  ///< by request
  double antt = 0;               ///< mean of turnaround / time alone, to four decimals
};

Order run(const std::string& policy, Params::Values parameters = {}) {
  Inputs in{
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}],
    "accelerators": [{"name": "a", "kind": "k"}]})",
      R"({"format": 1, "name": "w", "streams": [
    {"name": "A", "model": "a", "priority": 3, "deadline": 16,
     "arrival": {"type": "burst", "count": 1, "at": 0}},
    {"name": "B", "model": "b", "priority": 1, "deadline": 12,
     "arrival": {"type": "burst", "count": 1, "at": 0.5}},
    {"name": "C", "model": "c", "priority": 9, "deadline": 30,
     "arrival": {"type": "burst", "count": 1, "at": 1.25}},
    {"name": "D", "model": "d", "priority": 1, "deadline": 6,
     "arrival": {"type": "burst", "count": 1, "at": 3.5}},
    {"name": "E", "model": "b", "priority": 1, "deadline": 8,
     "arrival": {"type": "burst", "count": 1, "at": 9.75}}]})",
      {{"a", chain_model("a", 4, R"("kind": "k", "time": 2)")},
       {"b", chain_model("b", 6, R"("kind": "k", "time": 1)")},
       {"c", chain_model("c", 2, R"("kind": "k", "time": 5)")},
       {"d", chain_model("d", 3, R"("kind": "k", "time": 1)")}}};
  const Log log = simulate_log(make_scenario(in), policy, std::move(parameters));
  Order order;
  for (const TaskRecord& t : log.tasks) order.layers += t.stream;
  order.finishes.resize(5);
  const double alone[] = {8, 6, 10, 3, 6};
  for (const RequestRecord& r : log.requests) {
    order.finishes[r.request] = *r.finish;
    order.antt += *r.latency / alone[r.request] / 5;
  }
  order.antt = std::round(1e4 * order.antt) / 1e4;
  return order;
}

void check(const Order& order, const std::string& layers, const std::vector<double>& finishes, double antt) {
  CHECK(order.layers == layers);
  CHECK(order.finishes == finishes);
  CHECK(order.antt == antt);
}

}  // namespace

TEST_CASE("FCFS") { check(run("fcfs"), "AAAABBBBBBCCDDDEEEEEE", {8, 14, 24, 27, 33}, 3.4467); }

TEST_CASE("SJF, there by remaining time") { check(run("srpt"), "AADDDAABBBBBBEEEEEECC", {11, 17, 33, 7, 23}, 2.135); }

TEST_CASE("PREMA") {
  check(run("prema", {{"waiting", std::string("since_run")}, {"count_new", false}}), "AACCDAABDDBBBBBEEEEEE",
        {19, 27, 14, 22, 33}, 3.6217);
}

TEST_CASE("Planaria with one array") {
  check(run("planaria", {{"division", std::string("dysta")}}), "ACDDDABAAECEEEEEBBBBB", {17, 33, 23, 10, 28}, 2.985);
}

TEST_CASE("SDRM3, later DREAM") {
  check(run("dream", {{"alpha", 1.0}, {"beta", 0.0}, {"urgency_cap", 1.0}, {"late", std::string("signed")}}),
        "ABABDBABDECBDEABECEEE", {23, 24, 30, 20, 33}, 3.8083);
}

TEST_CASE("Dysta, for two weights of slack") {
  for (const double beta : {0.01, 0.5})
    check(run("dysta", {{"beta", beta}, {"time_unit", 1.0}}), "ABBDDDBBBBAAAEEEEEECC", {17, 11, 33, 7, 23}, 2.085);
}
