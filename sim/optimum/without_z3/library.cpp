/// \file
/// Stands for the Z3 library in builds without it.

#include "base/errors.hpp"
#include "optimum/solver.hpp"

namespace hetsched::detail {

bool has_z3_library() { return false; }

SmtAnswer solve_by_library(const std::string& /*formula*/, unsigned /*limit*/) {
  throw InternalError("there is no Z3 in this build");
}

}  // namespace hetsched::detail
