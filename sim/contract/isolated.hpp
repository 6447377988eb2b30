/// \file
/// Checks in a process of their own, which a policy may crash or never return to.
#pragma once

#include <functional>
#include <optional>

#include "contract/checks.hpp"

namespace hetsched::contract {

/// What the check finds; or that its process was ended by a signal or by a crash inside the executor, or did not end
/// within `limit` seconds. This process must have one thread.
std::optional<Violation> isolated(const std::function<std::optional<Violation>()>& check, double limit);

}  // namespace hetsched::contract
