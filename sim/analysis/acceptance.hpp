/// \file
/// Acceptance ratios: which part of random sets of streams a test finds schedulable, by utilisation.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/task_sets.hpp"
#include "base/fields.hpp"

namespace hetsched::analysis {

/// Parts of the sets, from 0 to 1. A row of `hetsched generate taskset --acceptance`.
struct Acceptance {
  double utilisation = 0;
  std::uint64_t sets = 0;
  double rm_liu_layland = 0, rm_hyperbolic = 0, rm_response_time = 0, edf = 0;
  double rm_layers = 0, edf_layers = 0;
};

/// Of `count` > 0 sets of a specification, on one accelerator. A set whose test gives up counts as not schedulable.
Acceptance acceptance(const TaskSetSpec& spec, std::uint64_t count);

}  // namespace hetsched::analysis

namespace hetsched {

template <>
inline constexpr auto fields<analysis::Acceptance> = std::tuple{
    field("utilisation", &analysis::Acceptance::utilisation, "sum of time over period of all streams", {}),
    field("sets", &analysis::Acceptance::sets, "sets drawn", {}),
    field("rm_liu_layland", &analysis::Acceptance::rm_liu_layland, "part within Liu and Layland's bound", {}),
    field("rm_hyperbolic", &analysis::Acceptance::rm_hyperbolic, "part within the hyperbolic bound", {}),
    field("rm_response_time", &analysis::Acceptance::rm_response_time,
          "part whose response times are within deadlines, rate-monotonic, preempted anywhere", {}),
    field("edf", &analysis::Acceptance::edf, "part whose demand is met, earliest deadline first, preempted anywhere",
          {}),
    field("rm_layers", &analysis::Acceptance::rm_layers,
          "part whose response times are within deadlines, rate-monotonic, preempted between layers", {}),
    field("edf_layers", &analysis::Acceptance::edf_layers,
          "part whose demand is met, earliest deadline first, preempted between layers", {}),
};

}  // namespace hetsched
