/// \file
/// A sweep in parts as a script for programs that run many commands.
#pragma once

#include <array>
#include <string>

#include "base/fields.hpp"
#include "study/cluster/parts.hpp"

namespace hetsched {

enum class Recipe { parallel, snakemake, make };
template <>
inline constexpr auto enum_names<Recipe> = std::array{"parallel", "snakemake", "make"};

/// The whole script, with its use in its head. It runs all parts, of which those that are complete do nothing, and then
/// puts their results together. Throws InputError if it cannot be written that way.
std::string recipe(Recipe kind, const SweepInParts& sweep);

}  // namespace hetsched
