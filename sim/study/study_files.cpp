#include "study/study_files.hpp"

#include <string>

#include "study/capacity.hpp"
#include "study/compare.hpp"
#include "study/gain.hpp"
#include "study/study_folder.hpp"
#include "study/study_tables.hpp"

namespace hetsched {
namespace {

template <Described S>
std::vector<ResultColumn> columns_of() {
  std::vector<ResultColumn> columns;
  for_each_field<S>([&](const auto& f) {
    columns.push_back({std::string(f.name), std::string(f.about.unit), std::string(f.doc)});
  });
  return columns;
}

const ResultColumn kPoint = {"point", "", "number of the run, from 0"};

/// What tells runs apart; the same in all files that have a row per run.
std::vector<ResultColumn> label_columns() {
  return {{"platform", "", "name of the platform"},
          {"workload", "", "name of the workload"},
          {"policy", "", "name of the policy, with its parameters where it is there with several sets of them"},
          {"seed", "", "seed of all random numbers"},
          {"<path>", "", "one column per other factor of the experiment, named by its path"}};
}

}  // namespace

std::vector<ResultFile> study_files() {
  ResultFile points{std::string(kPointsFile), "one row per run: what it was and all its metrics", {kPoint}};
  points.columns.push_back({"status", "", "ok, failed, or interrupted (not run, or ended before its end)"});
  points.columns.push_back({"error", "", "why it failed; its metrics are empty"});
  ResultFile streams{"streams.csv", "one row per run and stream", {kPoint}};
  for (const ResultColumn& column : label_columns()) {
    points.columns.push_back(column);
    streams.columns.push_back(column);
  }
  points.columns.push_back({"<metrics>", "", "as in summary.json of a run"});
  streams.columns.push_back({"<metrics>", "", "as in streams.csv of a run"});
  ResultFile plan{std::string(kPlanFile), "the points in their order, and what their results are known by", {kPoint}};
  plan.columns.push_back({"cell", "", "number of the combination of levels that it replicates, from 0"});
  plan.columns.push_back({"id", "", "hash of all that its result depends on"});
  for (const ResultColumn& column : label_columns()) plan.columns.push_back(column);
  return {
      points,
      streams,
      {std::string(kTimingFile), "what each run cost on this machine; differs from time to time",
       columns_of<TimingRow>()},
      plan,
      {std::string(kJournalFolder) + "/",
       "a record of each point that has been run, from which the tables are made",
       {}},
      {std::string(kStudyFile), "how the study was made: experiment, input files and their hashes, versions", {}},
      {std::string(kRunsFolder) + "/<point>/", "the files of each run, if records are wanted", {}},
      {std::string(kAsideFolder) + "/", "results of points that are not in the study as it is now", {}},
      {"comparison.csv",
       "as hetsched compare -o writes it: one row per group of runs and metric; first the columns that tell "
       "groups apart",
       columns_of<ComparisonRow>()},
      {std::string(kCapacityFile),
       "as hetsched capacity writes it: one row per combination of the factors but the load; first the columns that "
       "tell combinations apart",
       columns_of<CapacityRow>()},
      {std::string(kGainFile),
       "as hetsched capacity writes it if the experiment names baseline platforms: one row per platform, workload and "
       "baseline",
       columns_of<GainRow>()}};
}

}  // namespace hetsched
