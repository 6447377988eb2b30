/// \file
/// The executor on SimGrid, which is loaded when the first one is made.
#pragma once

#include <memory>

#include "engine/executor.hpp"

namespace hetsched {

/// See simgrid/library.hpp. Throws what guarded_executor() throws, and an InputError if the library cannot be loaded.
std::unique_ptr<Executor> make_simgrid_executor(const Fabric& fabric);

/// Loads the library now, for processes that are forked from this one.
void load_simgrid();

}  // namespace hetsched
