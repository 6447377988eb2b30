#include "support/plan_rules.hpp"

#include <algorithm>
#include <stdexcept>

namespace hetsched::testing {

const std::vector<RuleVariant>& every_rule() {
  static const std::vector<RuleVariant> variants = [] {
    std::vector<RuleVariant> all;
    for (const planning::Rule& rule : planning::all_rules())
      for (const planning::Settings& settings : all_settings(rule)) {
        RuleVariant variant{std::string(rule.name), &rule, settings};
        for (std::size_t i = 0; i < settings.size(); ++i) {
          const planning::Option& option = rule.options[i];
          variant.name += " " + std::string(option.name) + "=" +
                          (option.of.empty() ? std::to_string(settings[i]) : std::string(option.of[settings[i]]));
        }
        if (!variant.name.ends_with("scope=full")) all.push_back(variant);
      }
    return all;
  }();
  return variants;
}

RuleVariant rule(std::string_view name, const std::vector<std::pair<std::string_view, std::string_view>>& options) {
  const planning::Rule& found = planning::rule_named(name);
  RuleVariant variant{std::string(name), &found, found.defaults()};
  for (const auto& [wanted, value] : options) {
    const auto same_name = [&, wanted = wanted](const planning::Option& o) { return o.name == wanted; };
    const auto option = std::find_if(found.options.begin(), found.options.end(), same_name);
    if (option == found.options.end()) throw std::runtime_error("no option " + std::string(wanted));
    std::vector<std::string_view> of = option->of;
    if (of.empty()) of = {"false", "true"};
    const auto at = std::find(of.begin(), of.end(), value);
    if (at == of.end()) throw std::runtime_error("no value " + std::string(value));
    variant.settings[static_cast<std::size_t>(option - found.options.begin())] =
        static_cast<std::size_t>(at - of.begin());
  }
  return variant;
}

RuleVariant published_rule(std::string_view name) {
  if (name == "heft_append") return rule("heft", {{"insertion", "false"}});
  if (name == "lookahead_children") return rule("lookahead");
  if (name == "lookahead_full") return rule("lookahead", {{"scope", "full"}});
  if (name == "dls_median") return rule("dls", {{"average", "median"}});
  if (name == "mct" || name == "met") return rule(std::string(name) + "_static");
  return rule(name);
}

}  // namespace hetsched::testing
