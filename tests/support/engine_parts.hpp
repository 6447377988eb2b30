/// \file
/// The modules of the engine without its loop, so that a test drives one of them by hand: Engine::run() is not there,
/// and no time passes but what the test says.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "contract/inputs.hpp"
#include "contract/log.hpp"
#include "engine/devices.hpp"
#include "engine/event_queue.hpp"
#include "engine/executor.hpp"
#include "engine/releases.hpp"
#include "engine/reporter.hpp"
#include "engine/state.hpp"
#include "engine/tables.hpp"
#include "engine/transfers.hpp"
#include "support/ids.hpp"

namespace hetsched::testing {

constexpr SlotId operator""_slot(unsigned long long n) { return id_of<SlotId>(n); }
constexpr TransferId operator""_transfer(unsigned long long n) { return id_of<TransferId>(n); }
constexpr FlowId operator""_flow(unsigned long long n) { return id_of<FlowId>(n); }

/// Lets no time pass: writes down what is asked of it.
struct RecordingExecutor final : Executor {
  struct Traffic {
    SlotId slot;
    double bytes, max_rate;
  };
  struct Transfer {
    FlowId flow;
    MemoryId from, to;
    double bytes;
  };
  std::vector<Traffic> traffic;
  std::vector<Transfer> transfers;
  std::vector<FlowId> cancelled;
  double left = 0;  ///< bytes that a flow has left when it is given up

  double now() const override { return 0; }
  void start_traffic(SlotId slot, double bytes, double max_rate) override {
    traffic.push_back({slot, bytes, max_rate});
  }
  void start_transfer(FlowId flow, MemoryId from, MemoryId to, double bytes) override {
    transfers.push_back({flow, from, to, bytes});
  }
  void set_max_rate(SlotId, double) override {}
  void set_bandwidth(MemoryId, double) override {}
  double cancel(FlowId flow) override {
    cancelled.push_back(flow);
    return left;
  }
  void wait(double, std::vector<FlowId>& finished) override { finished.clear(); }
};

/// The state of a scenario as its run begins, and what keeps it alive.
struct StateParts {
  explicit StateParts(std::shared_ptr<Scenario> of)
      : scenario(std::move(of)), tables(built(*scenario)), state(tables) {}
  explicit StateParts(const contract::Inputs& inputs) : StateParts(contract::make_scenario(inputs)) {}

  std::shared_ptr<Scenario> scenario;
  Tables tables;
  State state;
  EventQueue events;

 private:
  static Tables built(const Scenario& scenario) {
    Problems problems;
    Tables tables = Tables::build(scenario, problems);
    problems.throw_if_any();
    return tables;
  }
};

/// And what works: devices and transfers around an executor, with a log of all they report.
template <class ExecutorType = RecordingExecutor>
struct EngineParts : StateParts {
  template <class... Arguments>
  explicit EngineParts(std::shared_ptr<Scenario> of, Arguments&&... arguments)
      : StateParts(std::move(of)),
        executor(std::forward<Arguments>(arguments)...),
        reporter(observers),
        devices(tables, scenario->options.execution_jitter, scenario->options.seed, state, executor, events, reporter),
        transfers(tables, state, executor, events, reporter, devices.slots().size()) {}
  template <class... Arguments>
  explicit EngineParts(const contract::Inputs& inputs, Arguments&&... arguments)
      : EngineParts(contract::make_scenario(inputs), std::forward<Arguments>(arguments)...) {}

  contract::Log log;
  Observer* const observers[1] = {&log};
  ExecutorType executor;
  Reporter reporter;
  Devices devices;
  Transfers transfers;
};

}  // namespace hetsched::testing
