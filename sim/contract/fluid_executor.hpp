/// \file
/// A second executor, independent of SimGrid: fluid flows with max-min fair rates by progressive filling.
#pragma once

#include <map>

#include "engine/executor.hpp"

namespace hetsched::contract {

class FluidExecutor final : public Executor {
 public:
  explicit FluidExecutor(const Fabric& fabric) : fabric_(fabric) {}

  double now() const override { return now_; }
  void start_traffic(std::uint32_t flow, double bytes, double max_rate) override;
  void start_transfer(std::uint32_t flow, std::uint32_t from, std::uint32_t to, double bytes) override;
  double cancel(std::uint32_t flow) override;
  void wait(double until, std::vector<std::uint32_t>& finished) override;

 private:
  struct Flow {
    double left = 0, cap = 0, rate = 0;
    std::vector<std::uint32_t> resources;  ///< memories first, then links
  };
  void share();
  void pass(double time);

  Fabric fabric_;
  double now_ = 0;
  std::map<std::uint32_t, Flow> flows_;
};

}  // namespace hetsched::contract
