/// \file
/// A decorator with rules has a class for each, in a folder of its own, and one list of them. Which one is in force is
/// the parameter `rule`, looked up here once, when the decorator is made.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

/// A rule in the list of its decorator. Its maker reads the parameters of that rule alone; those that several rules of
/// the decorator use are `Shared`.
template <class Rule, class... Shared>
struct RuleEntry {
  std::string_view name;
  std::unique_ptr<Rule> (*make)(Params&, const Shared&...);
};

/// The value of the parameter `rule` of a decorator.
template <class Rule, class... Shared>
class RuleChoice {
 public:
  /// Help names the rules in the order of the list, which must outlive this.
  template <std::size_t N>
  RuleChoice(Params& p, const RuleEntry<Rule, Shared...> (&rules)[N], std::string_view fallback, std::string_view doc)
      : rules_(rules) {
    std::vector<std::string_view> names;
    for (const auto& rule : rules) names.push_back(rule.name);
    chosen_ = p.choice("rule", {.fallback = fallback, .of = std::move(names), .doc = doc});
  }

  /// Makes the chosen rule. Every rule reads its parameters, in the order of the list, whichever was chosen: all that
  /// may be given is declared.
  [[nodiscard]] std::unique_ptr<Rule> make(Params& p, const Shared&... shared) const {
    std::unique_ptr<Rule> chosen;
    for (const auto& rule : rules_) {
      std::unique_ptr<Rule> made = rule.make(p, shared...);
      if (rule.name == chosen_) chosen = std::move(made);
    }
    return chosen;
  }

 private:
  std::span<const RuleEntry<Rule, Shared...>> rules_;
  std::string chosen_;
};

}  // namespace hetsched
