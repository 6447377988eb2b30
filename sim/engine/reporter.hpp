/// \file
/// Hands facts to the observers of a run, and adds up its energy.
#pragma once

#include <algorithm>
#include <span>

#include "record/observer.hpp"

namespace hetsched {

class Reporter {
 public:
  explicit Reporter(std::span<Observer* const> observers)
      : observers_(observers),
        detailed_(std::any_of(observers.begin(), observers.end(), [](Observer* o) { return o->wants_tasks(); })) {}

  /// Does anybody want tasks, transfers and power?
  [[nodiscard]] bool detailed() const { return detailed_; }

  void task_ended(const TaskRecord& r) { each(&Observer::task_ended, r); }
  void transfer_ended(const TransferRecord& r) { each(&Observer::transfer_ended, r); }
  void request_ended(const RequestRecord& r) { each(&Observer::request_ended, r); }
  void accelerator(const AcceleratorRecord& r) { each(&Observer::accelerator, r); }
  void run_ended() { each(&Observer::run_ended, totals); }
  /// A piece of constant power; nothing if it has no length or no power.
  void power(std::string_view component, std::string_view part, double from, double to, double power) {
    if (detailed_ && to > from && power != 0) each(&Observer::power, PowerRecord{component, part, from, to, power});
  }
  /// Energy spread evenly over a piece of time.
  void energy(std::string_view component, std::string_view part, double from, double to, double energy) {
    if (to > from) power(component, part, from, to, energy / (to - from));
  }

  RunTotals totals;

 private:
  template <class R>
  void each(void (Observer::*what)(const R&), const R& record) {
    for (Observer* observer : observers_) (observer->*what)(record);
  }

  std::span<Observer* const> observers_;
  bool detailed_;
};

}  // namespace hetsched
