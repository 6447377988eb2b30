/// \file
/// What rewards are made of: running totals of a run.
#pragma once

#include <cstdint>

#include "record/observer.hpp"

namespace hetsched::agent {

class Score final : public Observer {
 public:
  /// Energy costs time to follow: only if wanted.
  explicit Score(bool energy) : energy_wanted_(energy) {}

  void request_ended(const RequestRecord& record) override {
    time_of_ended_ += record.end - record.arrival;
    if (record.status != RequestStatus::finished) ++misses_;
  }
  void power(const PowerRecord& record) override {
    if (record.component != "base") energy_ += record.power * (record.to - record.from);
  }
  void run_ended(const RunTotals& totals) override {
    if (energy_wanted_)
      final_energy_ = totals.energy_base + totals.energy_idle + totals.energy_active + totals.energy_transfer;
  }
  bool wants_tasks() const override { return energy_wanted_; }

  /// Time in the system of all requests that have left, s.
  [[nodiscard]] double time_of_ended() const { return time_of_ended_; }
  /// Requests that were late, dropped, or unfinished at the end.
  [[nodiscard]] std::uint64_t misses() const { return misses_; }
  /// Energy without base power, J. A stretch of constant power counts when it is over.
  [[nodiscard]] double energy_so_far() const { return energy_; }
  /// All of it, after the run.
  [[nodiscard]] double final_energy() const { return final_energy_; }

 private:
  bool energy_wanted_;
  double time_of_ended_ = 0, energy_ = 0, final_energy_ = 0;
  std::uint64_t misses_ = 0;
};

}  // namespace hetsched::agent
