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
PolicyEntry magma();
PolicyEntry mct();
PolicyEntry mcts();
PolicyEntry met();
PolicyEntry optimal();
PolicyEntry optimal_mapping();
PolicyEntry rr();

DecoratorEntry admission();
DecoratorEntry batch();
DecoratorEntry drop();
DecoratorEntry learned();
DecoratorEntry power_cap();

/// All of them, by name.
std::span<const PolicyEntry> builtin_policies();
/// All decorators, by name.
std::span<const DecoratorEntry> builtin_decorators();

}  // namespace hetsched
