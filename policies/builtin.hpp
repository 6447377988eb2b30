/// \file
/// The built-in policies, one function each. This and builtin.cpp are the whole registration.
#pragma once

#include <span>

#include "hetsched/policy.hpp"

namespace hetsched {

PolicyEntry cpop();
PolicyEntry dls();
PolicyEntry dm();
PolicyEntry dmda();
PolicyEntry dmdar();
PolicyEntry dmdas();
PolicyEntry dream();
PolicyEntry duplex();
PolicyEntry dysta();
PolicyEntry eas();
PolicyEntry edf();
PolicyEntry edp();
PolicyEntry edzl();
PolicyEntry eft_ready();
PolicyEntry etf();
PolicyEntry fcfs();
PolicyEntry fp();
PolicyEntry gavel();
PolicyEntry gdl();
PolicyEntry graham_list();
PolicyEntry hcpt();
PolicyEntry heft();
PolicyEntry herald();
PolicyEntry heteroprio();
PolicyEntry hrrn();
PolicyEntry ipeft();
PolicyEntry latency_greedy();
PolicyEntry llf();
PolicyEntry lookahead();
PolicyEntry lws();
PolicyEntry magma();
PolicyEntry maxmin();
PolicyEntry mct();
PolicyEntry mct_static();
PolicyEntry mcts();
PolicyEntry met();
PolicyEntry met_static();
PolicyEntry min_energy();
PolicyEntry minmin();
PolicyEntry olb();
PolicyEntry optimal();
PolicyEntry optimal_mapping();
PolicyEntry pace();
PolicyEntry peft();
PolicyEntry planaria();
PolicyEntry prema();
PolicyEntry race_to_idle();
PolicyEntry random();
PolicyEntry rr();
PolicyEntry rt_dvs();
PolicyEntry sjf();
PolicyEntry slack_dvfs();
PolicyEntry srpt();
PolicyEntry sufferage();
PolicyEntry table();
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
