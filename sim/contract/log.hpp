/// \file
/// All records of a run, kept in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "model/scenario.hpp"
#include "record/observer.hpp"

namespace hetsched::contract {

/// Owns what its records' string views point into.
struct Log : Observer {
  std::shared_ptr<Scenario> scenario;
  std::shared_ptr<Tables> tables;
  std::vector<RequestRecord> requests;
  std::vector<TaskRecord> tasks;
  std::vector<TransferRecord> transfers;
  std::vector<PowerRecord> pieces;
  std::vector<AcceleratorRecord> accelerators;
  RunTotals totals;

  void request_ended(const RequestRecord& r) override { requests.push_back(r); }
  void task_ended(const TaskRecord& r) override { tasks.push_back(r); }
  void transfer_ended(const TransferRecord& r) override { transfers.push_back(r); }
  void power(const PowerRecord& r) override { pieces.push_back(r); }
  void accelerator(const AcceleratorRecord& r) override { accelerators.push_back(r); }
  void run_ended(const RunTotals& r) override { totals = r; }
  bool wants_tasks() const override { return true; }

  [[nodiscard]] double energy() const {
    return totals.energy_base + totals.energy_idle + totals.energy_active + totals.energy_transfer;
  }
  /// The only record of a task of a request; throws std::out_of_range if there is none.
  [[nodiscard]] const TaskRecord& task(const std::string& name, std::uint64_t request = 0) const;
  /// Everything as text: equal for equal runs.
  [[nodiscard]] std::string text() const;
};

/// How to make what passes the time of a run.
using MakeExecutor = std::unique_ptr<Executor> (*)(const Fabric&);

/// Runs a scenario. Throws what simulate() throws, and an InputError if the scenario cannot be run.
Log logged_run(std::shared_ptr<Scenario> scenario, Policy& policy, MakeExecutor make_executor,
               bool clairvoyant = false);

}  // namespace hetsched::contract
