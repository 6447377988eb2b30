/// \file
/// The built-in policies and decorators, for whoever makes a catalogue. Their list is builtin.cpp; policies do not
/// include this.
#pragma once

#include <span>

#include "hetsched/policy.hpp"

namespace hetsched {

/// All policies, by family, then by name.
std::span<const PolicyEntry> builtin_policies();
/// All decorators, by name.
std::span<const DecoratorEntry> builtin_decorators();

}  // namespace hetsched
