/// \file
/// The shortest schedule as a formula: SMT-LIB 2 with Z3's `minimize`, linear real arithmetic. Another way to the
/// answers of branch_and_bound.hpp and searches.hpp, and a file for other solvers.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "planning/search/search.hpp"

namespace hetsched::planning {

/// A variable's value as a solver printed it: "true", "2.5", "(/ 31.0 2.0)".
using SmtValues = std::map<std::string, std::string, std::less<>>;

struct SmtFormula {
  std::string text;                   ///< declarations, assertions, what to minimize
  std::string names;                  ///< declared ones, for (get-value ...)
  std::vector<std::string> problems;  ///< why there is none: what the problem has and a formula has not

  /// What a solver is given as a file.
  [[nodiscard]] std::string script() const { return text + "(check-sat)\n(get-value (" + names + "))\n"; }
};

/// Per task t: which accelerator (x_t_a), start s_t and end e_t, with
///   s_v >= e_u + delay(u, v, accelerators)            along edges
///   e_t <= s_u or e_u <= s_t                           for tasks on one accelerator
///   e_t - s_t = time(t, a) + (1 - 1/k) * overlap(t)    where overlap is the time in [s_t, e_t] in which the other
///                                                      accelerator is busy, and k the contention
///   changes of accelerators of a request's tasks       <= max_transitions
/// and the last end, or the sum of finishes, to be minimal (HaX-CoNN, equations 10 and 11, with its equation
/// 8 solved exactly). The order of tasks on an accelerator is free: an estimate that serves its queues in
/// order may take longer.
///
/// Problems: several slots on an accelerator, contention on more than two of them, switches of models, an objective of
/// energy.
SmtFormula smt_formula(const Problem& problem, const Goal& goal);

/// What a solver's values say, as a plan that is proved; or what is wrong with them.
std::variant<Plan, std::string> smt_plan(const Problem& problem, const SmtValues& values);

}  // namespace hetsched::planning
