/// \file
/// The built-in policies, one function each. This and builtin.cpp are the whole registration.
#pragma once

#include <span>

#include "hetsched/policy.hpp"

namespace hetsched {

PolicyEntry cpop();
PolicyEntry dls();
PolicyEntry duplex();
PolicyEntry edf();
PolicyEntry eft_ready();
PolicyEntry etf();
PolicyEntry fcfs();
PolicyEntry gdl();
PolicyEntry graham_list();
PolicyEntry hcpt();
PolicyEntry heft();
PolicyEntry ipeft();
PolicyEntry latency_greedy();
PolicyEntry lookahead();
PolicyEntry maxmin();
PolicyEntry mct();
PolicyEntry mct_static();
PolicyEntry met();
PolicyEntry met_static();
PolicyEntry minmin();
PolicyEntry olb();
PolicyEntry peft();
PolicyEntry random();
PolicyEntry rr();
PolicyEntry sufferage();
PolicyEntry table();

/// All of them, by name.
std::span<const PolicyEntry> builtin_policies();

}  // namespace hetsched
