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

using CostSpec = std::variant<ProfileCosts, RooflineSpec, SystolicArraySpec, MaestroArraySpec, MappedArraySpec>;

}  // namespace hetsched
