/// \file
/// The list of built-in policies and decorators. Each is a function in a file of its own; it is declared and listed
/// here and nowhere else, so that a new one rebuilds its own file and this one.

#include "builtin.hpp"

#include <algorithm>
#include <vector>

#include "static/rules.hpp"

namespace hetsched {

// static/: plans of whole requests, besides those by the rules of planning/rules
PolicyEntry random(), table();

// online/: decide as things happen
PolicyEntry dm(), dmda(), dmdar(), dmdas(), dream(), dysta(), edf(), edzl(), fcfs(), fp(), gavel(), herald(),
    heteroprio(), hrrn(), latency_greedy(), llf(), lws(), mct(), met(), planaria(), prema(), rr(), sjf(), srpt(), ws();

// search/: search among plans
PolicyEntry magma(), mcts(), optimal(), optimal_mapping();

// energy/: operating points, and energy before time
PolicyEntry eas(), edp(), min_energy(), pace(), race_to_idle(), rt_dvs(), slack_dvfs();

// decorators/: around any of them
DecoratorEntry admission(), batch(), cache(), drop(), learned(), power_cap();

namespace {

void add(std::vector<PolicyEntry>& list, std::string_view family, const std::vector<PolicyEntry>& entries) {
  for (PolicyEntry entry : entries) {
    entry.family = family;
    list.push_back(entry);
  }
}

std::vector<PolicyEntry> all() {
  std::vector<PolicyEntry> list;
  std::vector<PolicyEntry> plans = rule_policies();
  plans.insert(plans.end(), {random(), table()});
  std::sort(plans.begin(), plans.end(), [](const PolicyEntry& a, const PolicyEntry& b) { return a.name < b.name; });
  add(list, "static", plans);
  add(list, "online",
      {
          dm(),  dmda(),     dmdar(),  dmdas(),      dream(), dysta(),          edf(), edzl(), fcfs(),
          fp(),  gavel(),    herald(), heteroprio(), hrrn(),  latency_greedy(), llf(), lws(),  mct(),
          met(), planaria(), prema(),  rr(),         sjf(),   srpt(),           ws(),
      });
  add(list, "search",
      {
          magma(),
          mcts(),
          optimal(),
          optimal_mapping(),
      });
  add(list, "energy",
      {
          eas(),
          edp(),
          min_energy(),
          pace(),
          race_to_idle(),
          rt_dvs(),
          slack_dvfs(),
      });
  return list;
}

}  // namespace

std::span<const PolicyEntry> builtin_policies() {
  static const std::vector<PolicyEntry> list = all();
  return list;
}

std::span<const DecoratorEntry> builtin_decorators() {
  static const DecoratorEntry list[] = {
      admission(), batch(), cache(), drop(), learned(), power_cap(),
  };
  return list;
}

}  // namespace hetsched
