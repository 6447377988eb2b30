/// \file
/// Runs an instance again and again, each time decided by another process: what is behind the Python class
/// hetsched.Env.
#pragma once

#include "agent/wire.hpp"
#include "model/instance.hpp"
#include "study/run.hpp"

namespace hetsched::agent {

struct Session {
  const Instance& instance;
  Provenance provenance;
  std::uint32_t window = 16;                 ///< ready tasks that an action can choose from
  bool energy = false;                       ///< follow energy
  Compression compress = Compression::none;  ///< of the records of its episodes
};

/// Says hello and serves episodes until the other end has gone. Each is a process of its own: SimGrid
/// simulates once per process, and what an abandoned episode leaves is gone with it.
void serve(const Session& session, const Wire& wire);

}  // namespace hetsched::agent
