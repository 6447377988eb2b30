/// \file
/// What a decision of each policy costs: microseconds per call of decide() with 10, 100 and 1,000 requests of two tasks
/// waiting for 4, 16 and 64 accelerators, and of each decorator around edf. The call at which all of them arrive is not
/// counted; while they wait, every finished request is replaced by a new one. Times vary, so that accelerators of a
/// kind do not finish together: a call is about one task, and sometimes about one new request.
///
/// With --growth: microseconds per decision with 100, 1,000 and 10,000 live requests on 8 accelerators (without the
/// slowest twentieth of the calls, as others may use the machine), and by which power of their number that grows.
/// --check fails where it grows by more than the policy's cost allows, whatever it takes.
///
/// usage: bench_policies [--smoke | --growth [--check]] [POLICY...]

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
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

constexpr double kEnough = 1.5;  ///< s, of one measurement

/// When a measurement has seen enough.
struct Limit {
  double seconds;
  bool with_first = true;         ///< the first call, which is not measured, counts in these
  std::uint64_t calls = 1 << 30;  ///< that are measured at most
};
struct Enough {};

/// Measures the calls of a policy but the first.
class Timed final : public Policy {
 public:
  Timed(Policy& policy, const Limit& limit) : policy_(policy), limit_(limit) {}
  void begin(const SystemView& view) override { policy_.begin(view); }
  void decide(const SystemView& view, Decisions& out) override {
    const auto from = Clock::now();
    policy_.decide(view, out);
    const double took = std::chrono::duration<double>(Clock::now() - from).count();
    if (started_ || limit_.with_first) total_ += took;
    if (started_) {
      seconds_ += took;
      ++calls_;
      took_.push_back(took);
    }
    started_ = true;
    if ((total_ > limit_.seconds && calls_ > 0) || calls_ == limit_.calls) throw Enough();
  }
  [[nodiscard]] double microseconds() const { return calls_ > 0 ? 1e6 * seconds_ / static_cast<double>(calls_) : 0; }
  /// Without the slowest twentieth, in which others had the machine.
  [[nodiscard]] double trimmed_microseconds() {
    std::sort(took_.begin(), took_.end());
    const std::size_t kept = took_.size() - took_.size() / 20;
    const double sum = std::accumulate(took_.begin(), took_.begin() + static_cast<std::ptrdiff_t>(kept), 0.0);
    return kept > 0 ? 1e6 * sum / static_cast<double>(kept) : 0;
  }

 private:
  Policy& policy_;
  Limit limit_;
  double seconds_ = 0, total_ = 0;
  std::uint64_t calls_ = 0;
  bool started_ = false;
  std::vector<double> took_;
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

struct Measured {
  double mean = 0, trimmed = 0;  ///< us per call
};

Measured measured(const Catalog& catalog, const std::string& name, int ready, int accelerators, const Limit& limit) {
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
  Timed timed(*policy, limit);
  const std::unique_ptr<Executor> executor = executor_named("fluid").make(fabric_of(tables));
  try {
    simulate(*s, tables, timed, *executor, {}, catalog.is_clairvoyant(s->policy));
  } catch (const PolicyError&) {  // it has taken long enough
  }
  return {timed.microseconds(), timed.trimmed_microseconds()};
}

/// What may grow how fast: by the power of the number of live requests. One that is logarithmic grows by less than half
/// a power from 100 to 10,000; caches that fill up make linear ones look like a little more.
struct Growth {
  const char* policy;
  double power;
};
constexpr double kLogarithmic = 0.5, kLinear = 1.25;
/// While finished requests are replaced: scenario() replaces 600 of two tasks each.
constexpr Limit kGrowthLimit{.seconds = 0.5, .with_first = false, .calls = 1000};

constexpr Growth kGrowth[] = {{"fcfs", kLogarithmic}, {"edf", kLogarithmic},   {"sjf", kLogarithmic},
                              {"heft", kLogarithmic}, {"prema", kLinear},      {"planaria", kLinear},
                              {"dream", kLinear},     {"min_energy", kLinear}, {"pace", kLinear},
                              {"magma", kLinear},     {"mcts", kLinear},       {"batch", kLinear}};

/// Prints a table; does everything grow as it may?
bool report_growth(const Catalog& catalog, const std::vector<std::string>& names) {
  bool good = true;
  std::printf(
      "microseconds per decision by live requests, 8 accelerators; power by which it grows\n%-18s %9s %9s %9s %7s %7s "
      "%7s\n",
      "policy", "100", "1000", "10000", "power", "power", "allowed");
  for (const auto& [policy, allowed] : kGrowth) {
    if (!names.empty() && std::find(names.begin(), names.end(), policy) == names.end()) continue;
    double took[3];
    for (int i = 0; i < 3; ++i)
      took[i] = measured(catalog, policy, i == 0 ? 100 : i == 1 ? 1000 : 10000, 8, kGrowthLimit).trimmed;
    const double first = std::log10(took[1] / took[0]), second = std::log10(took[2] / took[1]);
    const bool fine = (first + second) / 2 <= allowed;
    std::printf("%-18s %9.2f %9.2f %9.2f %7.2f %7.2f %7.2f%s\n", policy, took[0], took[1], took[2], first, second,
                allowed, fine ? "" : "  too fast");
    std::fflush(stdout);
    good &= fine;
  }
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  bool smoke = false, growth = false, check = false;
  std::vector<std::string> names;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--smoke")
      smoke = true;
    else if (std::string(argv[i]) == "--growth")
      growth = true;
    else if (std::string(argv[i]) == "--check")
      check = true;
    else
      names.emplace_back(argv[i]);
  }
  const Catalog catalog(builtin_policies(), builtin_decorators());
  if (growth) return report_growth(catalog, names) || !check ? 0 : 1;
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
        std::printf(" %9.2f", measured(catalog, name, r, a, {smoke ? 0.05 : kEnough}).mean);
        std::fflush(stdout);
      }
    std::printf("\n");
  }
  return 0;
}
