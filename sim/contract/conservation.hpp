/// \file
/// What must hold of every run, whatever platform, workload and policy.
#pragma once

#include "base/text.hpp"
#include "contract/log.hpp"

namespace hetsched::contract {

/// What does not hold of: no two tasks in one slot at once; no task starts before its predecessors finished or
/// computes before its inputs are in its memory; every released request ended exactly once; no drawn energy is lost
/// or counted twice; the shares of an accelerator's time add up to 1. Empty if all of it holds.
Strings broken_conservation(const Log& log);

}  // namespace hetsched::contract
