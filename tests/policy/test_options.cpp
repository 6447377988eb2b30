// Does every policy keep the contract with each of its options, not only by default?
#include <doctest/doctest.h>

#include <sstream>

#include "builtin.hpp"
#include "contract/checks.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::contract;

namespace {

constexpr std::uint64_t kScenarios = 12;

/// Values of a parameter other than the default one; numbers have no end of them.
std::vector<Params::Value> others(const Params::Declared& parameter) {
  std::vector<Params::Value> values;
  if (parameter.type == "flag") values.emplace_back(!std::get<bool>(parameter.fallback));
  std::istringstream options(parameter.type);
  if (parameter.type.find('|') != std::string::npos)
    for (std::string option; std::getline(options, option, '|');)
      if (Params::Value(option) != parameter.fallback) values.emplace_back(option);
  return values;
}

Subject subject(const PolicyEntry& entry, const Params::Values& values) {
  return {std::string(entry.name), [&entry, values](std::uint64_t seed) {
            Params params(values, seed);
            return entry.make(params);
          }};
}

}  // namespace

TEST_CASE("every option of every policy: runs end, decisions are legal, runs repeat exactly") {
  std::size_t options = 0;
  for (const PolicyEntry& entry : builtin_policies()) {
    Params defaults;
    entry.make(defaults);
    for (const Params::Declared& parameter : defaults.declared())
      for (const Params::Value& value : others(parameter)) {
        ++options;
        INFO("policy " << entry.name << ", another " << parameter.name);
        for (std::uint64_t seed = 0; seed < kScenarios; ++seed) {
          const std::optional<Violation> violation =
              broken_contract(random_scenario(seed), subject(entry, {{parameter.name, value}}));
          if (violation) FAIL_CHECK(violation->what);
        }
      }
  }
  CHECK(options > 10);
}
