// Does every run come to its end, on SimGrid itself? Random scenarios under every rule of ending, with links and
// without, at dates that are not round, close to each other or far apart, each in a process of its own as a run has it:
// what is in flight, or was cancelled, when the run is over must not bring the process down, and nothing may go on for
// ever.
//   endings [--scenarios N] [--first SEED]     N of each sort, from that seed on
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_document.hpp"
#include "builtin.hpp"
#include "contract/checks.hpp"
#include "contract/isolated.hpp"
#include "engine/executors/executors.hpp"
#include "support/builtin_entries.hpp"
#include "support/required.hpp"

namespace {

using namespace hetsched;
using namespace hetsched::contract;

const Catalog& built_in() {
  static const Catalog catalog(builtin_policies(), builtin_decorators());
  return catalog;
}

const ExecutorEntry& kSimGrid = executor_named("simgrid");

/// Long after any of these scenarios has ended, sanitizers or not.
constexpr double kLimit = 60;

/// What all times of a scenario are multiplied by: clocks round differently at each.
constexpr double kScales[] = {1, 0.3e-3, 0.7, 1.1e5};

/// All that is counted of the runs of one sort.
struct Count {
  std::uint64_t runs = 0, empty = 0, crashed = 0, hung = 0, broken = 0;
};

/// All built-in policies that need no file, and some around which decorators give up what is in flight; as JSON.
std::vector<std::string> policies() {
  std::vector<std::string> all = {
      R"({"name": "edf", "decorators": ["drop"]})",
      R"({"name": "mct", "decorators": [{"name": "drop", "parameters": {"rule": "newest"}}]})"};
  for (const PolicyEntry& entry : builtin_policies()) {
    const std::string name(entry.name);
    const auto declared = built_in().declared(name);
    const bool needs_file = std::any_of(declared.begin(), declared.end(),
                                        [](const Params::Declared& d) { return d.required && d.type == "file"; });
    if (needs_file) continue;
    all.push_back("{\"name\": \"" + name + "\", \"parameters\": " + testing::with_required(built_in(), name, "") + "}");
  }
  return all;
}

Subject subject(const std::string& json) {
  Problems problems;
  const Document document = Document::from_text(json, "policy", ".", problems);
  const auto choice = read<PolicyChoice>(document.root(), problems);
  problems.throw_if_any();
  const auto make = [choice](std::uint64_t seed, bool limited) {
    Problems found;
    std::unique_ptr<Policy> policy = built_in().make(choice, seed, found);
    found.throw_if_any();
    if (!limited) return policy;
    Params params;
    return testing::builtin_decorator("cache").wrap(params, std::move(policy));
  };
  return {json, make, built_in().is_clairvoyant(choice)};
}

/// Simulates the scenario to its end, and takes what simulated it apart.
std::optional<Violation> run(const RandomScenario& scenario, const Subject& policy) try {
  Strings broken;
  (void)checked_run(scenario, policy, kSimGrid.make, broken);
  if (broken.empty()) return std::nullopt;
  return Violation{"broken", broken.front()};
} catch (const InputError& error) {
  const bool empty = std::string_view(error.what()).find("no request is released") != std::string_view::npos;
  return Violation{empty ? "empty" : "broken", error.what()};
} catch (const std::exception& error) {
  return Violation{"broken", error.what()};
}

void tell(const RandomScenario& scenario, const std::string& policy, const Violation& what) {
  std::printf("FAILED: policy %s: %s\n%s\n", policy.c_str(), what.what.c_str(), scenario.text().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t scenarios = 10000, first = 0;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
    std::uint64_t& wanted = option == "--first" ? first : scenarios;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), wanted);
    if ((option == "--scenarios" || option == "--first") && error == std::errc() &&
        end == value.data() + value.size() && scenarios > 0)
      continue;
    std::fprintf(stderr, "usage: endings [--scenarios N] [--first SEED]\n");
    return 2;
  }
  std::vector<Subject> subjects;
  for (const std::string& policy : policies()) subjects.push_back(subject(policy));

  std::map<std::pair<EndRule, bool>, Count> counts;
  std::map<bool, std::uint64_t> done;
  for (std::uint64_t seed = first; done[false] < scenarios || done[true] < scenarios; ++seed) {
    const double scale = kScales[seed % std::size(kScales)];
    RandomScenario scenario = random_scenario(seed, scale, true, seed / 4 % 2 == 1);
    const bool links = !scenario.make()->platform.links.empty();
    if (done[links]++ >= scenarios) continue;
    for (const EndRule end : {EndRule::drain, EndRule::at_duration, EndRule::last_release}) {
      const Subject& policy = subjects[seed / 8 % subjects.size()];
      scenario.end = end;
      const std::optional<Violation> found = isolated([&] { return run(scenario, policy); }, kLimit);
      Count& count = counts[{end, links}];
      ++count.runs;
      if (!found) continue;
      const bool empty = found->kind == "empty", hung = found->kind == "hung", broken = found->kind == "broken";
      ++(empty ? count.empty : hung ? count.hung : broken ? count.broken : count.crashed);
      if (!empty) tell(scenario, policy.name, *found);
    }
  }

  std::printf("SimGrid %s, seeds from %llu on\n", std::string(kSimGrid.version).c_str(),
              static_cast<unsigned long long>(first));
  std::printf("%-13s %-6s %8s %17s %8s %5s %12s\n", "end", "links", "runs", "nothing released", "crashed", "hung",
              "rules broken");
  std::uint64_t bad = 0;
  for (const auto& [sort, c] : counts) {
    const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
    std::printf("%-13s %-6s %8llu %17llu %8llu %5llu %12llu\n", std::string(name_of(sort.first)).c_str(),
                sort.second ? "yes" : "no", number(c.runs), number(c.empty), number(c.crashed), number(c.hung),
                number(c.broken));
    bad += c.crashed + c.hung + c.broken;
  }
  // Scenarios in which chance releases nothing are few; many would mean that nothing is tried.
  for (const auto& [sort, c] : counts) bad += 10 * c.empty > c.runs ? 1 : 0;
  return bad == 0 ? 0 : 1;
}
