/// \file
/// How many processors there are for this process.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hetsched {

/// Where the system says what a process may use.
struct ProcessorLimits {
  unsigned affinity = 1;                                   ///< processors it may run on
  std::filesystem::path own_groups = "/proc/self/cgroup";  ///< the control groups it is in
  std::filesystem::path mounts = "/proc/self/mountinfo";   ///< where their files lie
  std::optional<std::string> slurm_cpus;                   ///< SLURM_CPUS_PER_TASK
};

/// The limits of this process.
ProcessorLimits processor_limits();

/// The least of what the affinity, the quotas of control groups (v2 cpu.max, v1 cpu.cfs_quota_us, of the group and of
/// all above it) and Slurm allow; a part of a processor counts as one, and there is at least one. What cannot be read
/// limits nothing.
unsigned available_processors(const ProcessorLimits& limits = processor_limits());

}  // namespace hetsched
