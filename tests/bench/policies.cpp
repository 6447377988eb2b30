/// \file
/// What a decision of each policy costs: microseconds per call of decide() with 10, 100 and 1,000 requests of two tasks
/// waiting for 4, 16 and 64 accelerators, and of each decorator around edf. The call at which all of them arrive is not
/// counted; while they wait, every finished request is replaced by a new one. Times vary, so that accelerators of a
/// kind do not finish together: a call is about one task, and sometimes about one new request.
///
/// usage: bench_policies [--smoke] [POLICY...]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "builtin.hpp"
#include "contract/inputs.hpp"
#include "engine/engine.hpp"
#include "engine/executors/executors.hpp"
#include "engine/fabric.hpp"
#include "engine/tables.hpp"
#include "policy/catalog.hpp"
#include "support/required.hpp"

namespace {

using namespace hetsched;
using Clock = std::chrono::steady_clock;

/// Seconds after which a measurement has seen enough.
constexpr double kEnough = 1.5;

struct Enough {};

/// Measures the calls of a policy but the first.
class Timed final : public Policy {
 public:
  Timed(Policy& policy, double enough) : policy_(policy), enough_(enough) {}
  void begin(const SystemView& view) override { policy_.begin(view); }
  void decide(const SystemView& view, Decisions& out) override {
    const auto from = Clock::now();
    policy_.decide(view, out);
    const double took = std::chrono::duration<double>(Clock::now() - from).count();
    total_ += took;
    if (started_) {
      seconds_ += took;
      ++calls_;
    }
    started_ = true;
    if (total_ > enough_ && calls_ > 0) throw Enough();
  }
  [[nodiscard]] double microseconds() const { return calls_ > 0 ? 1e6 * seconds_ / static_cast<double>(calls_) : 0; }

 private:
  Policy& policy_;
  double enough_, seconds_ = 0, total_ = 0;
  std::uint64_t calls_ = 0;
  bool started_ = false;
};

std::shared_ptr<Scenario> scenario(int ready, int accelerators) {
  contract::Inputs inputs;
  const std::string quarter = std::to_string(std::max(1, accelerators / 4));
  std::string kinds, list, costs;
  for (int k = 0; k < 4; ++k) {
    const std::string name = "\"k" + std::to_string(k) + "\"";
    kinds += (k > 0 ? "," : "") + ("{\"name\": " + name + R"(, "type": "npu", "max_batch": 2, "operating_points": [
        {"name": "hi", "frequency": 1e9, "active_power": 5, "idle_power": 1},
        {"name": "lo", "frequency": 0.5e9, "active_power": 2, "idle_power": 0.5}]})");
    list += (k > 0 ? "," : "") +
            ("{\"name\": \"a" + std::to_string(k) + "_\", \"kind\": " + name + ", \"count\": " + quarter + "}");
    for (int l = 0; l < 2; ++l)
      costs += (costs.empty() ? "" : ",") + ("{\"layer\": \"l" + std::to_string(l) + "\", \"kind\": " + name +
                                             ", \"time\": " + std::to_string(0.9 + 0.13 * k + 0.05 * l) +
                                             ", \"energy\": " + std::to_string(1 + k) + "}");
  }
  inputs.platform = R"({"format": 1, "name": "p", "kinds": [)" + kinds + R"(], "accelerators": [)" + list + "]}";
  const int outstanding = ready + accelerators;
  inputs.workload = R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "deadline": 1e6, "arrival": {
      "type": "closed_loop", "outstanding": )" +
                    std::to_string(outstanding) + R"(, "count": )" + std::to_string(outstanding + 600) + "}}]}";
  inputs.models["m"] = R"({"format": 1, "name": "m", "layers": [{"name": "l0"}, {"name": "l1", "inputs": ["l0"]}],
      "costs": [)" + costs +
                       "]}";
  return contract::make_scenario(inputs);
}

double microseconds(const Catalog& catalog, const std::string& name, int ready, int accelerators, double enough) {
  std::shared_ptr<Scenario> s = scenario(ready, accelerators);
  Problems problems;
  const Tables tables = Tables::build(*s, problems);
  s->options.execution_jitter = {JitterDistribution::uniform, 0.2};
  std::string choice =
      "{\"name\": \"" + name + "\", \"parameters\": " + testing::with_required(catalog, name, "") + "}";
  if (catalog.find_decorator(name)) choice = R"({"name": "edf", "decorators": [)" + choice + "]}";
  s->policy = read<PolicyChoice>(Document::from_text(choice, "policy", ".", problems).root(), problems);
  const std::unique_ptr<Policy> policy = catalog.make(s->policy, 1, problems);
  problems.throw_if_any();
  Timed timed(*policy, enough);
  const std::unique_ptr<Executor> executor = executor_named("fluid").make(fabric_of(tables));
  try {
    simulate(*s, tables, timed, *executor, {}, catalog.is_clairvoyant(s->policy));
  } catch (const PolicyError&) {  // it has taken long enough
  }
  return timed.microseconds();
}

}  // namespace

int main(int argc, char** argv) {
  bool smoke = false;
  std::vector<std::string> names;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--smoke")
      smoke = true;
    else
      names.emplace_back(argv[i]);
  }
  const Catalog catalog(builtin_policies(), builtin_decorators());
  if (names.empty()) {
    for (const PolicyEntry& entry : catalog.list())
      if (entry.name != "table") names.emplace_back(entry.name);  // needs a file
    for (const DecoratorEntry& entry : catalog.decorators()) names.emplace_back(entry.name);
  }
  const std::vector<int> ready = smoke ? std::vector{10} : std::vector{10, 100, 1000};
  const std::vector<int> accelerators = smoke ? std::vector{4} : std::vector{4, 16, 64};
  std::printf("microseconds per decision; columns: requests waiting x accelerators\n%-18s", "policy");
  for (const int r : ready)
    for (const int a : accelerators) std::printf(" %9s", (std::to_string(r) + "x" + std::to_string(a)).c_str());
  std::printf("\n");
  for (const std::string& name : names) {
    std::printf("%-18s", name.c_str());
    for (const int r : ready)
      for (const int a : accelerators) {
        std::printf(" %9.2f", microseconds(catalog, name, r, a, smoke ? 0.05 : kEnough));
        std::fflush(stdout);
      }
    std::printf("\n");
  }
  return 0;
}
