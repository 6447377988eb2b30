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
  std::optional<double> fp32 = {}, fp16 = {}, bf16 = {}, int8 = {}, int4 = {};
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
  std::optional<double> fp32 = {}, fp16 = {}, bf16 = {}, int8 = {}, int4 = {};
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
  std::vector<OperatorClass> operators = {};
  std::vector<Precision> precisions = {};
  std::optional<bool> pointwise = {};
  std::optional<double> compute = {}, memory = {}, overhead = {};
};
template <>
inline constexpr auto fields<Efficiency> = std::tuple{
    field("operators", &Efficiency::operators, "the operators that it is for; default: all", {}),
    field("precisions", &Efficiency::precisions, "the number formats that it is for; default: all", {}),
    field("pointwise", &Efficiency::pointwise,
          "true: only for filters of 1 x 1; false: only for larger ones; default: both", {}),
    field("compute", &Efficiency::compute,
          "part of the peak reached; above 1 where an algorithm saves operations (Winograd's saves up to 4 times for "
          "filters of 3 x 3)",
          {.max = 4, .above = 0}),
    field("memory", &Efficiency::memory, "part of the bandwidth reached", {.max = 1, .above = 0}),
    field("overhead", &Efficiency::overhead, "time before each layer (kernel launch)", {.unit = "s"}),
};

/// t = overhead + max(ops / (peak compute_efficiency), bytes / (bandwidth memory_efficiency)). Source:
/// Williams, Waterman, Patterson, CACM 52(4), 2009. The rules that refine it, all off by default:
///
/// - `norm` p: (compute^p + memory^p)^(1/p) in place of the maximum; no perfect overlap near the ridge.
/// - `half_saturation` h: a layer of x output elements reaches x / (x + h) of the part of the peak that it
///   could. It is the latency of one output's chain of additions, which only many outputs at once can hide,
///   and so is what batches help against. Checked on 39 convolutions of GoogLeNet on an AGX Xavier
///   (HaX-CoNN's profile): mean error 11.5 % with it, 13.6 % with the smaller side of the lowered matrix
///   product in place of x, 15.4 % without. About 2,000 outputs for each multiprocessor fit NVIDIA's GPUs
///   from 8 (Xavier) to 108 (A100) of them.
/// - `fused_operators`: no work of their own: the layer before them has not yet written its result. What
///   remains is the traffic of the other operands of an elementwise operator. Compilers of accelerators
///   (TensorRT, OpenVINO, DLA) fuse activations, residual additions and concatenations that way.
/// - `buffer`: the activations of a layer whose inputs and outputs fit it together stay on chip; weights are
///   read.
///
/// Peak and half_saturation are those of the kind's first operating point; at another one the peak scales
/// with frequency and active_units, half_saturation with active_units, energy per operation with
/// energy_scale, and the bandwidth is at most the point's. Where a frequency is not known, it counts as
/// unchanged.
struct RooflineSpec {
  std::vector<OperatorClass> operators = {};
  OpsPerSecond peak = {};
  double bandwidth = 0;
  double compute_efficiency = 1, memory_efficiency = 1, overhead = 0;
  std::vector<Efficiency> efficiencies = {};
  std::optional<double> norm = {};
  double half_saturation = 0;
  std::vector<OperatorClass> fused_operators = {};
  double buffer = 0;
  EnergyPerOp energy_per_op = {};
  double energy_per_byte = 0;
};
template <>
inline constexpr auto fields<RooflineSpec> = std::tuple{
    field("operators", &RooflineSpec::operators, "the operators that it is for; default: all", {}),
    field("peak", &RooflineSpec::peak,
          "peak operations per second at the kind's first operating point, by number format; a multiply-accumulate is "
          "two",
          {.required = true}),
    field("bandwidth", &RooflineSpec::bandwidth, "peak bandwidth between the accelerator and its memory",
          {.required = true, .unit = "B/s", .above = 0}),
    field("compute_efficiency", &RooflineSpec::compute_efficiency,
          "part of the peak reached where efficiencies say nothing else", {.max = 1, .above = 0}),
    field("memory_efficiency", &RooflineSpec::memory_efficiency,
          "part of the bandwidth reached where efficiencies say nothing else", {.max = 1, .above = 0}),
    field("overhead", &RooflineSpec::overhead, "time before each layer where efficiencies say nothing else",
          {.unit = "s"}),
    field("efficiencies", &RooflineSpec::efficiencies,
          "exceptions; of those that fit, the first that says something counts", {}),
    field("norm", &RooflineSpec::norm,
          "p of the p-norm that joins compute and memory time, a smooth maximum; default: the maximum itself",
          {.min = 1}),
    field("half_saturation", &RooflineSpec::half_saturation,
          "output elements of a layer at which half of what large layers reach of the peak is reached; default: all "
          "layers reach it",
          {}),
    field("fused_operators", &RooflineSpec::fused_operators,
          "operators that run inside the layer before them, which costs nothing but the traffic of further operands; "
          "default: none",
          {}),
    field("buffer", &RooflineSpec::buffer,
          "on-chip memory: inputs and outputs of a layer that fit it together are not moved; default: none",
          {.unit = "B"}),
    field("energy_per_op", &RooflineSpec::energy_per_op,
          "energy of an operation at the kind's first operating point, by number format", {}),
    field("energy_per_byte", &RooflineSpec::energy_per_byte,
          "energy of a byte moved, if the memory itself does not count it", {.unit = "J/B"}),
};
template <>
inline constexpr std::string_view tag<RooflineSpec> = "roofline";

}  // namespace hetsched
