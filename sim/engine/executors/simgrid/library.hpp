/// \file
/// The executor on SimGrid. Everything runs in SimGrid's maestro; there are no actors. It is a shared library of its
/// own (libhetsched_simgrid.so), since to load SimGrid takes longer than many a run.
#pragma once

#include <cstddef>

#include "engine/executor.hpp"

/// Traffic of tasks is one bounded Exec per task on a host that stands for the memory, or, on a fabric with links or
/// whose rates change, one Comm through a private link that caps its rate and the memory's link. Transfers are Comms.
/// SimGrid holds one simulation per process: make one of these at a time, and one process per run where bit-identical
/// results matter (a second one in a process starts at SimGrid's old clock).
///
/// SimGrid's last message goes, with a zero behind it, into a buffer of a size; if that is 0, to standard error. The
/// caller owns the result.
extern "C" hetsched::Executor* hetsched_make_simgrid_executor(const hetsched::Fabric* fabric, char* last_message,
                                                              std::size_t size);
