/// \file
/// What must hold of every run, whatever platform, workload and policy.
#pragma once

namespace hetsched::testing {

struct Log;

/// Checks (doctest CHECK): no two tasks in one slot at once; no task starts before its predecessors finished or
/// computes before its inputs are in its memory; every released request ended exactly once; no drawn energy is
/// lost or counted twice; the shares of an accelerator's time add up to 1.
void check_conservation(const Log& log);

}  // namespace hetsched::testing
