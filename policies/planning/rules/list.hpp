/// \file
/// All rules of static list scheduling. A rule is a file and its name here, once declared and once listed.
#pragma once

#include <span>

#include "planning/rules/rule.hpp"

namespace hetsched::planning {

Rule cpop();
Rule dls();
Rule duplex();
Rule eft_ready();
Rule etf();
Rule gdl();
Rule graham();
Rule hcpt();
Rule heft();
Rule ipeft();
Rule lookahead();
Rule maxmin();
Rule mct_static();
Rule met_static();
Rule minmin();
Rule olb();
Rule peft();
Rule sufferage();

/// Functions that make rules, as a type: for those who need something of their own for each.
template <Rule (*... make)()>
struct RuleList {};
using AllRules = RuleList<cpop, dls, duplex, eft_ready, etf, gdl, hcpt, heft, ipeft, graham, lookahead, maxmin,
                          mct_static, met_static, minmin, olb, peft, sufferage>;

/// By name.
std::span<const Rule> all_rules();
/// The one of a name, which must be there.
const Rule& rule_named(std::string_view name);

/// Every combination of what can be chosen.
std::vector<Settings> all_settings(const Rule& rule);

/// Graham's list scheduling with a list that is given; it has every task.
Plan graham_list(const Problem& problem, std::span<const PlanTaskId> order);

}  // namespace hetsched::planning
