/// \file
/// The roofline cost model: a layer takes the time of its arithmetic or that of its traffic, whichever is
/// longer, and an overhead. Formulas, scaling between operating points and sources stand at RooflineSpec.
///
/// cost() leaves time kNever for an operator that is neither among `operators` nor among `fused_operators`,
/// for a number format without a peak, and for a layer whose operator is not known, unless the spec is for
/// all operators and the model file says what the layer computes or moves. `utilization` counts
/// multiply-accumulates against the peak at the point; accesses are elements moved to and from the memory,
/// and those that stayed in `buffer`.
#pragma once

#include <memory>

#include "cost/cost_model.hpp"
#include "model/roofline_spec.hpp"

namespace hetsched {

std::unique_ptr<CostModel> make_roofline(const RooflineSpec& spec);

}  // namespace hetsched
