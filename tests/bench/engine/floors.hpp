/// \file
/// What the load of bench_engine costs without the engine: programs with nothing of it but the load.
#pragma once

#include <cstdint>

#include "bench/engine/load.hpp"

namespace hetsched::bench {

struct Result {
  double cpu = 0;  ///< s
  std::uint64_t tasks = 0;
  double end = 0;   ///< s of simulated time
  double peak = 0;  ///< KiB
};

double cpu_seconds();

/// SimGrid with the load in its callbacks.
Result run_bare_simgrid(const Load& load);

/// A heap of ends and arrivals; flows that share a memory are looked at one by one.
Result run_plain_loop(const Load& load);

}  // namespace hetsched::bench
