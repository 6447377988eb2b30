// Do the rules of decorators keep what they promise where they meet other rules, chains and unequal accelerators?
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

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
