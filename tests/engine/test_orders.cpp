// Do policies serve in the orders that textbooks print?
#include <doctest/doctest.h>

#include <algorithm>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

constexpr const char* kOne = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}],
  "accelerators": [{"name": "a", "kind": "k"}]})";

/// Jobs as chains of tasks of one second.
struct Job {
  const char* name;
  double arrival;
  int length;
};

std::vector<double> finishes(const std::vector<Job>& jobs, const std::string& policy, Params::Values parameters) {
  Inputs in{kOne, "", {}};
  std::string streams;
  for (const Job& job : jobs) {
    in.models[job.name] = chain_model(job.name, job.length, R"("kind": "k", "time": 1)");
    streams += (streams.empty() ? "" : ",") + (R"({"name": ")" + std::string(job.name) + R"(", "model": ")" + job.name +
               R"(", "arrival": {"type": "burst", "count": 1, "at": )" + std::to_string(job.arrival) + "}}");
  }
  in.workload = R"({"format": 1, "name": "w", "streams": [)" + streams + "]}";
  const Log log = simulate_log(make_scenario(in), policy, std::move(parameters));
  std::vector<double> ends;
  for (const Job& job : jobs)
    for (const RequestRecord& r : log.requests)
      if (r.stream == job.name) ends.push_back(*r.finish);
  return ends;
}

const std::vector<Job> kStallings = {{"A", 0, 3}, {"B", 2, 6}, {"C", 4, 4}, {"D", 6, 5}, {"E", 8, 2}};
using Ends = std::vector<double>;

}  // namespace

TEST_CASE("Stallings, Operating Systems, table 9.5: FCFS and round robin") {
  CHECK(finishes(kStallings, "fcfs", {}) == Ends{3, 9, 13, 18, 20});
  CHECK(finishes(kStallings, "rr", {{"among", std::string("request")}}) == Ends{4, 18, 17, 20, 15});
  CHECK(finishes(kStallings, "rr", {{"among", std::string("request")}, {"quantum", 4.0}}) == Ends{3, 17, 11, 20, 19});
}

TEST_CASE("EDF meets all deadlines of (2,5), (4,7), utilisation 34/35, in the printed order") {
  Inputs in{kOne, R"({"format": 1, "name": "w", "duration": 35, "streams": [
    {"name": "1", "model": "one", "arrival": {"type": "periodic", "period": 5}, "deadline": "period"},
    {"name": "2", "model": "two", "arrival": {"type": "periodic", "period": 7}, "deadline": "period"}]})",
            {{"one", chain_model("one", 2, R"("kind": "k", "time": 1)")}, {"two", chain_model("two", 4, R"("kind": "k", "time": 1)")}}};
  const Log log = simulate_log(make_scenario(in), "edf");
  CHECK(std::all_of(log.requests.begin(), log.requests.end(), [](const RequestRecord& r) { return r.status == RequestStatus::finished; }));
  CHECK(log.requests.size() == 7 + 5);
  std::string order;
  for (const TaskRecord& t : log.tasks) order += t.stream;
  CHECK(order.substr(0, 20) == "11222211222211211222");
  // Rate-monotonic priorities miss the second task's first deadline, at 7.
  Scripted rate_monotonic([](const SystemView& view, Decisions& out) {
    if (view.ready.empty() || view.accelerators[0].free_slots == 0) return;
    out.start(*std::min_element(view.ready.begin(), view.ready.end(), [&](TaskRef a, TaskRef b) {
      return view.request(a).stream < view.request(b).stream;
    }), 0);
  });
  const Log rm = simulate_log(make_scenario(in), rate_monotonic);
  for (const RequestRecord& r : rm.requests)
    if (r.stream == "2" && r.index == 0) CHECK(r.status == RequestStatus::late);
}

TEST_CASE("MCT and MET on independent tasks: 24 and 29") {
  // ETC 5 x 2 = [15,15][5,6][2,8][7,7][10,3]; tasks in order, ties to the first machine
  Inputs in;
  in.platform = R"({"format": 1, "name": "p", "kinds": [{"name": "x", "type": "cpu"}, {"name": "y", "type": "gpu"}],
    "accelerators": [{"name": "a", "kind": "x"}, {"name": "b", "kind": "y"}]})";
  const double times[5][2] = {{15, 15}, {5, 6}, {2, 8}, {7, 7}, {10, 3}};
  std::string layers, costs;
  for (int t = 0; t < 5; ++t) {
    const std::string name = "\"t" + std::to_string(t) + "\"", comma = t > 0 ? "," : "";
    layers += comma + R"({"name": )" + name + R"(, "inputs": []})";
    costs += comma + R"({"layer": )" + name + R"(, "kind": "x", "time": )" + std::to_string(times[t][0]) + R"(}, {"layer": )" +
             name + R"(, "kind": "y", "time": )" + std::to_string(times[t][1]) + "}";
  }
  in.models["m"] = R"({"format": 1, "name": "m", "layers": [)" + layers + R"(], "costs": [)" + costs + "]}";
  in.workload = R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}}]})";
  CHECK(simulate_log(make_scenario(in), "mct").totals.end == 24);
  CHECK(simulate_log(make_scenario(in), "met", {{"ties", std::string("first")}}).totals.end == 29);
}
