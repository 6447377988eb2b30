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
PolicyEntry edf();
PolicyEntry edzl();
PolicyEntry fcfs();
PolicyEntry fp();
PolicyEntry gavel();
PolicyEntry heft();
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

/// All of them, by name.
std::span<const PolicyEntry> builtin_policies();

}  // namespace hetsched
