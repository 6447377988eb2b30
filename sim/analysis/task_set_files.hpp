/// \file
/// A drawn set of streams as the files of a run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/task_sets.hpp"
#include "base/json_document.hpp"

namespace hetsched::analysis {

/// The files of one set, by name: models are named in the workload as `folder` + their key.
struct TaskSetFiles {
  std::string workload;                       ///< text of the workload file
  std::map<std::string, std::string> models;  ///< text of each model file, by name of the file
};

/// The workload is called `name`, its streams t0, t1, ... Requests arrive for `duration` (s), the first ones at 0.
TaskSetFiles task_set_files(const std::vector<DrawnStream>& streams, const std::string& name, const std::string& folder,
                            Seconds duration);

/// One accelerator, of the kind that the models have costs for.
std::string task_set_platform();

/// An experiment that runs the workloads, by path, on the platform beside it: rate-monotonically and under EDF.
std::string task_set_experiment(const std::string& name, const std::string& question, const Strings& workloads);

}  // namespace hetsched::analysis
