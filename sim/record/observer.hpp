/// \file
/// The interface through which the engine reports facts; output formats stay behind it.
#pragma once

#include "record/records.hpp"

namespace hetsched {

/// Receives facts in order of simulated time. String views in records stay valid for the whole run.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void request_ended(const RequestRecord&) {}
  virtual void task_ended(const TaskRecord&) {}
  virtual void transfer_ended(const TransferRecord&) {}
  virtual void power(const PowerRecord&) {}
  /// At the end of the run, one call per accelerator in order, then run_ended.
  virtual void accelerator(const AcceleratorRecord&) {}
  virtual void run_ended(const RunTotals&) {}
  /// Does it want task_ended, transfer_ended and power? If nobody does, the engine does not build them.
  [[nodiscard]] virtual bool wants_tasks() const { return false; }
};

}  // namespace hetsched
