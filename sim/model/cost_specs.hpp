/// \file
/// How a kind's costs are to be found, as its JSON says: the parameters of the cost models.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/fields.hpp"
#include "model/array_spec.hpp"
#include "model/operators.hpp"
#include "model/roofline_spec.hpp"

namespace hetsched {

/// Costs are the rows of the models' profile tables.
struct ProfileCosts {
  std::vector<OperatorClass> operators;
};
template <>
inline constexpr auto fields<ProfileCosts> = std::tuple{
    field("operators", &ProfileCosts::operators, "the operators that it is for; default: all", {}),
};
template <>
inline constexpr std::string_view tag<ProfileCosts> = "profile";

/// The list of cost models. One that is added here does not compile until it has its check below, and what makes it in
/// cost/cost_models.hpp.
using CostSpec = std::variant<ProfileCosts, RooflineSpec, SystolicArraySpec, MaestroArraySpec, MappedArraySpec>;

// What the table of fields cannot say of each. Problems are added.
inline void check_costs(const ProfileCosts&, const Node&, Problems&) {}
void check_costs(const RooflineSpec& roofline, const Node& node, Problems& problems);
inline void check_costs(const SystolicArraySpec&, const Node&, Problems&) {}
void check_costs(const MaestroArraySpec& array, const Node& node, Problems& problems);
void check_costs(const MappedArraySpec& array, const Node& node, Problems& problems);

}  // namespace hetsched
