/// \file
/// Is a decision legal? One function per kind of decision, one message per rule.
#pragma once

#include <string>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

/// The rule that a decision breaks in this view, as a sentence; empty if it is legal.
std::string broken_rule(const Decision& decision, const SystemView& view);

/// The requests that a decision concerns: none, or one; of a batch all, that of Start::task first.
std::vector<RequestRef> requests_of(const Decision& decision);

/// The ready tasks that some accelerator which is on could run, as words ("a of request 0 of stream s, b of ... and 3
/// more"); empty if there is none. When nothing else will happen, these are what the policy has forgotten.
std::string startable(const SystemView& view);

/// "start(task conv1 of request 12 of stream cam, on npu0)": a decision in words, whatever its indices are.
std::string in_words(const Decision& decision, const SystemView& view);

}  // namespace hetsched
