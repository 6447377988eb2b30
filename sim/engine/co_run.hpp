/// \file
/// What policies are told of how those who run at once slow each other down: predicted, by what they compute now.
#pragma once

#include "engine/devices.hpp"
#include "engine/shares.hpp"
#include "engine/state.hpp"
#include "engine/transfers.hpp"

namespace hetsched {

class CoRun final : public CoRunModel {
 public:
  CoRun(const Tables& tables, State& state, const Devices& devices, const Transfers& transfers)
      : tables_(tables), state_(state), devices_(devices), transfers_(transfers) {
    tables.fill(fixed_);
  }

  [[nodiscard]] Slowdown slowdown(TaskRef task, AcceleratorId accelerator, VariantId variant) const override;
  [[nodiscard]] bool has_model(MemoryId memory) const override { return !tables_.contention(memory).is_max_min(); }
  void rates(MemoryId memory, std::span<const MemoryDemand> running, std::span<double> rates) const override {
    tables_.contention(memory).rates(running, 0, rates);
  }

 private:
  [[nodiscard]] CoRunner runner(TaskRef task, AcceleratorId accelerator, VariantId variant, std::uint32_t batch) const;

  const Tables& tables_;
  State& state_;
  const Devices& devices_;
  const Transfers& transfers_;
  SystemView fixed_;  ///< for costs; its changing parts are not used
};

}  // namespace hetsched
