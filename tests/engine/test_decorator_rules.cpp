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
    inputs.models[name] = chain_model(name, layers, R"("kind": "k", "time": )" + format_number(time));
  }
  return inputs;
}

std::string stream(const std::string& name, int layers, const std::string& times, const std::string& deadline) {
  return R"({"name": ")" + name + R"(", "model": "m)" + std::to_string(layers) +
         R"(", "arrival": {"type": "trace", "times": [)" + times + R"(]}, "deadline": )" + deadline + "}";
}

Log run(const Inputs& inputs, const std::string& policy, const std::string& decorators) {
  return simulate_choice(make_scenario(inputs), R"({"name": ")" + policy + R"(", "decorators": [)" + decorators + "]}");
}

std::string decorator(const std::string& name, const std::string& parameters) {
  return R"({"name": ")" + name + R"(", "parameters": {)" + parameters + "}}";
}

std::size_t count(const Log& log, RequestStatus status) {
  return static_cast<std::size_t>(std::count_if(log.requests.begin(), log.requests.end(),
                                                [&](const RequestRecord& r) { return r.status == status; }));
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
  const Inputs burst =
      streams(R"({"name": "x", "model": "m1", "arrival": {"type": "burst", "count": 3}, "deadline": 0.1})", {1},
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
  // Batches of 1 to 4 end at 8, 18, 30, 44 ms, that of 5 at 60: late, as are all after it.
  // The limits then are 4.5, 4.05, 3.65, 3.28, 2.95.
  CHECK(sizes("31", "0.05") == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 4, 4, 3, 3, 2});
}

TEST_CASE("Nexus's rule and SLO-aware batches count all of a model's tasks") {
  // 2 x 10 (6 + 2 b) <= 300 ms: b = 4, whose 140 ms are less than four periods of 36 ms.
  const Inputs steady =
      streams(R"({"name": "x", "model": "m10", "arrival": {"type": "periodic", "period": 0.036, "count": 64},
                  "deadline": 0.3})",
              {10}, kServer, 0.008);
  const Log nexus = run(steady, "fcfs", decorator("batch", R"("rule": "nexus")"));
  for (const TaskRecord& t : nexus.tasks) CHECK(t.batch == 4);
  CHECK(count(nexus, RequestStatus::late) == 0);
  // Ten at once have 100 ms for 10 layers: l(b) = 10 (6 + 2 b) <= 100 lets two go, until 100; the
  // others are hopeless by then.
  const Inputs burst =
      streams(R"({"name": "x", "model": "m10", "arrival": {"type": "burst", "count": 10}, "deadline": 0.1})", {10},
              kServer, 0.008);
  const Log slo = run(burst, "edf", decorator("batch", R"("rule": "slo")"));
  CHECK(count(slo, in_time) == 2);
  CHECK(count(slo, dropped) == 8);
}

TEST_CASE("admission by feasibility: nobody is admitted who makes others late, or whom a running task blocks") {
  const auto with = [](const Inputs& inputs) {
    return run(inputs, "edf", decorator("admission", R"("rule": "feasible")"));
  };
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
         {"name": "z", "model": "m1", "arrival": {"type": "poisson", "rate": 0.3, "count": 900}, "deadline": 2.5})",
      {5, 2, 1});
  const Log log = run(inputs, "edf", decorator("admission", R"("rule": "feasible")"));
  CHECK(count(log, RequestStatus::late) == 0);
  CHECK(count(log, in_time) > 900);
  Inputs with_overheads = inputs;
  with_overheads.platform = platform(R"(, "dispatch_time": 0.05, "switch_time": 0.1)");
  const Log slower = run(with_overheads, "edf", decorator("admission", R"("rule": "feasible")"));
  CHECK(count(slower, RequestStatus::late) == 0);
  CHECK(count(slower, in_time) > 800);
  CHECK(count(slower, in_time) < count(log, in_time));
}

TEST_CASE("admission by utilization counts tasks where they are slowest, and only accelerators that support all") {
  const auto with = [](const std::string& model) {
    std::string list;
    for (int s = 0; s < 6; ++s)
      list += (s > 0 ? "," : "") + std::string(R"({"name": "s)") + std::to_string(s) +
              R"(", "model": "m", "arrival": {"type": "periodic", "period": 2}, "deadline": "period"})";
    const Inputs inputs{R"({"format": 1, "name": "p",
                            "kinds": [{"name": "g", "type": "gpu"}, {"name": "d", "type": "dla"}],
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
               {"layer": "l", "kind": "d", "time": )" +
           on_dla + "}]}";
  };
  CHECK(with(both("1")) == 5);     // 5 / 2 <= 4 - 3 / 2
  CHECK(with(both("1.25")) == 3);  // 3 x 0.625 <= 4 - 3 x 0.625 = 2.125 < 4 x 0.625
  CHECK(with(both("20")) == 0);    // on a DLA all are late
  // The DLAs support the second task only: 2 x (0.5 + 0.5) / 2 <= 1.
  CHECK(with(R"({"format": 1, "name": "m", "layers": [{"name": "l"}, {"name": "n"}], "costs": [
                 {"layer": "l", "kind": "g", "time": 0.5}, {"layer": "n", "kind": "g", "time": 0.5},
                 {"layer": "n", "kind": "d", "time": 0.5}]})") == 2);
}

TEST_CASE("(m,k)-firm: no worse than giving up hopeless ones where no more can be in time") {
  // 1 s each 0.5 s, due after 1.2: every second one can be served.
  const Inputs inputs = streams(
      R"({"name": "x", "model": "m1", "arrival": {"type": "periodic", "period": 0.5, "count": 80}, "deadline": 1.2})",
      {1});
  CHECK(count(run(inputs, "edf", decorator("drop", R"("rule": "hopeless")")), in_time) == 40);
  for (const std::string window :
       {R"("m": 1, "k": 2)", R"("m": 2, "k": 3)", R"("m": 1, "k": 4)", R"("m": 3, "k": 3)"}) {
    const Log log = run(inputs, "edf", decorator("drop", R"("rule": "mk_firm", )" + window));
    CHECK(count(log, in_time) == 40);
    CHECK(count(log, dropped) == 40);
  }
}

TEST_CASE("(m,k)-firm: an optional request gives way to a mandatory one of another stream") {
  // y0, due at 3, cannot run beside x0, due at 2. At 4 x1 (due at 6.5) would go first and make y1 (due at 7) late.
  const Inputs inputs = streams(stream("x", 2, "0, 4", "2.5") + "," + stream("y", 2, "0, 4", "3"), {2});
  CHECK(fates(run(inputs, "edf", decorator("drop", ""))) ==
        Fates{{"x0", in_time}, {"x1", in_time}, {"y0", dropped}, {"y1", dropped}});
  CHECK(fates(run(inputs, "edf", decorator("drop", R"("rule": "mk_firm", "m": 1, "k": 2)"))) ==
        Fates{{"x0", in_time}, {"x1", dropped}, {"y0", dropped}, {"y1", in_time}});
  // Two of two: all are mandatory, nobody gives way.
  CHECK(fates(run(inputs, "edf", decorator("drop", R"("rule": "mk_firm", "m": 2, "k": 2)"))) ==
        Fates{{"x0", in_time}, {"x1", in_time}, {"y0", dropped}, {"y1", dropped}});
}

TEST_CASE("(m,k)-firm: two equal streams take turns at twice the load, where EDF serves one of them") {
  // 2 s each, both every 2 s, due after 2 and 2.5: one of the two can be in time. Served by turns each is (1,2)-firm.
  const auto violated = [](const Log& log) {
    std::map<std::string, int> in_a_row;
    int windows = 0;
    for (const auto& [id, status] : [&] {
           std::map<std::uint64_t, std::pair<std::string, RequestStatus>> by_id;
           for (const RequestRecord& r : log.requests) by_id[r.request] = {std::string(r.stream), r.status};
           return by_id;
         }()) {
      int& row = in_a_row[status.first];
      row = status.second == in_time ? 0 : row + 1;
      windows += row >= 2 ? 1 : 0;
    }
    return windows;
  };
  const Inputs inputs = streams(
      R"({"name": "x", "model": "m1", "arrival": {"type": "periodic", "period": 2, "count": 40}, "deadline": 2},
         {"name": "y", "model": "m1", "arrival": {"type": "periodic", "period": 2, "count": 40}, "deadline": 2.5})",
      {1}, "", 2);
  const Log hopeless = run(inputs, "edf", decorator("drop", ""));
  const Log firm = run(inputs, "edf", decorator("drop", R"("rule": "mk_firm", "m": 1, "k": 2)"));
  CHECK(count(hopeless, in_time) == 40);
  CHECK(count(firm, in_time) == 40);
  CHECK(violated(hopeless) == 39);
  CHECK(violated(firm) == 0);
}

TEST_CASE("skip-over: a blue request goes on in the background only, layer by layer") {
  // x1 at 10 is blue: two layers until 12; then y, red, until 14; x1 is given up at 15 in its fourth.
  const Inputs inputs = streams(stream("x", 4, "0, 10", "5") + "," + stream("y", 2, "11.5", "4"), {4, 2});
  const auto with = [&](const std::string& policy) {
    return run(inputs, policy, decorator("drop", R"("rule": "skip_over", "k": 2)"));
  };
  for (const std::string policy : {"edf", "fcfs", "ws", "mct"}) {
    const Log log = with(policy);
    CHECK(fates(log) == Fates{{"x0", in_time}, {"x1", dropped}, {"y0", in_time}});
    CHECK(log.totals.end == Approx(15));
  }
  // With room between both are in time: y waits for the running layer only.
  const Inputs late = streams(stream("x", 4, "0, 10", "7") + "," + stream("y", 2, "11.5", "4"), {4, 2});
  const Log both = run(late, "edf", decorator("drop", R"("rule": "skip_over", "k": 2)"));
  CHECK(count(both, in_time) == 3);
  CHECK(both.totals.end == Approx(16));
}

TEST_CASE("skip-over: beside red requests that have all been started, a blue one gets the accelerator that is left") {
  // Both at 10, of 4 and 2 s: with two accelerators x1, blue, ends at 14.
  Inputs inputs = streams(stream("x", 4, "0, 10", "5") + "," + stream("y", 2, "10", "4"), {4, 2});
  inputs.platform = R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu"}],
                        "accelerators": [{"name": "a", "kind": "k", "count": 2}]})";
  const Log log = run(inputs, "edf", decorator("drop", R"("rule": "skip_over", "k": 2)"));
  CHECK(count(log, in_time) == 3);
  CHECK(log.totals.end == Approx(14));
}
