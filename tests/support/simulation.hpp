/// \file
/// Runs small scenarios written as JSON text, on SimGrid or on the fluid executor, keeps all records, and checks of
/// every run what must hold of any run (conservation.hpp).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "hetsched/policy.hpp"
#include "model/scenario.hpp"
#include "record/observer.hpp"

namespace hetsched::testing {

/// All records of a run. Owns what their string views point into.
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
  /// The only record of a task of the first request.
  [[nodiscard]] const TaskRecord& task(const std::string& name, std::uint64_t request = 0) const;
};

/// The JSON texts of a scenario. Streams name their models by the keys of `models`.
struct Inputs {
  std::string platform, workload;
  std::map<std::string, std::string> models;
};

/// Throws InputError if something is wrong with the inputs.
std::shared_ptr<Scenario> make_scenario(const Inputs& inputs);

/// The scenario of a platform and a workload file of this repository, by paths from its root.
std::shared_ptr<Scenario> load_scenario(const std::string& platform, const std::string& workload);

enum class Backend { simgrid, fluid };

/// Runs the scenario and checks conservation.
Log simulate_log(std::shared_ptr<Scenario> scenario, Policy& policy, Backend backend = Backend::simgrid);
/// The same with a built-in policy, default or given parameters.
Log simulate_log(std::shared_ptr<Scenario> scenario, const std::string& policy, Params::Values parameters = {},
                 Backend backend = Backend::simgrid);

/// A policy that is a function.
class Scripted final : public Policy {
 public:
  explicit Scripted(std::function<void(const SystemView&, Decisions&)> decide) : decide_(std::move(decide)) {}
  void decide(const SystemView& view, Decisions& out) override { decide_(view, out); }

 private:
  std::function<void(const SystemView&, Decisions&)> decide_;
};

/// A model that is a chain of layers, each with the same row of costs: `row` holds further JSON members, e.g.
/// "\"kind\": \"k\", \"time\": 1".
std::string chain_model(const std::string& name, int layers, const std::string& row);

}  // namespace hetsched::testing
