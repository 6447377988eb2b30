/// \file
/// The shortest schedule as a formula: SMT-LIB 2 with Z3's `minimize`, linear real arithmetic. Another way to
/// the answers of support/branch_and_bound.hpp and support/mapping_searches.hpp, and a file for other
/// solvers.
#pragma once

#include <map>
#include <string>

#include "base/errors.hpp"
#include "support/mapping_search.hpp"

namespace hetsched {

/// A variable's value as a solver printed it: "true", "2.5", "(/ 31.0 2.0)".
using SmtValues = std::map<std::string, std::string, std::less<>>;

/// Per task t: which accelerator (x_t_a), start s_t and end e_t, with
///   s_v >= e_u + delay(u, v, accelerators)            along edges
///   e_t <= s_u or e_u <= s_t                           for tasks on one accelerator
///   e_t - s_t = time(t, a) + (1 - 1/k) * overlap(t)    where overlap is the time in [s_t, e_t] in which the
///   other
///                                                      accelerator is busy, and k the contention
///   changes of accelerators of a request's tasks       <= max_transitions
/// and the last end, or the sum of finishes, to be minimal (HaX-CoNN, equations 10 and 11, with its equation
/// 8 solved exactly). The order of tasks on an accelerator is free: an estimate that serves its queues in
/// order may take longer.
///
/// Problems: several slots on an accelerator, contention on more than two of them, an objective of energy.
std::string smt_formulation(const mapping::MappingProblem& problem, const mapping::Goal& goal, Problems& problems);

/// The declared names, for (get-value ...).
std::string smt_names(const mapping::MappingProblem& problem);

/// What a solver's values say; `proved` is set. InputError if they are not those of the problem.
mapping::Plan smt_plan(const mapping::MappingProblem& problem, const SmtValues& values);

}  // namespace hetsched
