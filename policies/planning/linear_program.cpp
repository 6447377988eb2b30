#include "planning/linear_program.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "hetsched/tolerance.hpp"

namespace hetsched::planning {
namespace {

constexpr double kZero = 1e-9;
/// Ratios of bounds that differ by less are equal: the one taken may leave that much of a bound unmet, which
/// coefficients a billion times as large as others make visible.
constexpr double kSameRatio = 1e-12;

/// Rows: basic = bound - sum of coefficient x nonbasic. Variables 0 .. n-1 are those of the program, then
/// come the slacks of the rows, then one that phase one makes feasible.
class Tableau {
 public:
  explicit Tableau(const LinearProgram& program)
      : n_(program.objective.size()), m_(program.rows.size()), program_(program) {
    cells_.assign(m_, std::vector<double>(n_ + m_ + 2, 0));
    for (std::size_t i = 0; i < m_; ++i) {
      std::copy(program.rows[i].begin(), program.rows[i].end(), cells_[i].begin());
      cells_[i][n_ + i] = 1;
      cells_[i][artificial()] = -1;
      cells_[i][bound()] = program.bounds[i];
      basis_.push_back(n_ + i);
    }
  }

  LinearSolution solve() {
    LinearSolution solution;
    if (!make_feasible()) return solution;
    std::vector<double> objective = program_.objective;
    objective.resize(n_ + m_ + 2, 0);
    set_objective(objective);
    if (!maximise(artificial())) {
      solution.status = LinearSolution::Status::unbounded;
      return solution;
    }
    solution.status = LinearSolution::Status::optimal;
    solution.x.assign(n_, 0);
    for (std::size_t i = 0; i < m_; ++i)
      if (basis_[i] < n_) solution.x[basis_[i]] = cells_[i][bound()];
    for (std::size_t j = 0; j < n_; ++j) solution.value += program_.objective[j] * solution.x[j];
    return solution;
  }

 private:
  [[nodiscard]] std::size_t artificial() const { return n_ + m_; }
  [[nodiscard]] std::size_t bound() const { return n_ + m_ + 1; }

  /// Phase one: maximises -artificial.
  bool make_feasible() {
    std::size_t worst = 0;
    for (std::size_t i = 1; i < m_; ++i)
      if (cells_[i][bound()] < cells_[worst][bound()]) worst = i;
    if (m_ == 0 || cells_[worst][bound()] >= 0) return true;
    std::vector<double> objective(n_ + m_ + 2, 0);
    objective[artificial()] = -1;
    set_objective(objective);
    pivot(worst, artificial());
    maximise(bound());
    for (std::size_t i = 0; i < m_; ++i) {
      if (basis_[i] != artificial()) continue;
      if (cells_[i][bound()] > kZero) return false;
      for (std::size_t j = 0; j < artificial(); ++j)
        if (std::abs(cells_[i][j]) > kZero) {
          pivot(i, j);
          break;
        }
    }
    return true;
  }

  /// Expresses an objective by the variables that are not in the basis.
  void set_objective(const std::vector<double>& objective) {
    reduced_ = objective;
    for (std::size_t i = 0; i < m_; ++i) {
      const double price = reduced_[basis_[i]];
      if (price != 0)
        for (std::size_t j = 0; j < reduced_.size(); ++j) reduced_[j] -= price * cells_[i][j];
    }
  }

  /// Pivots among the first `columns` variables until none improves; false if there is no end to that, be it by
  /// rounding.
  bool maximise(std::size_t columns) {
    for (std::size_t pivots = 0; pivots < 50 * (n_ + m_ + 2); ++pivots) {
      std::size_t entering = 0;
      while (entering < columns && reduced_[entering] <= kZero) ++entering;
      if (entering == columns) return true;
      std::size_t leaving = m_;
      double least = 0;
      for (std::size_t i = 0; i < m_; ++i) {
        if (cells_[i][entering] <= kZero) continue;
        const double ratio = cells_[i][bound()] / cells_[i][entering];
        const bool less = clearly_less(ratio, least, 0, kSameRatio), more = clearly_less(least, ratio, 0, kSameRatio);
        if (leaving != m_ && !less && (more || basis_[i] > basis_[leaving])) continue;
        least = ratio;
        leaving = i;
      }
      if (leaving == m_) return false;
      pivot(leaving, entering);
    }
    return false;
  }

  void pivot(std::size_t row, std::size_t column) {
    const double by = cells_[row][column];
    for (double& cell : cells_[row]) cell /= by;
    const auto clear = [&](std::vector<double>& other) {
      const double times = other[column];
      if (times == 0) return;
      for (std::size_t j = 0; j < other.size(); ++j) other[j] -= times * cells_[row][j];
      other[column] = 0;
    };
    for (std::size_t i = 0; i < m_; ++i)
      if (i != row) clear(cells_[i]);
    clear(reduced_);
    basis_[row] = column;
  }

  std::size_t n_, m_;
  const LinearProgram& program_;
  std::vector<std::vector<double>> cells_;
  std::vector<double> reduced_;
  std::vector<std::size_t> basis_;  ///< by row: its basic variable
};

}  // namespace

LinearSolution solve(const LinearProgram& program) { return Tableau(program).solve(); }

}  // namespace hetsched::planning
