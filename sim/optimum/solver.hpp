/// \file
/// Z3, wherever it is: as a program of that name (or the one that is asked for), or as the library that this
/// build was linked with. Nothing else depends on it.
#pragma once

#include <string>

#include "base/errors.hpp"
#include "planning/search/smt.hpp"

namespace hetsched {

struct SmtAnswer {
  std::string solver;  ///< "z3", "libz3 4.8.12"
  planning::SmtValues values;
};

/// Minimises a formula. `program`: path or name of Z3; empty: the library if there is one, else "z3". `limit`: seconds;
/// none if 0. InputError if there is no solver, if it is stopped, or if it finds nothing.
SmtAnswer solve_smt(const planning::SmtFormula& formula, const std::string& program, unsigned limit);

namespace detail {

/// Is the library part of this build?
bool has_z3_library();
/// With the library; to be called only if there is one.
SmtAnswer solve_by_library(const std::string& formula, unsigned limit);

}  // namespace detail
}  // namespace hetsched
