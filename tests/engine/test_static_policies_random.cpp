// On random graphs and contention-free platforms: does simulating a static policy take as long as the rule's
// plan by a second implementation?
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "support/plain_scheduling.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

std::string named(const char* what, int number) { return "\"" + std::string(what) + std::to_string(number) + "\""; }

/// Appends to a list of JSON values.
void append(std::string& list, const std::string& value) { list += (list.empty() ? "" : ", ") + value; }

/// An instance whose ways between accelerators all take one second per byte.
contract::Inputs inputs_of(const testing::Instance& in) {
  std::string kinds, memories, links, routes, accelerators, layers, costs;
  for (int p = 0; p < in.m; ++p) {
    append(kinds, "{\"name\": " + named("k", p) + ", \"type\": \"cpu\"}");
    append(memories, "{\"name\": " + named("m", p) + "}");
    append(accelerators,
           "{\"name\": " + named("p", p) + ", \"kind\": " + named("k", p) + ", \"memory\": " + named("m", p) + "}");
    for (int q = 0; q < p; ++q) {
      const std::string link = named("l", p * in.m + q);
      append(links, "{\"name\": " + link + R"(, "bandwidth": "1 B/s", "latency": 0, "sharing": "uncontended"})");
      append(routes, "{\"from\": " + named("m", q) + ", \"to\": " + named("m", p) + ", \"links\": [" + link + "]}");
    }
  }
  for (int t = 0; t < in.n; ++t) {
    std::string from;
    for (int u = 0; u < t; ++u)
      if (in.edge(u, t))
        append(from, "{\"from\": " + named("t", u) + ", \"bytes\": " + std::to_string(in.bytes[u][t]) + "}");
    append(layers, "{\"name\": " + named("t", t) + ", \"inputs\": [" + from + "]}");
    for (int p = 0; p < in.m; ++p)
      if (in.w[t][p] < kNever)
        append(costs, "{\"layer\": " + named("t", t) + ", \"kind\": " + named("k", p) +
                          ", \"time\": " + std::to_string(in.w[t][p]) + "}");
  }
  return {R"({"format": 1, "name": "p", "kinds": [)" + kinds + "], \"memories\": [" + memories + "], \"links\": [" +
              links + "], \"routes\": [" + routes + "], \"accelerators\": [" + accelerators + "]}",
          R"({"format": 1, "name": "w", "streams": [
              {"name": "x", "model": "m", "arrival": {"type": "burst", "count": 1}, "granularity": "layer"}]})",
          {{"m", R"({"format": 1, "name": "m", "layers": [)" + layers + "], \"costs\": [" + costs + "]}"}}};
}

}  // namespace

TEST_CASE("random graphs: ten policies take as long as a second implementation plans") {
  const std::map<std::string, double (*)(const testing::Instance&)> rules = {
      {"heft", [](const testing::Instance& in) { return plain_heft(in, true); }},
      {"cpop", plain_cpop},
      {"peft", plain_peft},
      {"minmin", plain_min_min},
      {"maxmin", plain_max_min},
      {"etf", plain_etf},
      {"dls", plain_dls},
      {"mct_static", plain_mct},
      {"met_static", plain_met},
      {"olb", plain_olb},
  };
  int graphs = 0;
  for (std::uint64_t seed = 0; seed < 1200; seed += 5) {  // of these all ways are alike
    if (seed % 3 == 2) continue;                          // fractions: transfers round bytes
    const testing::Instance in = random_instance(seed);
    if (in.m < 2) continue;
    ++graphs;
    const contract::Inputs inputs = inputs_of(in);
    for (const auto& [policy, plain] : rules) {
      INFO("seed " << seed << ", " << policy);
      const Log log = simulate_log(make_scenario(inputs), policy, {}, Backend::fluid);
      CHECK(*log.requests.at(0).forecast == doctest::Approx(plain(in)).epsilon(1e-9));
      CHECK(log.totals.end == doctest::Approx(plain(in)).epsilon(1e-9));
    }
  }
  CHECK(graphs > 100);
}
