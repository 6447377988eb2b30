#include "planning/rules/list.hpp"

#include <algorithm>

namespace hetsched::planning {
namespace {

template <Rule (*... make)()>
std::vector<Rule> made(RuleList<make...>) {
  return {make()...};
}

}  // namespace

std::span<const Rule> all_rules() {
  static const std::vector<Rule> rules = made(AllRules{});
  return rules;
}

const Rule& rule_named(std::string_view name) {
  return *std::find_if(all_rules().begin(), all_rules().end(), [&](const Rule& rule) { return rule.name == name; });
}

std::vector<Settings> all_settings(const Rule& rule) {
  std::vector<Settings> all(1);
  for (const Option& option : rule.options) {
    std::vector<Settings> longer;
    for (const Settings& settings : all)
      for (std::size_t value = 0; value < option.values(); ++value) {
        longer.push_back(settings);
        longer.back().push_back(value);
      }
    all = std::move(longer);
  }
  return all;
}

}  // namespace hetsched::planning
