/// \file
/// What a study will take, told from a few of its points.
#pragma once

#include <cstddef>

#include "model/scenario.hpp"
#include "policy/catalog.hpp"
#include "study/study.hpp"

namespace hetsched {

/// What a point of a study takes on this machine, on average over those tried.
struct PointCost {
  double seconds = 0;
  double bytes = 0;       ///< in the study's folder
  std::size_t tried = 0;  ///< points
};

/// Runs a few points from all over the study, each in a process of its own, into a temporary folder. Begins no other
/// one after `limit` seconds; one that takes longer than that is ended, and counts as if it had taken so long. Signals
/// end this process.
PointCost try_points(const Study& study, const Catalog& catalog, Recording recording, double limit);

}  // namespace hetsched
