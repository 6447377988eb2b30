/// \file
/// Hands facts to the observers of a run, and adds up its energy.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

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
    if (!detailed_ || !(to > from)) return;
    std::erase_if(held_, [&](const Held& held) {
      if (held.component != component) return false;
      each(&Observer::power, PowerRecord{component, held.part, from, to, held.energy / (to - from)});
      return true;
    });
    if (power != 0) each(&Observer::power, PowerRecord{component, part, from, to, power});
  }
  /// Energy spread evenly over a piece of time; over the next piece of the component if it has no length.
  void energy(std::string_view component, std::string_view part, double from, double to, double energy) {
    if (to > from)
      power(component, part, from, to, energy / (to - from));
    else if (detailed_ && energy != 0)
      held_.push_back({component, part, energy});
  }
  /// At the end of the run: what no piece came for is spread over all of it.
  void end(double at) {
    for (const Held& held : std::exchange(held_, {})) energy(held.component, held.part, 0, at, held.energy);
  }

  RunTotals totals;

 private:
  struct Held {
    std::string_view component, part;
    double energy = 0;  ///< J
  };

  template <class R>
  void each(void (Observer::*what)(const R&), const R& record) {
    for (Observer* observer : observers_) (observer->*what)(record);
  }

  std::span<Observer* const> observers_;
  bool detailed_;
  std::vector<Held> held_;  ///< energy of what took no time
};

}  // namespace hetsched
