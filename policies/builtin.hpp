/// \file
/// The built-in policies, one function each. This and builtin.cpp are the whole registration.
#pragma once

#include <span>

#include "hetsched/policy.hpp"

namespace hetsched {

PolicyEntry dm();
PolicyEntry dmda();
PolicyEntry dmdar();
PolicyEntry dmdas();
PolicyEntry dream();
PolicyEntry dysta();
PolicyEntry eas();
PolicyEntry edf();
PolicyEntry edp();
PolicyEntry edzl();
PolicyEntry fcfs();
PolicyEntry fp();
PolicyEntry heft();
PolicyEntry herald();
PolicyEntry heteroprio();
PolicyEntry hrrn();
PolicyEntry latency_greedy();
PolicyEntry llf();
PolicyEntry lws();
PolicyEntry mct();
PolicyEntry met();
PolicyEntry min_energy();
PolicyEntry pace();
PolicyEntry planaria();
PolicyEntry prema();
PolicyEntry race_to_idle();
PolicyEntry rr();
PolicyEntry rt_dvs();
PolicyEntry sjf();
PolicyEntry srpt();
PolicyEntry ws();

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
