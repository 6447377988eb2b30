/// \file
/// Parameters of the roofline cost model.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/fields.hpp"
#include "model/operators.hpp"

namespace hetsched {

/// A number for each number format; formats without one are not supported.
struct OpsPerSecond {
  std::optional<double> fp32, fp16, bf16, int8, int4;
};
template <>
inline constexpr auto fields<OpsPerSecond> = std::tuple{
    field("fp32", &OpsPerSecond::fp32, "peak of this format", {.unit = "op/s", .above = 0}),
    field("fp16", &OpsPerSecond::fp16, "peak of this format", {.unit = "op/s", .above = 0}),
    field("bf16", &OpsPerSecond::bf16, "peak of this format", {.unit = "op/s", .above = 0}),
    field("int8", &OpsPerSecond::int8, "peak of this format", {.unit = "op/s", .above = 0}),
    field("int4", &OpsPerSecond::int4, "peak of this format", {.unit = "op/s", .above = 0}),
};

/// Joules per operation, by number format.
struct EnergyPerOp {
  std::optional<double> fp32, fp16, bf16, int8, int4;
};
template <>
inline constexpr auto fields<EnergyPerOp> = std::tuple{
    field("fp32", &EnergyPerOp::fp32, "energy of one operation; a multiply-accumulate is two", {.unit = "J"}),
    field("fp16", &EnergyPerOp::fp16, "energy of one operation; a multiply-accumulate is two", {.unit = "J"}),
    field("bf16", &EnergyPerOp::bf16, "energy of one operation; a multiply-accumulate is two", {.unit = "J"}),
    field("int8", &EnergyPerOp::int8, "energy of one operation; a multiply-accumulate is two", {.unit = "J"}),
    field("int4", &EnergyPerOp::int4, "energy of one operation; a multiply-accumulate is two", {.unit = "J"}),
};

/// What of the peaks is reached by some operators in some formats.
struct Efficiency {
  std::vector<OperatorClass> operators;
  std::vector<Precision> precisions;
  std::optional<double> compute, memory, overhead;
};
template <>
inline constexpr auto fields<Efficiency> = std::tuple{
    field("operators", &Efficiency::operators, "the operators that it is for; default: all", {}),
    field("precisions", &Efficiency::precisions, "the number formats that it is for; default: all", {}),
    field("compute", &Efficiency::compute, "part of the peak reached; may be above 1 (Winograd)", {.above = 0}),
    field("memory", &Efficiency::memory, "part of the bandwidth reached", {.above = 0}),
    field("overhead", &Efficiency::overhead, "time before each layer (kernel launch)", {.unit = "s"}),
};

/// t = overhead + max(ops / (peak compute_efficiency), bytes / (bandwidth memory_efficiency)).
/// Source: Williams, Waterman, Patterson, CACM 52(4), 2009.
struct RooflineSpec {
  std::vector<OperatorClass> operators;
  OpsPerSecond peak;
  double bandwidth = 0;
  double compute_efficiency = 1, memory_efficiency = 1, overhead = 0;
  std::vector<Efficiency> efficiencies;
  std::optional<double> norm;
  EnergyPerOp energy_per_op;
  double energy_per_byte = 0;
};
template <>
inline constexpr auto fields<RooflineSpec> = std::tuple{
    field("operators", &RooflineSpec::operators, "the operators that it is for; default: all", {}),
    field("peak", &RooflineSpec::peak, "peak operations per second at the kind's first operating point, by number format; a multiply-accumulate is two", {.required = true}),
    field("bandwidth", &RooflineSpec::bandwidth, "peak bandwidth between the accelerator and its memory", {.required = true, .unit = "B/s", .above = 0}),
    field("compute_efficiency", &RooflineSpec::compute_efficiency, "part of the peak reached where efficiencies say nothing else", {.above = 0}),
    field("memory_efficiency", &RooflineSpec::memory_efficiency, "part of the bandwidth reached where efficiencies say nothing else", {.above = 0}),
    field("overhead", &RooflineSpec::overhead, "time before each layer where efficiencies say nothing else", {.unit = "s"}),
    field("efficiencies", &RooflineSpec::efficiencies, "exceptions; of those that fit, the first that says something counts", {}),
    field("norm", &RooflineSpec::norm, "p of the p-norm that joins compute and memory time, a smooth maximum; default: the maximum itself", {.min = 1}),
    field("energy_per_op", &RooflineSpec::energy_per_op, "energy of an operation, by number format", {}),
    field("energy_per_byte", &RooflineSpec::energy_per_byte, "energy of a byte moved", {.unit = "J/B"}),
};
template <>
inline constexpr std::string_view tag<RooflineSpec> = "roofline";

}  // namespace hetsched
