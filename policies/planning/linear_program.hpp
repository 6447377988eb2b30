/// \file
/// Small dense linear programs, by the simplex method.
#pragma once

#include <vector>

namespace hetsched::planning {

/// Maximises objective x subject to rows x <= bounds, x >= 0.
struct LinearProgram {
  std::vector<double> objective;
  std::vector<std::vector<double>> rows;  ///< each as long as the objective
  std::vector<double> bounds;             ///< of the rows; may be negative
};

struct LinearSolution {
  enum class Status { optimal, infeasible, unbounded };
  Status status = Status::infeasible;
  double value = 0;
  std::vector<double> x;  ///< a vertex; empty unless optimal
};

/// Two phases on a full tableau, with Bland's rule, under which it ends for certain. O(rows x columns) per
/// pivot. Numbers within 1e-9 of zero count as zero: keep the coefficients near one.
LinearSolution solve(const LinearProgram& program);

}  // namespace hetsched::planning
