/// \file
/// Policies whose search estimates mappings: how accelerators are expected to disturb each other, and what is to be
/// small, are parameters of all of them.
#pragma once

#include "planning/planned_policy.hpp"
#include "planning/search/searches.hpp"

namespace hetsched {

class EstimatedSearch : public planning::PlannedPolicy {
 protected:
  explicit EstimatedSearch(Params& params);

  /// Finds a mapping for a problem that is ready; `effort` as in PlannedPolicy::plan().
  virtual planning::Plan search(const planning::Problem& problem, const planning::Goal& goal, double effort) = 0;

 private:
  planning::Plan plan(planning::Problem& problem, double effort) final;

  planning::Sharing sharing_;
  planning::Queue queue_;
  double contention_;
  planning::Goal goal_;  ///< the energy budget is per request; 0: no limit
};

/// A whole number.
inline std::uint64_t count_parameter(Params& params, std::string_view name, double fallback, double min, double max,
                                     std::string_view doc) {
  return static_cast<std::uint64_t>(
      params.number(name, {.fallback = fallback, .min = min, .max = max, .integer = true, .doc = doc}));
}

/// A part of a number that is left.
inline std::uint64_t part_of(std::uint64_t number, double effort) {
  return static_cast<std::uint64_t>(static_cast<double>(number) * effort);
}

}  // namespace hetsched
