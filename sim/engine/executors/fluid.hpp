/// \file
/// The executor in closed form: fluid flows with max-min fair rates by progressive filling, independent of SimGrid.
#pragma once

#include <memory>

#include "engine/executor.hpp"

namespace hetsched {

/// Any number of them may be there at a time; each one's clock begins at 0.
std::unique_ptr<Executor> make_fluid_executor(const Fabric& fabric);

}  // namespace hetsched
