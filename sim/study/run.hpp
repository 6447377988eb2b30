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
#include "study/prepared.hpp"
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

/// The decider in the manifest of a run.
struct DeciderRecord {
  Json policy = nullptr;         ///< as in an experiment
  Json plugins = Json::array();  ///< those loaded, one of which it may come from
  Strings without_effect = {};   ///< what of it cannot have any effect
};

/// The origin of a run in its manifest: command line and input files.
struct Provenance {
  Strings argv;
  std::vector<InputFile> inputs;
  std::string point_id = {};  ///< of a point of a study
};

/// One run in this process, which should have one only: see engine/executors. The executor is
/// destroyed with this object, and may crash then: print and store results and errors before.
class Simulation {
 public:
  /// Simulates a scenario on the executor that it names. `observers` are told what happens besides. Throws what
  /// simulate() throws, and an InputError if the scenario cannot be run.
  RunResult run(const Scenario& scenario, const Catalog& catalog, std::span<Observer* const> observers = {});
  /// As above, with what has been prepared of the platform and the workload.
  RunResult run(const Scenario& scenario, const Prepared& prepared, const Catalog& catalog,
                std::span<Observer* const> observers = {});
  /// As above, with another decider than a policy of the catalogue.
  RunResult run(const Instance& instance, const Prepared& prepared, const Decider& decider,
                std::span<Observer* const> observers = {});

  /// Runs a scenario into a directory: run.json and summary.json, streams.csv and, by level, the files of
  /// record/result_files.hpp. The directory appears when it is whole. One that is there already is replaced if
  /// it is empty or holds a run.json; else an InputError is thrown before anything is run.
  RunResult run_into(const std::filesystem::path& directory, const Scenario& scenario, const Prepared& prepared,
                     const Catalog& catalog, Recording recording, const Provenance& provenance);
  /// As above, with another decider than a policy of the catalogue, and further observers.
  RunResult run_into(const std::filesystem::path& directory, const Instance& instance, const Prepared& prepared,
                     const Decider& decider, const DeciderRecord& record, Recording recording,
                     const Provenance& provenance, std::span<Observer* const> observers = {});

 private:
  RunResult run(const Instance& instance, const Prepared& prepared, const Decider& decider, SummaryBasis basis,
                std::span<Observer* const> observers);
  RunResult run_into(const std::filesystem::path& directory, const Instance& instance, const Prepared& prepared,
                     const Decider& decider, SummaryBasis basis, const DeciderRecord& record, Recording recording,
                     const Provenance& provenance, std::span<Observer* const> observers);

  std::unique_ptr<Executor> executor_;
};

}  // namespace hetsched
