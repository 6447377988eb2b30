/// \file
/// A sweep in parts as an array job of Slurm, and a job that depends on it and puts the results together.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "study/cluster/parts.hpp"

namespace hetsched {

/// Tasks that an array may have if nobody says otherwise: Slurm's own default.
inline constexpr std::size_t kSlurmTasks = 1000;

struct SlurmJobs {
  SweepInParts sweep;
  std::size_t at_once = 0;  ///< tasks of the array that may run at a time; 0: as many as the cluster lets
  Strings options;          ///< of sbatch, for both jobs, one per element: "--partition=long"
};

inline constexpr std::string_view kArrayScript = "array.sh", kMergeScript = "merge.sh";

/// The scripts. They are submitted from their folder. Throws InputError if an option of sbatch has a line break.
std::string array_script(const SlurmJobs& jobs);
std::string merge_script(const SlurmJobs& jobs);

/// The words that submit each of them.
Strings sbatch_array();
Strings sbatch_merge(const std::string& array_job);

/// Writes both scripts into the cluster folder and submits them. Throws InputError if there is no sbatch, or with what
/// it says if it refuses.
struct SubmittedJobs {
  std::string array, merge;  ///< their numbers
};
SubmittedJobs submit(const SlurmJobs& jobs);

/// Tasks that an array job may have on this machine's cluster; nothing if there is no scontrol that answers.
std::optional<std::size_t> most_slurm_tasks();

}  // namespace hetsched
