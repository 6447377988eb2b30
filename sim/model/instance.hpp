/// \file
/// An instance: a run without a policy. What there is to decide, and everything else that a run depends on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "model/network.hpp"
#include "model/platform.hpp"
#include "model/workload.hpp"

namespace hetsched {

enum class JitterDistribution { none, uniform, lognormal, exponential };
template <>
inline constexpr auto enum_names<JitterDistribution> = std::array{"none", "uniform", "lognormal", "exponential"};

/// How true execution times differ from predicted ones: a factor of mean 1 per task of a request, the same
/// under every policy and on every accelerator.
struct ExecutionJitter {
  JitterDistribution distribution = JitterDistribution::none;
  double spread = 0;
};
template <>
inline constexpr auto fields<ExecutionJitter> = std::tuple{
    field(
        "distribution", &ExecutionJitter::distribution,
        "none; uniform in 1 +- spread; lognormal of mean 1 and coefficient of variation spread; exponential of mean 1",
        {.required = true}),
    field("spread", &ExecutionJitter::spread, "half width, or coefficient of variation", {.max = 100}),
};

/// Simulated time that deciding takes: decisions take effect that much later.
struct DecisionLatency {
  double per_call = 0, per_start = 0;  ///< s
};
template <>
inline constexpr auto fields<DecisionLatency> = std::tuple{
    field("per_call", &DecisionLatency::per_call, "for every call of the policy that decides something", {.unit = "s"}),
    field("per_start", &DecisionLatency::per_start, "for every task it starts", {.unit = "s"}),
};

/// An accelerator that is off for a while.
struct Outage {
  std::string accelerator;
  double off = 0;            ///< s
  std::optional<double> on;  ///< s
};
template <>
inline constexpr auto fields<Outage> = std::tuple{
    field("accelerator", &Outage::accelerator, "name of an accelerator", {.required = true}),
    field("off", &Outage::off, "when it is turned off; its tasks fail and are ready again",
          {.required = true, .unit = "s"}),
    field("on", &Outage::on, "when it is turned on again; default: never", {.unit = "s"}),
};

/// How a run is carried out, apart from platform and workload.
struct RunOptions {
  std::uint64_t seed = 1;
  ExecutionJitter execution_jitter;
  DecisionLatency decision_latency;
  std::vector<Outage> outages;
  std::optional<double> decision_limit;  ///< s of wall-clock time that a call of the policy may take
  std::string executor;                  ///< by name, what lets time pass; empty: the reference
  bool optimum = false;                  ///< find the optimum of a single request, for the summary
  double warm_up = 0;                    ///< s from the start that count in no metric
  bool alone = true;                     ///< run a request of each stream alone, for the summary
};

struct Instance {
  PlatformSpec platform;
  WorkloadSpec workload;
  /// The model of each stream, by index of workload.streams; streams of one file share one.
  std::vector<std::shared_ptr<const Network>> networks;
  RunOptions options;

  /// "platform x, workload y, policy edf+drop, seed 1", under a policy of that name.
  [[nodiscard]] std::string title(const std::string& policy) const {
    return "platform " + platform.name + ", workload " + workload.name + ", policy " + policy + ", seed " +
           std::to_string(options.seed);
  }
};

}  // namespace hetsched
