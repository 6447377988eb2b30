/// \file
/// What a platform counts for as a whole, and which of it is equal between platforms that are compared.
#pragma once

#include <optional>
#include <string_view>

#include "model/platform.hpp"

namespace hetsched {

/// What the platforms of a comparison have in common.
enum class EqualBudget { power, price, area, pes, peak_ops };
template <>
inline constexpr auto enum_names<EqualBudget> = std::array{"power", "price", "area", "pes", "peak_ops"};

/// Sums over the accelerators of a platform; nothing where a kind does not state its part.
Budget total_budget(const PlatformSpec& platform);

/// The part of the budget that is to be equal.
std::optional<double> part_of(const Budget& budget, EqualBudget equal);
/// The name of that part in a kind's `budget`: "tdp" for power.
std::string_view field_of(EqualBudget equal);
/// Its unit: "W"; empty for pes.
std::string_view unit_of(EqualBudget equal);

}  // namespace hetsched
