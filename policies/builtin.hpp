/// \file
/// The built-in policies, one function each. This and builtin.cpp are the whole registration.
#pragma once

#include <span>

#include "hetsched/policy.hpp"

namespace hetsched {

PolicyEntry edf();
PolicyEntry fcfs();
PolicyEntry heft();
PolicyEntry latency_greedy();
PolicyEntry mct();
PolicyEntry met();
PolicyEntry rr();

/// All of them, by name.
std::span<const PolicyEntry> builtin_policies();

}  // namespace hetsched
