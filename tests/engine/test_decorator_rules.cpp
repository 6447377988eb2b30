// Do the rules of decorators keep what they promise where they meet other rules, chains and unequal accelerators?
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

using Fates = std::map<std::string, RequestStatus>;

std::string platform(const std::string& kind_members) {
  return R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu")" + kind_members +
         R"(}], "accelerators": [{"name": "a", "kind": "k"}]})";
}

/// Chains of 1 s layers: model "mN" has N of them.
Inputs streams(const std::string& members, std::initializer_list<int> lengths, const std::string& kind_members = "",
               double time = 1) {
  Inputs inputs{platform(kind_members), R"({"format": 1, "name": "w", "streams": [)" + members + "]}", {}};
  for (const int layers : lengths) {
    const std::string name = "m" + std::to_string(layers);
    inputs.models[name] = chain_model(name, layers, R"("kind": "k", "time": )" + shortest(time));
  }
  return inputs;
}

std::string stream(const std::string& name, int layers, const std::string& times, const std::string& deadline) {
  return R"({"name": ")" + name + R"(", "model": "m)" + std::to_string(layers) + R"(", "arrival": {"type": "trace", "times": [)" +
         times + R"(]}, "deadline": )" + deadline + "}";
}

Log run(const Inputs& inputs, const std::string& policy, const std::string& decorators) {
  return simulate_choice(make_scenario(inputs), R"({"name": ")" + policy + R"(", "decorators": [)" + decorators + "]}");
}

std::string decorator(const std::string& name, const std::string& parameters) {
  return R"({"name": ")" + name + R"(", "parameters": {)" + parameters + "}}";
}

std::size_t count(const Log& log, RequestStatus status) {
  return static_cast<std::size_t>(
      std::count_if(log.requests.begin(), log.requests.end(), [&](const RequestRecord& r) { return r.status == status; }));
}

/// By stream and number within it, "x0".
Fates fates(const Log& log) {
  std::vector<RequestRecord> records(log.requests.begin(), log.requests.end());
  std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.request < b.request; });
  std::map<std::string, int> next;
  Fates by_name;
  for (const RequestRecord& r : records) {
    const std::string name(r.stream);
    by_name[name + std::to_string(next[name]++)] = r.status;
  }
  return by_name;
}

/// Sizes of the batches in the order of their starts, on one accelerator.
std::vector<std::uint32_t> batch_sizes(const Log& log) {
  std::map<double, std::uint32_t> by_start;
  for (const TaskRecord& t : log.tasks) by_start[t.start] = static_cast<std::uint32_t>(t.batch);
  std::vector<std::uint32_t> sizes;
  for (const auto& [start, size] : by_start) sizes.push_back(size);
  return sizes;
}

constexpr RequestStatus in_time = RequestStatus::finished, dropped = RequestStatus::dropped;

// A batch of b takes 6 + 2 b ms.
const std::string kServer = R"(, "max_batch": 16, "batch_fixed_share": 0.75)";

}  // namespace

TEST_CASE("what the policy inside drops in the same call joins no batch") {
  const Inputs burst = streams(R"({"name": "x", "model": "m1", "arrival": {"type": "burst", "count": 3}, "deadline": 0.1})", {1},
                               kServer, 0.008);
  const auto inside = [&](const std::string& inner) { return run(burst, "fcfs", "\"batch\", " + inner); };
  const Log limited = inside(decorator("admission", R"("limit": 2)"));
  CHECK(fates(limited) == Fates{{"x0", in_time}, {"x1", in_time}, {"x2", dropped}});
  CHECK(batch_sizes(limited) == std::vector<std::uint32_t>{2});
  const Log newest = inside(decorator("drop", R"("rule": "newest")"));
  CHECK(fates(newest) == Fates{{"x0", dropped}, {"x1", dropped}, {"x2", in_time}});
  CHECK(batch_sizes(newest) == std::vector<std::uint32_t>{1});
}

TEST_CASE("AIMD counts batches, not requests: up by one with each in time, down by a tenth with each late") {
  const auto sizes = [](const std::string& count, const std::string& deadline) {
    const Inputs burst = streams(R"({"name": "x", "model": "m1", "arrival": {"type": "burst", "count": )" + count +
                                     R"(}, "deadline": )" + deadline + "}",
                                 {1}, kServer, 0.008);
    return batch_sizes(run(burst, "fcfs", decorator("batch", R"("rule": "aimd")")));
  };
  CHECK(sizes("36", "9") == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6, 7, 8});
  // Batches of 1 to 4 end at 8, 18, 30, 44 ms, that of 5 at 60: late, as are all after it. Then 4.5, 4.05, 3.65, 3.28, 2.95.
  CHECK(sizes("31", "0.05") == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 4, 4, 3, 3, 2});
}

TEST_CASE("Nexus's rule and SLO-aware batches count all of a model's tasks") {
  // 2 x 10 (6 + 2 b) <= 300 ms: b = 4, whose 140 ms are less than four periods of 36 ms.
  const Inputs steady = streams(R"({"name": "x", "model": "m10", "arrival": {"type": "periodic", "period": 0.036, "count": 64},
                                    "deadline": 0.3})",
                                {10}, kServer, 0.008);
  const Log nexus = run(steady, "fcfs", decorator("batch", R"("rule": "nexus")"));
  for (const TaskRecord& t : nexus.tasks) CHECK(t.batch == 4);
  CHECK(count(nexus, RequestStatus::late) == 0);
  // Ten at once have 100 ms for 10 layers: l(b) = 10 (6 + 2 b) <= 100 lets two go, until 100; the others are hopeless by then.
  const Inputs burst = streams(R"({"name": "x", "model": "m10", "arrival": {"type": "burst", "count": 10}, "deadline": 0.1})",
                               {10}, kServer, 0.008);
  const Log slo = run(burst, "edf", decorator("batch", R"("rule": "slo")"));
  CHECK(count(slo, in_time) == 2);
  CHECK(count(slo, dropped) == 8);
}

TEST_CASE("admission by feasibility: nobody is admitted who delays others into lateness, or whom a running task blocks") {
  const auto with = [](const Inputs& inputs) { return run(inputs, "edf", decorator("admission", R"("rule": "feasible")")); };
  // x: 5 s until 6. y at 1, 2 s until 4, would run 1 to 3, and x end at 7.
  const std::string x = stream("x", 5, "0", "6");
  CHECK(fates(with(streams(x + "," + stream("y", 2, "1", "3"), {5, 2}))) == Fates{{"x0", in_time}, {"y0", dropped}});
  CHECK(fates(with(streams(x + "," + stream("y", 1, "1", "3"), {5, 1}))) == Fates{{"x0", in_time}, {"y0", in_time}});
  // One task of 10 s runs, due at 100: y at 1 could begin at 10.
  Inputs blocked = streams(stream("x", 1, "0", "100") + "," + stream("y", 2, "1", "4"), {2});
  blocked.models["m1"] = chain_model("m1", 1, R"("kind": "k", "time": 10)");
  CHECK(fates(with(blocked)) == Fates{{"x0", in_time}, {"y0", dropped}});
  // One that nobody can save does not keep others out: z at 0 needs 2 s until 1.
  const Log rejected = with(streams(stream("z", 2, "0", "1") + "," + stream("y", 2, "0", "2"), {2}));
  CHECK(fates(rejected) == Fates{{"z0", dropped}, {"y0", in_time}});
}

TEST_CASE("admission by feasibility under EDF: random chains, none that is admitted is late") {
  const Inputs inputs = streams(
      R"({"name": "x", "model": "m5", "arrival": {"type": "poisson", "rate": 0.1, "count": 300}, "deadline": 14},
         {"name": "y", "model": "m2", "arrival": {"type": "poisson", "rate": 0.3, "count": 900}, "deadline": 4},
         {"name": "z", "model": "m1", "arrival": {"type": "poisson", "rate": 0.3, "count": 900}, "deadline": 2.5})", {5, 2, 1});
  const Log log = run(inputs, "edf", decorator("admission", R"("rule": "feasible")"));
  CHECK(count(log, RequestStatus::late) == 0);
  CHECK(count(log, in_time) > 900);
}

TEST_CASE("admission by utilization counts tasks where they are slowest, and only accelerators that support all") {
  const auto with = [](const std::string& model) {
    std::string list;
    for (int s = 0; s < 6; ++s)
      list += (s > 0 ? "," : "") + std::string(R"({"name": "s)") + std::to_string(s) +
              R"(", "model": "m", "arrival": {"type": "periodic", "period": 2}, "deadline": "period"})";
    const Inputs inputs{R"({"format": 1, "name": "p", "kinds": [{"name": "g", "type": "gpu"}, {"name": "d", "type": "dla"}],
                            "accelerators": [{"name": "g", "kind": "g"}, {"name": "d", "kind": "d", "count": 3}]})",
                        R"({"format": 1, "name": "w", "duration": 60, "streams": [)" + list + "]}",
                        {{"m", model}}};
    const Log log = run(inputs, "edf", decorator("admission", R"("rule": "utilization")"));
    CHECK(count(log, RequestStatus::late) == 0);
    std::set<std::string> admitted;
    for (const RequestRecord& r : log.requests)
      if (r.status == in_time) admitted.insert(std::string(r.stream));
    return admitted.size();
  };
  const auto both = [](const std::string& on_dla) {
    return R"({"format": 1, "name": "m", "layers": [{"name": "l"}], "costs": [{"layer": "l", "kind": "g", "time": 1},
               {"layer": "l", "kind": "d", "time": )" + on_dla + "}]}";
  };
  CHECK(with(both("1")) == 5);     // 5 / 2 <= 4 - 3 / 2
  CHECK(with(both("1.25")) == 3);  // 3 x 0.625 <= 4 - 3 x 0.625 = 2.125 < 4 x 0.625
  CHECK(with(both("20")) == 0);    // on a DLA all are late
  // The DLAs support the second task only: 2 x (0.5 + 0.5) / 2 <= 1.
  CHECK(with(R"({"format": 1, "name": "m", "layers": [{"name": "l"}, {"name": "n"}], "costs": [
                 {"layer": "l", "kind": "g", "time": 0.5}, {"layer": "n", "kind": "g", "time": 0.5},
                 {"layer": "n", "kind": "d", "time": 0.5}]})") == 2);
}
