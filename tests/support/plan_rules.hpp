/// \file
/// The rules of static list scheduling by name, as they are with default options.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "support/list_scheduling.hpp"

namespace hetsched::testing {

using PlanRule = std::function<planning::Plan(const planning::Problem&)>;

inline const std::map<std::string, PlanRule>& plan_rules() {
  using planning::Average, planning::Problem, planning::Scope;
  static const std::map<std::string, PlanRule> rules = {
      {"heft", [](const Problem& p) { return heft(p); }},
      {"heft_append", [](const Problem& p) { return heft(p, {.insertion = false}); }},
      {"cpop", [](const Problem& p) { return cpop(p); }},
      {"peft", [](const Problem& p) { return peft(p); }},
      {"lookahead_children", [](const Problem& p) { return lookahead(p, Scope::children); }},
      {"lookahead_full", [](const Problem& p) { return lookahead(p, Scope::full); }},
      {"ipeft", [](const Problem& p) { return ipeft(p); }},
      {"hcpt", [](const Problem& p) { return hcpt(p); }},
      {"dls", [](const Problem& p) { return dls(p); }},
      {"dls_median", [](const Problem& p) { return dls(p, Average::median); }},
      {"gdl", [](const Problem& p) { return gdl(p); }},
      {"etf", planning::etf},
      {"eft_ready", planning::eft_ready},
      {"minmin", planning::min_min},
      {"maxmin", planning::max_min},
      {"sufferage", [](const Problem& p) { return sufferage(p); }},
      {"mct", [](const Problem& p) { return mct(p); }},
      {"met", [](const Problem& p) { return met(p); }},
      {"olb", planning::olb},
  };
  return rules;
}

}  // namespace hetsched::testing
