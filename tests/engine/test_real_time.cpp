// Do the real-time policies meet, and miss, the deadlines that theory says?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// A periodic task: a chain of layers of `grain` seconds.
struct PeriodicTask {
  double time, period;
};

/// Runs tasks named 1, 2, ... on equal processors; deadlines are the ends of the periods.
Log run(const std::vector<PeriodicTask>& tasks, int processors, double grain, double duration,
        const std::string& policy, Params::Values parameters = {}) {
  Inputs in;
  std::string accelerators, streams;
  for (int a = 0; a < processors; ++a)
    accelerators += (a > 0 ? "," : "") + (R"({"name": "p)" + std::to_string(a) + R"(", "kind": "k"})");
  in.platform =
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}], "accelerators": [)" + accelerators + "]}";
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const std::string name = std::to_string(t + 1);
    in.models[name] = chain_model(name, static_cast<int>(std::lround(tasks[t].time / grain)),
                                  R"("kind": "k", "time": )" + std::to_string(grain));
    streams += (t > 0 ? "," : "") + (R"({"name": ")" + name + R"(", "model": ")" + name +
                                     R"(", "arrival": {"type": "periodic", "period": )" +
                                     std::to_string(tasks[t].period) + R"(}, "deadline": "period"})");
  }
  in.workload =
      R"({"format": 1, "name": "w", "duration": )" + std::to_string(duration) + R"(, "streams": [)" + streams + "]}";
  return simulate_log(make_scenario(in), policy, std::move(parameters));
}

/// The requests that missed their deadline: "task index" of each, in order.
std::string misses(const Log& log) {
  std::vector<std::string> late;
  for (const RequestRecord& r : log.requests)
    if (r.status == RequestStatus::late) late.push_back(std::string(r.stream) + "." + std::to_string(r.index) + " ");
  std::sort(late.begin(), late.end());
  std::string text;
  for (const std::string& l : late) text += l;
  return text;
}

std::string trace(const Log& log, std::size_t length) {
  std::string order;
  for (const TaskRecord& t : log.tasks) order += t.stream;
  return order.substr(0, length);
}

const std::vector<PeriodicTask> kTight = {{2, 5}, {4, 7}};  // utilisation 34/35
const std::vector<PeriodicTask> kDhall = {{0.2, 1}, {0.2, 1}, {1, 1.1}};
const Params::Values kRateMonotonic = {{"assignment", std::string("rm")}};

}  // namespace

TEST_CASE("(2,5), (4,7): EDF and LLF meet all deadlines, rate monotonic misses the one at 7") {
  const Log edf = run(kTight, 1, 1, 35, "edf");
  CHECK(edf.requests.size() == 7 + 5);
  CHECK(misses(edf) == "");
  CHECK(trace(edf, 20) == "11222211222211211222");
  CHECK(misses(run(kTight, 1, 1, 35, "llf")) == "");
  // Published up to here; then a tie, which we give to the earlier request.
  CHECK(trace(run(kTight, 1, 1, 35, "llf"), 11) == "12122211222");
  CHECK(misses(run(kTight, 1, 1, 35, "edzl")) == "");
  const Log rm = run(kTight, 1, 1, 35, "fp", kRateMonotonic);
  CHECK(misses(rm).substr(0, 4) == "2.0 ");
  CHECK(trace(rm, 8) == "11222112");
}

TEST_CASE("two equal (3,8): unit-quantum LLF alternates, EDF does not, nor does LLF with a quantum of 3") {
  const std::vector<PeriodicTask> equal = {{3, 8}, {3, 8}};
  CHECK(trace(run(equal, 1, 1, 8, "edf"), 6) == "111222");
  CHECK(trace(run(equal, 1, 1, 8, "llf"), 6) == "121212");
  CHECK(trace(run(equal, 1, 1, 8, "llf", {{"quantum", 3.0}}), 6) == "111222");
}

TEST_CASE("response times at the critical instant: (3,7), (3,12), (5,20) have 3, 6, 20") {
  for (const char* assignment : {"rm", "dm"}) {
    const Log log = run({{3, 7}, {3, 12}, {5, 20}}, 1, 1, 20, "fp", {{"assignment", std::string(assignment)}});
    for (const RequestRecord& r : log.requests)
      if (r.index == 0) CHECK(*r.latency == (r.stream == "1" ? 3 : r.stream == "2" ? 6 : 20));
  }
}

TEST_CASE("Dhall's effect: two (0.2,1) and (1,1.1) on two processors") {
  CHECK(misses(run(kDhall, 2, 0.1, 2.1, "edf")).substr(0, 4) == "3.0 ");
  CHECK(misses(run(kDhall, 2, 0.1, 2.1, "fp", kRateMonotonic)) == "3.0 3.1 ");
  CHECK(misses(run(kDhall, 2, 0.1, 2.1, "llf")) == "");
  CHECK(misses(run(kDhall, 2, 0.1, 2.1, "edzl")) == "");
  // Packed by utilisation, 10/11 on one processor and twice 1/5 on the other.
  const Log packed = run(kDhall, 2, 0.1, 2.1, "edf", {{"scope", std::string("partitioned")}});
  CHECK(misses(packed) == "");
  for (const TaskRecord& t : packed.tasks) CHECK(t.accelerator == (t.stream == "3" ? "p0" : "p1"));
}
