/// \file
/// The rules of planning/rules as policies.
#pragma once

#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

// Facts of most of them.
constexpr std::string_view kPlanKnowledge =
    "the layers and tensors of each request, routes; arrivals (horizon=workload)";
constexpr std::string_view kPlanTies =
    "ties: the task that comes first in its model's file, but behind what it needs, then the first accelerator; mean "
    "transfer times are over all pairs of different accelerators";

/// One for each rule, by name.
std::vector<PolicyEntry> rule_policies();

}  // namespace hetsched
