/// \file
/// The list of cost models: a function for each alternative of CostSpec. An alternative without one does not compile.
/// What is to be known of a model stands at its spec and in its source file.
#pragma once

#include <memory>

#include "cost/cost_model.hpp"
#include "model/cost_specs.hpp"

namespace hetsched {

/// None: costs are the rows of profiles, which LayerCosts looks up.
inline std::unique_ptr<const CostModel> make_cost_model(const ProfileCosts&) { return nullptr; }
std::unique_ptr<const CostModel> make_cost_model(const RooflineSpec& spec);
std::unique_ptr<const CostModel> make_cost_model(const SystolicArraySpec& spec);
std::unique_ptr<const CostModel> make_cost_model(const MaestroArraySpec& spec);
std::unique_ptr<const CostModel> make_cost_model(const MappedArraySpec& spec);

}  // namespace hetsched
