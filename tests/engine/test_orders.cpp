// Do policies serve in the orders that textbooks print?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

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
    streams += (streams.empty() ? "" : ",") +
               (R"({"name": ")" + std::string(job.name) + R"(", "model": ")" + job.name +
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

/// Mean time that jobs are not served, to the two decimals that are printed.
double mean_wait(const std::vector<Job>& jobs, const std::string& policy, Params::Values parameters = {}) {
  const Ends ends = finishes(jobs, policy, std::move(parameters));
  double sum = 0;
  for (std::size_t j = 0; j < jobs.size(); ++j) sum += ends[j] - jobs[j].arrival - jobs[j].length;
  return std::round(100 * sum / static_cast<double>(jobs.size())) / 100;
}

}  // namespace

TEST_CASE("Stallings, Operating Systems, table 9.5: six orders") {
  CHECK(finishes(kStallings, "fcfs", {}) == Ends{3, 9, 13, 18, 20});
  CHECK(finishes(kStallings, "rr", {{"among", std::string("request")}}) == Ends{4, 18, 17, 20, 15});
  CHECK(finishes(kStallings, "rr", {{"among", std::string("request")}, {"quantum", 4.0}}) == Ends{3, 17, 11, 20, 19});
  CHECK(finishes(kStallings, "rr", {{"among", std::string("request")}, {"seconds", 4.0}}) == Ends{3, 17, 11, 20, 19});
  CHECK(finishes(kStallings, "sjf", {}) == Ends{3, 9, 15, 20, 11});
  CHECK(finishes(kStallings, "srpt", {}) == Ends{3, 15, 8, 20, 10});
  CHECK(finishes(kStallings, "hrrn", {}) == Ends{3, 9, 13, 20, 15});
}

TEST_CASE("Silberschatz, Operating System Concepts, ch. 5: mean waiting times") {
  const std::vector<Job> four = {{"A", 0, 6}, {"B", 0, 8}, {"C", 0, 7}, {"D", 0, 3}};
  CHECK(mean_wait(four, "sjf") == 7);
  CHECK(mean_wait(four, "fcfs") == 10.25);
  const std::vector<Job> arriving = {{"A", 0, 8}, {"B", 1, 4}, {"C", 2, 9}, {"D", 3, 5}};
  CHECK(mean_wait(arriving, "srpt") == 6.5);
  CHECK(mean_wait(arriving, "sjf") == 7.75);
  const std::vector<Job> long_first = {{"A", 0, 24}, {"B", 0, 3}, {"C", 0, 3}};
  CHECK(mean_wait(long_first, "rr", {{"quantum", 4.0}}) == 5.67);
  CHECK(mean_wait(long_first, "fcfs") == 17);
}

TEST_CASE("MCT and MET on independent tasks: 24 and 29") {
  // ETC 5 x 2 = [15,15][5,6][2,8][7,7][10,3]; tasks in order, ties to the first machine
  Inputs in;
  in.platform =
      R"({"format": 1, "name": "p", "kinds": [{"name": "x", "type": "cpu"}, {"name": "y", "type": "gpu"}],
    "accelerators": [{"name": "a", "kind": "x"}, {"name": "b", "kind": "y"}]})";
  const double times[5][2] = {{15, 15}, {5, 6}, {2, 8}, {7, 7}, {10, 3}};
  std::string layers, costs;
  for (int t = 0; t < 5; ++t) {
    const std::string name = "\"t" + std::to_string(t) + "\"", comma = t > 0 ? "," : "";
    layers += comma + R"({"name": )" + name + R"(, "inputs": []})";
    costs += comma + R"({"layer": )" + name + R"(, "kind": "x", "time": )" + std::to_string(times[t][0]) +
             R"(}, {"layer": )" + name + R"(, "kind": "y", "time": )" + std::to_string(times[t][1]) + "}";
  }
  in.models["m"] = R"({"format": 1, "name": "m", "layers": [)" + layers + R"(], "costs": [)" + costs + "]}";
  in.workload =
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}}]})";
  CHECK(simulate_log(make_scenario(in), "mct").totals.end == 24);
  CHECK(simulate_log(make_scenario(in), "met", {{"ties", std::string("first")}}).totals.end == 29);
}

TEST_CASE("FCFS with a queue per accelerator, and with models pinned") {
  // Two accelerators; requests of x take 2 + 2, of y take 1.
  Inputs in;
  in.platform = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}],
    "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "k"}]})";
  in.models = {{"x", chain_model("x", 2, R"("kind": "k", "time": 2)")},
               {"y", chain_model("y", 1, R"("kind": "k", "time": 1)")}};
  in.workload = R"({"format": 1, "name": "w", "streams": [
    {"name": "x", "model": "x", "arrival": {"type": "trace", "times": [0, 2.5]}},
    {"name": "y", "model": "y", "arrival": {"type": "trace", "times": [0, 0, 0]}}]})";
  const auto ends = [&](const std::string& queue) {
    std::string text;
    for (const TaskRecord& t : simulate_log(make_scenario(in), "fcfs", {{"queue", queue}}).tasks)
      text += std::string(t.stream) + std::string(t.accelerator) + std::to_string(static_cast<int>(t.end)) + " ";
    return text;
  };
  CHECK(ends("global") == "yb1 xa2 yb2 yb3 xa4 xb5 xa7 ");
  // The second y has joined the queue of a, behind x; the second x finds that of b empty.
  CHECK(ends("accelerator") == "yb1 xa2 yb2 xa4 xb4 ya5 xb6 ");
  CHECK(ends("model_pinned") == "yb1 xa2 yb2 yb3 xa4 xa6 xa8 ");
}
