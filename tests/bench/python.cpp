/// \file
/// What a call of a policy in Python costs, beyond what it does itself: policies that decide nothing are
/// called beside one in C++ that does, with the views of a real run. Then a whole policy in both languages.
///
/// usage: bench_python [--smoke]

#include "python/python.hpp"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "builtin.hpp"
#include "engine/engine.hpp"
#include "engine/executors/executors.hpp"
#include "study/study.hpp"

namespace {

using namespace hetsched;
using Clock = std::chrono::steady_clock;

struct CallCost {
  double seconds = 0;
  std::uint64_t calls = 0, starts = 0;
};

/// Lets `decider` decide and measures another policy, or itself if there is none.
class Measured final : public Policy {
 public:
  Measured(Policy& decider, Policy* beside, CallCost& cost) : decider_(decider), beside_(beside), cost_(cost) {}

  void begin(const SystemView& view) override {
    decider_.begin(view);
    if (beside_) beside_->begin(view);
  }
  void decide(const SystemView& view, Decisions& out) override {
    if (beside_) decider_.decide(view, out);
    const auto begin = Clock::now();
    (beside_ ? *beside_ : decider_).decide(view, beside_ ? ignored_ : out);
    cost_.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    ++cost_.calls;
    cost_.starts += out.all().size();
    ignored_.clear();
  }

 private:
  Policy& decider_;
  Policy* beside_;
  CallCost& cost_;
  Decisions ignored_;
};

Catalog catalog_with_python() {
  Catalog catalog(builtin_policies());
  catalog.add(python());
  return catalog;
}

std::unique_ptr<Policy> made(const std::string& name) {
  const Catalog catalog = catalog_with_python();
  Problems problems;
  std::unique_ptr<Policy> policy = catalog.make({name, {}, {}, HETSCHED_SOURCE_DIR}, 1, problems);
  problems.throw_if_any();
  return policy;
}

Scenario real_scenario() {
  const std::string root = std::string(HETSCHED_SOURCE_DIR) + "/";
  const Catalog catalog = catalog_with_python();
  Problems problems;
  const std::vector<Setting> parts = {
      {SettingPath("platform"), root + "platforms/terastal_4k.json", "--platform"},
      {SettingPath("workload"), root + "workloads/terastal_ar_social.json", "--workload"},
      {SettingPath("policy"), "fcfs", "--policy"}};
  const Study study = Study::from_settings(parts, catalog, problems);
  problems.throw_if_any();
  return study.resolve(0);
}

CallCost measured(const Scenario& scenario, const std::string& decider_name, const std::string& beside_name) {
  const std::unique_ptr<Policy> decider = made(decider_name);
  const std::unique_ptr<Policy> beside = beside_name.empty() ? nullptr : made(beside_name);
  CallCost cost;
  Measured policy(*decider, beside.get(), cost);
  Problems problems;
  const Tables tables = Tables::build(scenario, problems);
  const std::unique_ptr<Executor> executor = executor_named("fluid").make(fabric_of(tables));
  simulate(scenario, tables, policy, *executor, {}, false);
  return cost;
}

}  // namespace

int main(int argc, char** argv) {
  const bool smoke = argc > 1 && std::strcmp(argv[1], "--smoke") == 0;
  Scenario scenario = real_scenario();
  if (smoke) scenario.workload.duration = 0.2;
  struct Case {
    const char *what, *decider, *beside;
  };
  const Case cases[] = {{"nothing.py (the bridge alone)", "fcfs", "tests/data/python/nothing.py"},
                        {"looks.py (accelerators and ready tasks)", "fcfs", "tests/data/python/looks.py"},
                        {"fcfs.py", "policies/python/fcfs.py", ""},
                        {"fcfs (C++)", "fcfs", ""}};
  std::printf("%-42s %10s %10s %14s %14s\n", "policy", "calls", "starts", "us per call", "us per start");
  for (const Case& each : cases) {
    CallCost least{1e300};
    for (int i = 0; i < (smoke ? 1 : 5); ++i) {
      const CallCost cost = measured(scenario, each.decider, each.beside);
      if (cost.seconds < least.seconds) least = cost;
    }
    if (least.calls == 0 || least.starts == 0) return 1;
    std::printf("%-42s %10lu %10lu %14.3f %14.3f\n", each.what, least.calls, least.starts,
                1e6 * least.seconds / static_cast<double>(least.calls),
                1e6 * least.seconds / static_cast<double>(least.starts));
  }
  return 0;
}
