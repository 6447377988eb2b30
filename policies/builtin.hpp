/// \file
/// The built-in policies, one function each. This and builtin.cpp are the whole registration.
#pragma once

#include <span>

#include "hetsched/policy.hpp"

namespace hetsched {

// static/: plans of whole requests, besides the rules of static/rules.hpp
PolicyEntry random();
PolicyEntry table();

// online/: decide as things happen
PolicyEntry dm();
PolicyEntry dmda();
PolicyEntry dmdar();
PolicyEntry dmdas();
PolicyEntry dream();
PolicyEntry dysta();
PolicyEntry edf();
PolicyEntry edzl();
PolicyEntry fcfs();
PolicyEntry fp();
PolicyEntry gavel();
PolicyEntry herald();
PolicyEntry heteroprio();
PolicyEntry hrrn();
PolicyEntry latency_greedy();
PolicyEntry llf();
PolicyEntry lws();
PolicyEntry mct();
PolicyEntry met();
PolicyEntry planaria();
PolicyEntry prema();
PolicyEntry rr();
PolicyEntry sjf();
PolicyEntry srpt();
PolicyEntry ws();

// search/: search among plans
PolicyEntry magma();
PolicyEntry mcts();
PolicyEntry optimal();
PolicyEntry optimal_mapping();

// energy/: operating points, and energy before time
PolicyEntry eas();
PolicyEntry edp();
PolicyEntry min_energy();
PolicyEntry pace();
PolicyEntry race_to_idle();
PolicyEntry rt_dvs();
PolicyEntry slack_dvfs();

// decorators/: around any of them
DecoratorEntry admission();
DecoratorEntry batch();
DecoratorEntry drop();
DecoratorEntry learned();
DecoratorEntry power_cap();

/// All of them, by family, then by name.
std::span<const PolicyEntry> builtin_policies();
/// All decorators, by name.
std::span<const DecoratorEntry> builtin_decorators();

}  // namespace hetsched
