/// \file
/// How those who use a memory at once slow each other down: for each model of a platform, what bandwidth a task gets at
/// most. Pure: no clock, no executor, no tasks. One frame holds all models. Each task that computes has a demand c, its
/// bytes by its time alone; a model makes of the demands of all caps, cap = c s with 0 < s <= 1; within its bandwidth
/// the memory is shared max-min fairly under those caps, by the executor. So alone s = 1, nobody gets more than it
/// demands, and bounds that hold without any model hold with all of them. Models read demands, not what is achieved
/// (as PCCS was measured), so that nothing has to be iterated.
///
/// With e the demands of all others at this memory together, transfers among them:
///
/// | model        | s                                                                                             |
/// |--------------|-----------------------------------------------------------------------------------------------|
/// | max_min      | 1                                                                                             |
/// | proportional | min(1, B / (c + e)), B the memory's bandwidth                                                 |
/// | table        | A(c, e) / c, A interpolated bilinearly between measured bandwidths, A(c, 0) = c, A(0, e) = 0; |
/// |              | beyond the last e the last column, beyond the last c the last row's s                         |
/// | piecewise    | A / c; with x = min(e, E): A = c if c <= N or c + x <= S, else                                |
/// |              | max(N, c' (1 - q (c' + x - S))) with c' = min(c, max(S - x, (1/q + S - x) / 2)), by which A   |
/// |              | never falls as c rises                                                                        |
/// | matrix       | 1 / (1 + sum over the others of (M[own kind][their kind] - 1)); excesses add as in a queue    |
///
/// `table` and `piecewise` are those of PCCS (Xu et al., MICRO 2021: "PCCS: Processor-Centric Contention-aware Slowdown
/// Model for Heterogeneous System-on-Chips"): N is its normal bandwidth, S its TBWDC, E its CBP.
#pragma once

#include <span>
#include <vector>

#include "hetsched/view.hpp"
#include "model/contention.hpp"

namespace hetsched {

/// The models of one memory, by kind of those who suffer.
class Contention {
 public:
  /// `kinds`: names of the platform's kinds in their order. The models have been checked.
  Contention(const std::vector<ContentionSpec>& models, const Strings& kinds, double bandwidth);

  /// Is it max_min for every kind, so that no cap is ever lower than the demand?
  [[nodiscard]] bool is_max_min() const { return max_min_; }
  /// B/s that each of those who compute gets at most; `transfers`: B/s that transfers want of the memory.
  void caps(std::span<const MemoryDemand> running, double transfers, std::span<double> caps) const;
  /// B/s that each gets: the caps, within the memory's bandwidth; transfers take their part as everyone else.
  void rates(std::span<const MemoryDemand> running, double transfers, std::span<double> rates) const;

 private:
  struct Matrix {
    IdVector<KindId, double> excess;  ///< by kind of the other: M - 1
  };
  struct MaxMin {};
  struct Proportional {};
  using Model = std::variant<MaxMin, Proportional, TableContention, PiecewiseContention, Matrix>;

  [[nodiscard]] static Model model_for(const ContentionSpec& spec, KindId kind, const Strings& kinds);

  IdVector<KindId, Model> models_;
  double bandwidth_;
  bool max_min_ = true, counts_ = false;
};

/// Max-min fair rates of flows with caps > 0 within a bandwidth, in place.
void share_max_min(std::span<double> caps, double bandwidth);

}  // namespace hetsched
