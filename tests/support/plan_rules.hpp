/// \file
/// The rules of static list scheduling, with all that can be chosen.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "planning/rules/list.hpp"

namespace hetsched::testing {

struct RuleVariant {
  std::string name;  ///< "heft insertion=1 rank=mean assign=eft"
  const planning::Rule* rule = nullptr;
  planning::Settings settings;

  planning::Plan operator()(const planning::Problem& problem) const { return rule->plan(problem, settings); }
};

/// Every rule with every combination of options, but for lookahead over all tasks left: it takes long.
const std::vector<RuleVariant>& every_rule();

/// A rule with some options that are not its defaults: rule("heft", {{"insertion", "false"}}).
RuleVariant rule(std::string_view name, const std::vector<std::pair<std::string_view, std::string_view>>& options = {});

/// By its name in tests/data/policies/static_schedules.csv: "lookahead_full", "mct".
RuleVariant published_rule(std::string_view name);

}  // namespace hetsched::testing
