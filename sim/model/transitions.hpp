/// \file
/// What going over from one kind of accelerator to another takes, and which kinds wait for which.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "hetsched/policy.hpp"
#include "model/network.hpp"
#include "model/platform.hpp"

namespace hetsched {

/// The transition from one kind to another that one of both states; nothing if neither does.
std::optional<TransitionRule> stated_transition(const PlatformSpec& platform, KindId from, KindId to);

/// The transition that was measured after a layer, a group or the whole model, between the profile keys of two kinds;
/// null if none was.
const TransitionRow* measured_transition(const Network& network, std::string_view after, const KindSpec& from,
                                         const KindSpec& to);

/// Kinds that wait for each other: each waits for the next, the last for the first; empty if none do. A kind waits for
/// its fallback, and for those that do transitions to it: their tasks hold an accelerator meanwhile, and in a cycle
/// might wait for ever.
Strings waiting_cycle(const std::vector<KindSpec>& kinds);

}  // namespace hetsched
