// Do both executors tell the same of a run? engine/README.md says what that can mean.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "builtin.hpp"
#include "contract/isolated.hpp"
#include "engine/executors/executors.hpp"
#include "engine/instant.hpp"
#include "engine/room.hpp"
#include "support/required.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::contract;
using namespace hetsched::testing;

namespace {

std::vector<std::string> policies() {
  std::vector<std::string> all;
  for (const PolicyEntry& entry : builtin_policies()) {
    const std::string name(entry.name);
    if (!needs_file(name))
      all.push_back(R"({"name": ")" + name + R"(", "parameters": )" + with_required(built_in(), name, "") + "}");
  }
  return all;
}

bool close(double a, double b, double relative) { return std::abs(a - b) <= relative * std::max({1.0, a, b}); }

/// Does bandwidth limit anything, so that flows may share it?
bool shares_bandwidth(const Scenario& scenario) {
  const auto limited = [](const MemorySpec& memory) { return memory.bandwidth.has_value(); };
  return !scenario.platform.links.empty() ||
         std::any_of(scenario.platform.memories.begin(), scenario.platform.memories.end(), limited);
}

/// The tasks of a run by their starts; those of one instant by what they are.
std::vector<TaskRecord> by_start(const Log& log) {
  std::vector<TaskRecord> tasks = log.tasks;
  std::sort(tasks.begin(), tasks.end(), [](const TaskRecord& a, const TaskRecord& b) { return a.start < b.start; });
  const auto what = [](const TaskRecord& t) { return std::tuple(t.request, t.task, t.accelerator, t.end); };
  for (auto from = tasks.begin(); from != tasks.end();) {
    const double date = from->start;
    const auto to = std::find_if(from, tasks.end(), [&](const TaskRecord& t) { return !close(t.start, date, 1e-9); });
    std::sort(from, to, [&](const TaskRecord& a, const TaskRecord& b) { return what(a) < what(b); });
    from = to;
  }
  return tasks;
}

/// Everything the same, dates and energies within `relative`.
bool same(const Log& a, const Log& b, double relative) {
  const std::vector<TaskRecord> x = by_start(a), y = by_start(b);
  return close(a.totals.end, b.totals.end, relative) && close(a.energy(), b.energy(), relative) &&
         std::equal(x.begin(), x.end(), y.begin(), y.end(), [&](const TaskRecord& s, const TaskRecord& t) {
           return std::tie(s.request, s.task, s.accelerator, s.variant, s.status, s.batch) ==
                      std::tie(t.request, t.task, t.accelerator, t.variant, t.status, t.batch) &&
                  close(s.start, t.start, relative) && close(s.end, t.end, relative);
         });
}

/// Where two runs part, they have told the same before: the starts up to the first that differs.
bool part_at_one_point(const Log& a, const Log& b) {
  const std::vector<TaskRecord> x = by_start(a), y = by_start(b);
  const auto decided_alike = [](const TaskRecord& s, const TaskRecord& t) {
    return std::tie(s.request, s.task, s.accelerator) == std::tie(t.request, t.task, t.accelerator);
  };
  const auto [s, t] = std::mismatch(x.begin(), x.end(), y.begin(), y.end(), decided_alike);
  return std::equal(x.begin(), s, y.begin(), t,
                    [](const TaskRecord& p, const TaskRecord& q) { return close(p.start, q.start, 1e-6); });
}

Log run_on(const RandomScenario& scenario, const std::string& policy, const char* executor) {
  Made made = make_policy(policy, scenario.options.seed);
  const std::shared_ptr<Scenario> run = scenario.make();
  made.policy = waiting_for_room(std::move(made.policy), is_limited(run->platform));
  return logged_run(run, *made.policy, executor_named(executor).make, made.clairvoyant);
}

constexpr const char* kParts = "the runs part";

/// Nothing if both tell the same.
std::optional<Violation> difference(const RandomScenario& scenario, const std::string& policy) try {
  const Log ours = run_on(scenario, policy, "fluid"), reference = run_on(scenario, policy, "simgrid");
  if (!shares_bandwidth(*scenario.make()))
    return same(ours, reference, 1e-12) ? std::nullopt : std::optional(Violation{"", "they differ beyond 1e-12"});
  if (same(ours, reference, 1e-9)) return std::nullopt;
  if (!part_at_one_point(ours, reference)) return Violation{"", "dates differ before decisions do"};
  return Violation{kParts, "at some decision"};
} catch (const InputError&) {
  return std::nullopt;  // no request is released by chance
}

}  // namespace

TEST_CASE("1,000 random scenarios under all policies in turn: the same on SimGrid, or the same until a decision ties") {
  reference_executor().load();
  const std::vector<std::string> names = policies();
  int part = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const RandomScenario scenario = random_scenario(10000 + seed);
    const std::string& policy = names[seed % names.size()];
    INFO(policy << "\n" << scenario.text());
    // In a process of its own: there SimGrid's clock begins at 0, and rounds as ours does.
    const auto found = isolated([&] { return difference(scenario, policy); }, 120);
    if (found && found->kind == kParts)
      ++part;
    else if (found)
      FAIL_CHECK(found->what);
  }
  MESSAGE(part << " runs part at a decision");
  CHECK(part <= 10);
}
