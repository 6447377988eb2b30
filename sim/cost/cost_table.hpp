/// \file
/// What every layer of a model costs on every kind of a platform, and why: a table for people.
#pragma once

#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/fields.hpp"
#include "cost/cost_model.hpp"

namespace hetsched {

/// One layer, or one of its variants, on one kind at one operating point. A row of `hetsched costs --csv`.
struct CostRow {
  std::string layer, variant, op;
  Precision precision = Precision::int8;
  std::string kind, operating_point, source;
  double macs = 0, ops = 0, bytes = 0;
  std::optional<double> time, energy, traffic;
  std::optional<Bound> bound;
  double compute_time = 0, memory_time = 0, overhead = 0, cycles = 0, utilization = 0;
  double local_reads = 0, local_writes = 0, buffer_reads = 0, buffer_writes = 0, dram_reads = 0, dram_writes = 0;
  double peak_ops = 0, bandwidth = 0;
};
template <>
inline constexpr auto fields<CostRow> = std::tuple{
    field("layer", &CostRow::layer, "the layer", {}),
    field("variant", &CostRow::variant, "its variant; empty: the original", {}),
    field("op", &CostRow::op, "its operator", {}),
    field("precision", &CostRow::precision, "number format", {}),
    field("kind", &CostRow::kind, "kind of accelerator", {}),
    field("operating_point", &CostRow::operating_point, "operating point of the kind", {}),
    field("source", &CostRow::source,
          "where the cost comes from: profile, or the type of the cost model; empty: it cannot run there", {}),
    field("macs", &CostRow::macs, "multiply-accumulates", {}),
    field("ops", &CostRow::ops, "operations: two per multiply-accumulate, and those of pooling, softmax, ...", {}),
    field("bytes", &CostRow::bytes, "input, weights and output, each once", {.unit = "B"}),
    field("time_s", &CostRow::time, "time alone on the accelerator; empty: it cannot run there", {.unit = "s"}),
    field("energy_j", &CostRow::energy, "energy beside the power of the operating point", {.unit = "J"}),
    field("traffic_bytes", &CostRow::traffic, "bytes to and from the accelerator's memory", {.unit = "B"}),
    field("bound", &CostRow::bound, "what the time is spent on: compute, memory, noc or overhead", {}),
    field("compute_time_s", &CostRow::compute_time, "time that computing alone takes", {.unit = "s"}),
    field("memory_time_s", &CostRow::memory_time, "time that memory traffic alone takes", {.unit = "s"}),
    field("overhead_s", &CostRow::overhead, "time before it begins (kernel launch)", {.unit = "s"}),
    field("cycles", &CostRow::cycles, "clock cycles, where the source counts them", {}),
    field("utilization", &CostRow::utilization, "part of the peak multiply-accumulates that is used", {}),
    field("local_reads", &CostRow::local_reads, "elements read from registers or scratchpads of processing elements",
          {}),
    field("local_writes", &CostRow::local_writes, "elements written there", {}),
    field("buffer_reads", &CostRow::buffer_reads, "elements read from the on-chip buffer", {}),
    field("buffer_writes", &CostRow::buffer_writes, "elements written there", {}),
    field("dram_reads", &CostRow::dram_reads, "elements read from the accelerator's memory", {}),
    field("dram_writes", &CostRow::dram_writes, "elements written there", {}),
    field("peak_ops_per_s", &CostRow::peak_ops, "peak of its number format at that point; 0: the source has none",
          {.unit = "op/s"}),
    field("bandwidth_bytes_per_s", &CostRow::bandwidth, "peak bandwidth at that point; 0: the source has none",
          {.unit = "B/s"}),
};

/// By layer (in topological order), variant, kind and point: all of them, those that cannot run without time. Problems
/// are added.
std::vector<CostRow> cost_table(const PlatformSpec& platform, const Network& network, Problems& problems);

}  // namespace hetsched
