/// \file
/// The built-in policies, one function each. This and builtin.cpp are the whole registration.
#pragma once

#include <span>

#include "hetsched/policy.hpp"

namespace hetsched {

PolicyEntry eas();
PolicyEntry edf();
PolicyEntry edp();
PolicyEntry fcfs();
PolicyEntry heft();
PolicyEntry latency_greedy();
PolicyEntry mct();
PolicyEntry met();
PolicyEntry min_energy();
PolicyEntry pace();
PolicyEntry race_to_idle();
PolicyEntry rr();
PolicyEntry rt_dvs();

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
