/// \file
/// The executor in closed form, independent of SimGrid: fluid flows with max-min fair rates, on single memories by
/// virtual time (fair_memory.hpp), over links by progressive filling (filling.hpp).
#pragma once

#include <memory>

#include "engine/executor.hpp"

namespace hetsched {

/// Any number of them may be there at a time; each one's clock begins at 0.
std::unique_ptr<Executor> make_fluid_executor(const Fabric& fabric);

}  // namespace hetsched
