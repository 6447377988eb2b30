/// \file
/// The executor on SimGrid. Everything runs in SimGrid's maestro; there are no actors.
#pragma once

#include <memory>

#include "engine/executor.hpp"

namespace hetsched {

/// Traffic of tasks is one bounded Exec per task on a host that stands for the memory ("SoC"), or, on a fabric
/// with links, one Comm through a private link that caps its rate and the memory's link ("multi-hop").
/// Transfers are Comms. SimGrid holds one simulation per process: make one of these at a time, and one process
/// per run where bit-identical results matter (a second one in a process starts at SimGrid's old clock).
std::unique_ptr<Executor> make_simgrid_executor(const Fabric& fabric);

/// "3.32"
const char* simgrid_version();

}  // namespace hetsched
