/// \file
/// Where inputs of requests come from and where their results go: what a workload says, on a platform.
#pragma once

#include "base/errors.hpp"
#include "base/json_document.hpp"
#include "hetsched/ids.hpp"
#include "model/platform.hpp"
#include "model/workload.hpp"

namespace hetsched {

/// The memory where the inputs of a stream's requests lie when they arrive: its own source, else the platform's host;
/// none: they are in every memory.
MemoryId source_of(const PlatformSpec& platform, const StreamSpec& stream);
/// The memory where its results have to be: its own sink, else the platform's host; none: where they are.
MemoryId sink_of(const PlatformSpec& platform, const StreamSpec& stream);

/// Checks that the platform has the memories that streams name, with ways from them (and back) to all that accelerators
/// use. `workload` is what the streams were read from.
void check_places(const PlatformSpec& platform, const WorkloadSpec& streams, const Node& workload, Problems& problems);

}  // namespace hetsched
