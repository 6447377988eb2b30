/// \file
/// Arrays whose spatial unrolling is data.
#pragma once

#include "cost/array_shape.hpp"
#include "model/array_spec.hpp"

namespace hetsched {

struct MappedCounts {
  double cycles = 0;                            ///< of one input, network included
  double steps = 0;                             ///< that compute alone takes
  double active_pes = 0;                        ///< on average while computing
  double inputs = 0, weights = 0, results = 0;  ///< elements between buffer and array
};

/// Steps: every unrolled dimension d takes ceil(d / size), every other one d. With `replicate`, a layer smaller than a
/// size leaves room for copies of the whole arrangement, which compute further rows, then input channels, then output
/// channels. Network: filters stay in the elements while rows of outputs go by, each element working on up to
/// local_channels output channels in turn; windows of inputs slide. What enters is waited for, results leave meanwhile:
/// cycles = max(steps + (inputs + weights) / bandwidth, results / bandwidth).
MappedCounts count_mapped(const ArrayShape& shape, const MappedArraySpec& array);

}  // namespace hetsched
