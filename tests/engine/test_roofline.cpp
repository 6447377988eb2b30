// Does simulated time follow the roofline max(compute time, bytes / bandwidth), alone and shared?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

std::string text(double value) { return std::to_string(value); }

/// n accelerators k0..k(n-1) with ports of their own on one DRAM of `bandwidth`; with `links`, the same DRAM as a
/// link in a fabric of several memories.
std::string platform(int n, double bandwidth, const std::vector<double>& ports, bool links) {
  std::string kinds, accelerators;
  for (int i = 0; i < n; ++i) {
    const std::string id = std::to_string(i), comma = i > 0 ? "," : "";
    kinds += comma + R"({"name": "k)" + id + R"(", "type": "npu", "profile": "k", "port_bandwidth": )" +
             text(ports[i]) + "}";
    accelerators += comma + R"({"name": "a)" + id + R"(", "kind": "k)" + id + R"(", "memory": "dram"})";
  }
  const std::string fabric =
      links ? R"(, {"name": "far", "bandwidth": "1 GB/s"}], "links": [{"name": "pcie", "bandwidth": "1 GB/s"}],
      "routes": [{"from": "dram", "to": "far", "links": ["pcie"]}])"
            : "]";
  return R"({"format": 1, "name": "p", "kinds": [)" + kinds + R"(], "memories": [{"name": "dram", "bandwidth": )" +
         text(bandwidth) + "}" + fabric + R"(, "accelerators": [)" + accelerators + "]}";
}

/// One request of one task per accelerator, all at time 0; task i moves bytes[i] and computes for time[i].
Inputs inputs(const std::string& platform, const std::vector<double>& times, const std::vector<double>& bytes) {
  Inputs in{platform, "", {}};
  std::string streams;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::string id = std::to_string(i);
    streams += (i > 0 ? "," : "") +
               (R"({"name": "s)" + id + R"(", "model": "m)" + id + R"(", "arrival": {"type": "burst", "count": 1}})");
    in.models["m" + id] =
        chain_model("m" + id, 1, R"("kind": "k", "time": )" + text(times[i]) + R"(, "bytes": )" + text(bytes[i]));
  }
  in.workload = R"({"format": 1, "name": "w", "streams": [)" + streams + "]}";
  return in;
}

/// Request i on accelerator i.
Log run_pinned(const Inputs& in, Backend backend = Backend::simgrid) {
  Scripted policy([](const SystemView& view, Decisions& out) {
    for (const TaskRef t : view.ready) out.start(t, id_of<AcceleratorId>(index_of(view.request(t).stream)));
  });
  return simulate_log(make_scenario(in), policy, backend);
}

double end_of(const Log& log, std::size_t stream) {
  for (const TaskRecord& t : log.tasks)
    if (t.stream == "s" + std::to_string(stream)) return t.end;
  return -1;
}

/// Ends of flows of `bytes` capped at `caps` on a server of `bandwidth`, all from time 0: water filling in closed
/// form, phase by phase, in long double.
std::vector<double> water_filling(double bandwidth, std::vector<long double> bytes, const std::vector<double>& caps) {
  const std::size_t n = bytes.size();
  std::vector<double> ends(n, 0);
  std::vector<bool> done(n, false);
  long double now = 0;
  for (std::size_t left = n; left > 0;) {
    std::vector<long double> rate(n, 0);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < n; ++i)
      if (!done[i]) order.push_back(i);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return caps[a] < caps[b]; });
    long double room = bandwidth;
    for (std::size_t i = 0; i < order.size(); ++i) {
      rate[order[i]] = std::min<long double>(caps[order[i]], room / static_cast<long double>(order.size() - i));
      room -= rate[order[i]];
    }
    long double step = INFINITY;
    for (const std::size_t i : order) step = std::min(step, bytes[i] / rate[i]);
    now += step;
    for (const std::size_t i : order) {
      bytes[i] -= rate[i] * step;
      if (bytes[i] > 1e-9L) continue;
      done[i] = true;
      ends[i] = static_cast<double>(now);
      --left;
    }
  }
  return ends;
}

}  // namespace

TEST_CASE("alone, a task takes max(compute time, bytes / bandwidth)") {
  struct Case {
    double time, bytes, port, bandwidth, expected;
  };
  // compute-bound; memory-bound; port-bound; exactly balanced; no traffic
  for (const Case& c :
       {Case{2e-3, 1e6, 20e9, 60e9, 2e-3}, Case{1e-3, 3e8, 100e9, 60e9, 5e-3}, Case{1e-3, 1e8, 20e9, 60e9, 5e-3},
        Case{5e-3, 3e8, 60e9, 60e9, 5e-3}, Case{7e-3, 0, 1e9, 1e9, 7e-3}}) {
    for (const bool links : {false, true}) {
      const Log log = run_pinned(inputs(platform(1, c.bandwidth, {c.port}, links), {c.time}, {c.bytes}));
      CHECK(std::abs(log.tasks.at(0).end - c.expected) < 1e-9 * c.expected);
      CHECK(std::abs(log.tasks.at(0).predicted - (c.bytes > 0 ? c.expected : c.time)) <= (c.bytes > 0 ? 1 : 1e-12));
    }
  }
}

TEST_CASE("2 to 32 accelerators share a memory max-min fairly") {
  for (const bool links : {false, true}) {
    for (int n = 2; n <= 32; n += n < 8 ? 1 : 8) {
      std::vector<double> times, bytes, ports, caps;
      std::vector<long double> exact;
      for (int i = 0; i < n; ++i) {
        times.push_back(1e-3 * (1 + (i * 7) % 5));
        bytes.push_back(1e6 * (5 + (i * 13) % 11));
        ports.push_back(1e9 * (4 + (i * 3) % 7));
        // What the simulator reads is the decimal text of these.
        caps.push_back(
            std::min(std::stod(text(ports.back())), std::stod(text(bytes.back())) / std::stod(text(times.back()))));
        exact.push_back(std::stod(text(bytes.back())));
      }
      const std::vector<double> expected = water_filling(20e9, exact, caps);
      const Log log = run_pinned(inputs(platform(n, 20e9, ports, links), times, bytes));
      // An instant is 1 ps wide, which shows where SimGrid's clock has gone on from earlier runs of this process.
      for (int i = 0; i < n; ++i)
        CHECK_MESSAGE(std::abs(end_of(log, i) - expected[i]) < 1e-9 * expected[i] + 1e-12,
                      n << " accelerators, task " << i);
    }
  }
}

TEST_CASE("SimGrid and the fluid executor agree on contended chains") {
  Inputs in;
  std::string kinds = R"({"name": "k", "type": "npu", "port_bandwidth": "20 GB/s"})";
  in.platform =
      R"({"format": 1, "name": "p", "kinds": [)" + kinds + R"(], "memories": [{"name": "d", "bandwidth": "60 GB/s"}],
      "accelerators": [{"name": "a", "kind": "k", "count": 8}]})";
  in.models["m"] = chain_model("m", 20, R"("kind": "k", "time": 1.3e-3, "bytes": 21000000)");
  in.models["n"] = chain_model("n", 15, R"("kind": "k", "time": 0.7e-3, "bytes": 13000000)");
  in.workload = R"({"format": 1, "name": "w", "duration": 0.5, "streams": [
      {"name": "x", "model": "m", "arrival": {"type": "poisson", "rate": 100}},
      {"name": "y", "model": "n", "arrival": {"type": "poisson", "rate": 150}}]})";
  const Log a = simulate_log(make_scenario(in), "fcfs", {}, Backend::simgrid);
  const Log b = simulate_log(make_scenario(in), "fcfs", {}, Backend::fluid);
  REQUIRE(a.tasks.size() == b.tasks.size());
  CHECK(a.tasks.size() > 1000);
  double worst = 0;
  for (std::size_t i = 0; i < a.requests.size(); ++i)
    worst = std::max(worst, std::abs(*a.requests[i].finish - *b.requests[i].finish));
  CHECK(worst < 1e-9);
}
