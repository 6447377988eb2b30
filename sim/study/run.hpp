/// \file
/// One run, in this process, and the directory it leaves behind.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "base/json_document.hpp"
#include "engine/engine.hpp"
#include "model/scenario.hpp"
#include "policy/catalog.hpp"
#include "record/observer.hpp"
#include "record/summary.hpp"
#include "study/study.hpp"

namespace hetsched {

/// What a run cost on this machine. Not part of the results: it differs from run to run.
struct RunCost {
  double wall = 0, cpu = 0;       ///< s
  std::uint64_t peak_memory = 0;  ///< KiB, of the process
  DecisionTime decisions;
};

struct RunResult {
  RunSummary summary;
  std::vector<StreamSummary> streams;  ///< in the workload's order
  RunCost cost;
};

/// What manifests say of what decides.
struct DeciderRecord {
  Json policy = nullptr;         ///< as in an experiment
  Json plugins = Json::array();  ///< where it may be from
};

/// What a manifest says of how a run came about, besides the run itself.
struct Provenance {
  Strings argv;
  std::vector<InputFile> inputs;
};

/// One run in this process, which should have one only: see engine/executors. What has simulated it is taken apart with
/// this object: tell and store results and errors before that, so that they are safe from what may happen there.
class Simulation {
 public:
  /// Simulates a scenario on the reference executor. `observers` are told what happens besides. Throws what simulate()
  /// throws, and an InputError if the scenario cannot be run.
  RunResult run(const Scenario& scenario, const Catalog& catalog, std::span<Observer* const> observers = {});
  /// The same of an instance, whatever decides in it.
  RunResult run(const Instance& instance, const Decider& decider, std::span<Observer* const> observers = {});

  /// Runs a scenario into a directory: run.json and summary.json, streams.csv and, by level, the files of
  /// record/result_files.hpp. The directory appears when it is whole. One that is there already is replaced if
  /// it is empty or holds a run.json; else an InputError is thrown before anything is run.
  RunResult run_into(const std::filesystem::path& directory, const Scenario& scenario, const Catalog& catalog,
                     RecordLevel level, const Provenance& provenance);
  /// The same of an instance, whatever decides in it, with further observers.
  RunResult run_into(const std::filesystem::path& directory, const Instance& instance, const Decider& decider,
                     const DeciderRecord& record, RecordLevel level, const Provenance& provenance,
                     std::span<Observer* const> observers = {});

 private:
  std::unique_ptr<Executor> executor_;
};

}  // namespace hetsched
