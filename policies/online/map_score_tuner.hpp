/// \file
/// DREAM's search for the weights of its MapScore while the system runs.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

/// Small-step search over alpha, beta in [0, 2]: each window of ended requests runs with one setting and
/// gives its
///   UXCost = (sum over streams of the rate of violated deadlines) x (sum over streams of normalised energy).
/// A stream without violations counts as half a violation of its window. Energy is normalised by what the
/// same tasks would have taken on the worst accelerators. From the best setting so far, a step up and down in
/// each weight is tried in turn; after four that were no better the step is halved, until it is below 1/16.
/// The search begins again, from the best setting, when the set of active streams changes: those of which a
/// request has ended in the last four windows. Known from memory of the paper. O(A) per finished task.
class MapScoreTuner {
 public:
  explicit MapScoreTuner(Params& p)
      : window_(p.number("tune_window", {.fallback = 32,
                                         .min = 1,
                                         .max = 1e9,
                                         .integer = true,
                                         .doc = "requests that end while one setting is tried"})) {}

  /// To be called once in every decide(); sets the weights to use from now on.
  void observe(const SystemView& view, double& alpha, double& beta);

 private:
  static constexpr double kFirstStep = 0.5, kLastStep = 1.0 / 16;

  struct Tally {
    double ended = 0, violated = 0;
    Joules energy = 0, worst = 0;
  };

  void count_task(const SystemView& view, TaskRef task);
  /// Has a stream become active in this window, or ceased to be with it?
  bool streams_changed();
  [[nodiscard]] double cost() const;
  void next(double& alpha, double& beta);

  double window_;
  IdVector<StreamId, Tally> tallies_;
  IdVector<StreamId, std::uint32_t> active_;  ///< windows until it does not count; 0: it does not
  double ended_ = 0;
  bool measured_ = false;            ///< the best setting has a cost
  std::array<double, 2> best_ = {};  ///< alpha, beta
  double best_cost_ = 0, step_ = kFirstStep;
  std::uint32_t trial_ = 0;  ///< of four around the best setting
};

}  // namespace hetsched
