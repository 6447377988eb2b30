/// \file
/// Parameters of the cost models of spatial arrays of processing elements (dataflow accelerators).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fields.hpp"
#include "model/operators.hpp"

namespace hetsched {

/// What an array has beside its processing elements, whatever its dataflow.
enum class EnergyMode { maestro, eyeriss, physical };
template <>
inline constexpr auto enum_names<EnergyMode> = std::array{"maestro", "eyeriss", "physical"};

/// Which tensor stays in a systolic array: outputs, weights or inputs.
enum class Stationary { os, ws, is };
template <>
inline constexpr auto enum_names<Stationary> = std::array{"os", "ws", "is"};

/// How the time to fill and drain a systolic array is counted.
enum class FillTerm { tool, paper };
template <>
inline constexpr auto enum_names<FillTerm> = std::array{"tool", "paper"};

/// A systolic array with the semantics of SCALE-Sim (Samajdar et al., ISPASS 2020).
struct SystolicArraySpec {
  std::vector<OperatorClass> operators;
  std::uint32_t rows = 0, columns = 0;
  Stationary stationary = Stationary::os;
  FillTerm fill = FillTerm::tool;
};
template <>
inline constexpr auto fields<SystolicArraySpec> = std::tuple{
    field("operators", &SystolicArraySpec::operators, "the operators that it is for; default: all", {}),
    field("rows", &SystolicArraySpec::rows, "rows of processing elements", {.required = true, .min = 1}),
    field("columns", &SystolicArraySpec::columns, "columns of processing elements", {.required = true, .min = 1}),
    field("stationary", &SystolicArraySpec::stationary, "what stays in place: outputs, weights or inputs", {.required = true}),
    field("fill", &SystolicArraySpec::fill, "fill and drain as the tool counts it, or as its paper does", {}),
};
template <>
inline constexpr std::string_view tag<SystolicArraySpec> = "systolic_array";

enum class MaestroDataflow { kcp_ws, yxp_os, rs };
template <>
inline constexpr auto enum_names<MaestroDataflow> = std::array{"kcp_ws", "yxp_os", "rs"};

/// An array with the semantics of MAESTRO (Kwon et al., MICRO 2019).
struct MaestroArraySpec {
  std::vector<OperatorClass> operators;
  MaestroDataflow dataflow = MaestroDataflow::kcp_ws;
  std::uint32_t pes = 0;
  std::optional<double> noc_bandwidth;
};
template <>
inline constexpr auto fields<MaestroArraySpec> = std::tuple{
    field("operators", &MaestroArraySpec::operators, "the operators that it is for; default: all", {}),
    field("dataflow", &MaestroArraySpec::dataflow, "kcp_ws (NVDLA), yxp_os (ShiDianNao) or rs (Eyeriss)", {.required = true}),
    field("pes", &MaestroArraySpec::pes, "processing elements", {.required = true, .min = 1}),
    field("noc_bandwidth", &MaestroArraySpec::noc_bandwidth, "elements per cycle between buffer and array; default: unlimited", {.min = 1}),
};
template <>
inline constexpr std::string_view tag<MaestroArraySpec> = "maestro_array";

/// A dimension spread over processing elements.
struct Unrolling {
  std::string dim;
  std::uint32_t size = 1;
};
template <>
inline constexpr auto fields<Unrolling> = std::tuple{
    field("dim", &Unrolling::dim, "a dimension of the layer", {.required = true, .words = {"n", "k", "c", "p", "q", "r", "s"}}),
    field("size", &Unrolling::size, "how many of it are computed at once", {.required = true, .min = 1}),
};

/// An array whose spatial unrolling is data.
struct MappedArraySpec {
  std::vector<OperatorClass> operators;
  std::vector<Unrolling> unroll;
};
template <>
inline constexpr auto fields<MappedArraySpec> = std::tuple{
    field("operators", &MappedArraySpec::operators, "the operators that it is for; default: all", {}),
    field("unroll", &MappedArraySpec::unroll, "dimensions spread over the processing elements; the product of sizes is their number", {.required = true}),
};
template <>
inline constexpr std::string_view tag<MappedArraySpec> = "mapped_array";

}  // namespace hetsched
