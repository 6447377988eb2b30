/// \file
/// Parameters of the cost models of spatial arrays of processing elements (dataflow accelerators).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.hpp"
#include "model/operators.hpp"

namespace hetsched {

/// Where the energy of an access comes from.
enum class EnergyMode {
  maestro,   ///< ratios to a multiply-accumulate: local 1.68, buffer 18.61, no DRAM (MAESTRO, Kwon et al., MICRO 2019)
  eyeriss,   ///< ratios: local 1, between elements 2, buffer 6, DRAM 200 (Chen, Emer, Sze, ISCA 2016, table IV)
  physical,  ///< joules at a technology node: arithmetic from Jouppi et al., ISCA 2021, SRAM from CACTI 7
};
template <>
inline constexpr auto enum_names<EnergyMode> = std::array{"maestro", "eyeriss", "physical"};

/// What a byte of memory traffic costs by type of DRAM.
enum class DramType { lpddr4, ddr4, gddr6, hbm2, hbm2e };
template <>
inline constexpr auto enum_names<DramType> = std::array{"lpddr4", "ddr4", "gddr6", "hbm2", "hbm2e"};

/// Energy per access of an array.
struct ArrayEnergySpec {
  EnergyMode mode = EnergyMode::maestro;
  double technology = 45;
  DramType dram = DramType::lpddr4;
  std::optional<double> mac, local, noc, buffer, dram_access;
};
template <>
inline constexpr auto fields<ArrayEnergySpec> = std::tuple{
    field("mode", &ArrayEnergySpec::mode,
          "maestro or eyeriss: ratios to the energy of a multiply-accumulate; physical: by technology node", {}),
    field("technology", &ArrayEnergySpec::technology, "technology node in nm, for mode physical",
          {.min = 22, .max = 65}),
    field("dram", &ArrayEnergySpec::dram, "type of DRAM, for mode physical", {}),
    field("mac", &ArrayEnergySpec::mac,
          "energy of a multiply-accumulate; default: 0.23 pJ (ratios), or by node and number format", {.unit = "J"}),
    field("local", &ArrayEnergySpec::local,
          "energy of an element read or written in a processing element; default: by mode", {.unit = "J"}),
    field("noc", &ArrayEnergySpec::noc,
          "energy of an element moved between buffer and processing elements; default: by mode", {.unit = "J"}),
    field("buffer", &ArrayEnergySpec::buffer,
          "energy of an element read or written in the on-chip buffer; default: by mode", {.unit = "J"}),
    field("dram_access", &ArrayEnergySpec::dram_access,
          "energy of an element read or written in DRAM; default: by mode", {.unit = "J"}),
};

/// The memories of an array: storage in its processing elements, a shared on-chip buffer, and DRAM.
struct MemoryHierarchySpec {
  std::optional<double> buffer_bytes;
  double local_bytes = 512;
  std::optional<double> dram_bandwidth;
  bool double_buffering = true;
  ArrayEnergySpec energy;
};
template <>
inline constexpr auto fields<MemoryHierarchySpec> = std::tuple{
    field("buffer_bytes", &MemoryHierarchySpec::buffer_bytes,
          "capacity of the on-chip buffer: what does not fit is read from DRAM again; default: unlimited",
          {.unit = "B", .above = 0}),
    field("local_bytes", &MemoryHierarchySpec::local_bytes,
          "storage of a processing element, for its energy in mode physical", {.unit = "B", .above = 0}),
    field("dram_bandwidth", &MemoryHierarchySpec::dram_bandwidth,
          "most that the array draws from its memory; default: unlimited", {.unit = "B/s", .above = 0}),
    field("double_buffering", &MemoryHierarchySpec::double_buffering,
          "DRAM traffic overlaps with computing, at the price of half the buffer; else they take turns", {}),
    field("energy", &MemoryHierarchySpec::energy, "energy of accesses", {}),
};

/// Which tensor stays in a systolic array: outputs, weights or inputs.
enum class Stationary { os, ws, is };
template <>
inline constexpr auto enum_names<Stationary> = std::array{"os", "ws", "is"};

/// How the time to fill and drain a systolic array of R rows and C columns is counted, with T steps per fold.
enum class FillTerm {
  tool,   ///< as SCALE-Sim v2 and v3 do: T + R + C - 2 for os, T + 2 R + C - 2 for ws and is; the last cycle's index
  paper,  ///< as its paper says: T + 2 R + C - 2 for all; the number of cycles
};
template <>
inline constexpr auto enum_names<FillTerm> = std::array{"tool", "paper"};

/// A systolic array with the semantics of SCALE-Sim (Samajdar et al., ISPASS 2020).
struct SystolicArraySpec {
  std::vector<OperatorClass> operators;
  std::uint32_t rows = 0, columns = 0;
  Stationary stationary = Stationary::os;
  FillTerm fill = FillTerm::tool;
  std::uint32_t vector_lanes = 0;
  MemoryHierarchySpec memory_hierarchy;
};
template <>
inline constexpr auto fields<SystolicArraySpec> = std::tuple{
    field("operators", &SystolicArraySpec::operators, "the operators that it is for; default: all", {}),
    field("rows", &SystolicArraySpec::rows, "rows of processing elements", {.required = true, .min = 1, .max = 65536}),
    field("columns", &SystolicArraySpec::columns, "columns of processing elements",
          {.required = true, .min = 1, .max = 65536}),
    field("stationary", &SystolicArraySpec::stationary,
          "what stays in place: outputs (os), weights (ws) or inputs (is)", {.required = true}),
    field("fill", &SystolicArraySpec::fill, "fill and drain as the tool counts it, or as its paper does", {}),
    field("vector_lanes", &SystolicArraySpec::vector_lanes,
          "operations per cycle of a vector unit for pooling, additions, softmax, ...; default: none, such layers "
          "cannot run",
          {}),
    field("memory_hierarchy", &SystolicArraySpec::memory_hierarchy, "storage, buffer, DRAM and the energy of accesses",
          {}),
};
template <>
inline constexpr std::string_view tag<SystolicArraySpec> = "systolic_array";

enum class MaestroDataflow {
  kcp_ws,  ///< output channels over clusters of 64 elements, input channels inside: NVDLA's
  yxp_os,  ///< output rows over clusters of 8 elements, output columns inside: ShiDianNao's
  rs,      ///< output rows over clusters of R elements, filter rows inside: Eyeriss'
};
template <>
inline constexpr auto enum_names<MaestroDataflow> = std::array{"kcp_ws", "yxp_os", "rs"};

/// An array with the semantics of MAESTRO (Kwon et al., MICRO 2019) and one of its dataflow templates.
struct MaestroArraySpec {
  std::vector<OperatorClass> operators;
  MaestroDataflow dataflow = MaestroDataflow::kcp_ws;
  std::uint32_t pes = 0;
  std::optional<double> noc_bandwidth;
  double noc_latency = 0;
  std::uint32_t vector_lanes = 0;
  MemoryHierarchySpec memory_hierarchy;
};
template <>
inline constexpr auto fields<MaestroArraySpec> = std::tuple{
    field("operators", &MaestroArraySpec::operators, "the operators that it is for; default: all", {}),
    field("dataflow", &MaestroArraySpec::dataflow, "kcp_ws (NVDLA's), yxp_os (ShiDianNao's) or rs (Eyeriss')",
          {.required = true}),
    field("pes", &MaestroArraySpec::pes, "processing elements; kcp_ws needs at least 64, yxp_os 8",
          {.required = true, .min = 1, .max = 16777216}),
    field("noc_bandwidth", &MaestroArraySpec::noc_bandwidth,
          "elements per cycle between buffer and array; default: unlimited", {.min = 1}),
    field("noc_latency", &MaestroArraySpec::noc_latency, "cycles from buffer to array", {}),
    field("vector_lanes", &MaestroArraySpec::vector_lanes,
          "operations per cycle of a vector unit for pooling, additions, softmax, ...; default: none, such layers "
          "cannot run",
          {}),
    field("memory_hierarchy", &MaestroArraySpec::memory_hierarchy, "storage, buffer, DRAM and the energy of accesses",
          {}),
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
    field("dim", &Unrolling::dim,
          "of the layer: g groups (channels of depthwise layers), k output channels, c input channels, p output rows, "
          "q output columns, r filter rows, s filter columns",
          {.required = true, .words = {"g", "k", "c", "p", "q", "r", "s"}}),
    field("size", &Unrolling::size, "how many of it are computed at once", {.required = true, .min = 1}),
};

/// An array whose spatial unrolling is data: every unrolled dimension d takes ceil(d / size) steps, every other one d.
struct MappedArraySpec {
  std::vector<OperatorClass> operators;
  std::vector<Unrolling> unroll;
  std::uint32_t pes = 0;
  bool replicate = false;
  std::uint32_t local_channels = 1;
  std::optional<double> noc_bandwidth;
  std::uint32_t vector_lanes = 0;
  MemoryHierarchySpec memory_hierarchy;
};
template <>
inline constexpr auto fields<MappedArraySpec> = std::tuple{
    field("operators", &MappedArraySpec::operators, "the operators that it is for; default: all", {}),
    field("unroll", &MappedArraySpec::unroll, "dimensions spread over the processing elements", {.required = true}),
    field("pes", &MappedArraySpec::pes, "processing elements; default: the product of the sizes", {}),
    field("replicate", &MappedArraySpec::replicate,
          "where a layer is smaller than the sizes, elements left over compute other output channels, input channels "
          "and rows",
          {}),
    field("local_channels", &MappedArraySpec::local_channels,
          "output channels that a processing element works on in turn with the same inputs", {.min = 1}),
    field("noc_bandwidth", &MappedArraySpec::noc_bandwidth,
          "elements per cycle between buffer and array; default: unlimited", {.min = 1}),
    field("vector_lanes", &MappedArraySpec::vector_lanes,
          "operations per cycle of a vector unit for pooling, additions, softmax, ...; default: none, such layers "
          "cannot run",
          {}),
    field("memory_hierarchy", &MappedArraySpec::memory_hierarchy, "storage, buffer, DRAM and the energy of accesses",
          {}),
};
template <>
inline constexpr std::string_view tag<MappedArraySpec> = "mapped_array";

}  // namespace hetsched
