#include "cost/memory_hierarchy.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hetsched {
namespace {

constexpr double kPico = 1e-12;
constexpr double kBitsPerByte = 8;

/// The power law through (x0, y0) and (x1, y1), at x.
double power_law(double x0, double y0, double x1, double y1, double x) {
  return y0 * std::pow(y1 / y0, std::log(x / x0) / std::log(x1 / x0));
}

/// pJ of a multiply-accumulate at 7 and 45 nm.
struct MacEnergy {
  double at7, at45;
};
MacEnergy mac_energy(Precision precision) {
  switch (precision) {
    case Precision::fp32: return {1.69, 4.6};
    case Precision::fp16: return {0.72, 2.0};
    case Precision::bf16: return {0.59, 0.59 * 2.0 / 0.72};  // published at 7 nm only: scaled as fp16
    case Precision::int8:
    case Precision::int4: break;
  }
  return {0.10, 0.30};
}

constexpr std::array kSramBytes = {512.0, 4096.0, 65536.0, 262144.0, 1048576.0, 8388608.0};
constexpr std::array kSramNodes = {22.0, 32.0, 45.0, 65.0};
/// pJ per byte, mean of read and write; by node, by size. CACTI 7.
constexpr double kSramEnergy[4][6] = {
    {(.040 + .067) / 2, (.157 + .168) / 2, (.666 + .571) / 2, (1.41 + 1.07) / 2, (2.64 + 2.29) / 2, (7.35 + 6.67) / 2},
    {(.087 + .140) / 2, (.226 + .403) / 2, (1.50 + 1.25) / 2, (2.70 + 2.16) / 2, (5.47 + 4.40) / 2, (13.7 + 12.6) / 2},
    {(.170 + .268) / 2, (.415 + .755) / 2, (2.65 + 2.34) / 2, (5.75 + 4.09) / 2, (9.65 + 7.99) / 2, (24.3 + 22.6) / 2},
    {(.283 + .469) / 2, (.693 + 1.35) / 2, (6.92 + 4.33) / 2, (10.0 + 7.42) / 2, (17.8 + 14.1) / 2, (48.5 + 41.3) / 2},
};

/// The interval of ascending `knots` that x lies in, or the one nearest to it.
template <std::size_t N>
std::size_t interval(const std::array<double, N>& knots, double x) {
  const auto above = std::upper_bound(knots.begin() + 1, knots.end() - 1, x);
  return static_cast<std::size_t>(above - knots.begin()) - 1;
}

double sram_energy_per_byte(double bytes, double node) {
  const std::size_t size = interval(kSramBytes, bytes), n = interval(kSramNodes, node);
  const auto at_node = [&](std::size_t which) {
    return power_law(kSramBytes[size], kSramEnergy[which][size], kSramBytes[size + 1], kSramEnergy[which][size + 1],
                     bytes);
  };
  return kPico * power_law(kSramNodes[n], at_node(n), kSramNodes[n + 1], at_node(n + 1), node);
}

double dram_energy_per_byte(DramType type) {
  switch (type) {
    case DramType::lpddr4: return 8 * kBitsPerByte * kPico;
    case DramType::ddr4: return 20.3 * kBitsPerByte * kPico;
    case DramType::gddr6: return 7.5 * kBitsPerByte * kPico;
    case DramType::hbm2: return 3.9 * kBitsPerByte * kPico;
    case DramType::hbm2e: break;
  }
  return 6.0 * kBitsPerByte * kPico;
}

AccessEnergy default_energy(const MemoryHierarchySpec& memory, Precision precision) {
  const ArrayEnergySpec& energy = memory.energy;
  const double mac = energy.mac.value_or(0.23 * kPico);
  switch (energy.mode) {
    case EnergyMode::maestro: return {mac, 1.68 * mac, 0, 18.61 * mac, 0};
    case EnergyMode::eyeriss: return {mac, mac, 2 * mac, 6 * mac, 200 * mac};
    case EnergyMode::physical: break;
  }
  const MacEnergy table = mac_energy(precision);
  const double element = bytes_of(precision), node = energy.technology;
  return {kPico * power_law(7, table.at7, 45, table.at45, node),
          element * sram_energy_per_byte(memory.local_bytes, node), 0,
          element * sram_energy_per_byte(memory.buffer_bytes.value_or(1048576), node),
          element * dram_energy_per_byte(energy.dram)};
}

}  // namespace

AccessEnergy access_energy(const MemoryHierarchySpec& memory, Precision precision) {
  AccessEnergy found = default_energy(memory, precision);
  const ArrayEnergySpec& given = memory.energy;
  found.mac = given.mac.value_or(found.mac);
  found.local = given.local.value_or(found.local);
  found.noc = given.noc.value_or(found.noc);
  found.buffer = given.buffer.value_or(found.buffer);
  found.dram = given.dram_access.value_or(found.dram);
  return found;
}

DramElements dram_elements(double inputs, double weights, double outputs, double element_bytes,
                           const MemoryHierarchySpec& memory) {
  const double once = inputs + weights;
  if (!memory.buffer_bytes) return {once, outputs};
  const double room = *memory.buffer_bytes / element_bytes * (memory.double_buffering ? 0.5 : 1);
  if (once + outputs <= room || inputs <= 0 || weights <= 0) return {once, outputs};
  const double weights_stay = inputs * std::ceil(weights / room) + weights;
  const double inputs_stay = inputs + weights * std::ceil(inputs / room);
  return {std::min(weights_stay, inputs_stay), outputs};
}

namespace {

DramElements dram_elements_of(const LayerWork& work, const MemoryHierarchySpec& memory) {
  const double element = bytes_of(work.precision);
  if (work.op != OperatorClass::matmul || work.dims == nullptr)
    return dram_elements(work.input_bytes / element, work.weight_bytes / element, work.output_bytes / element, element,
                         memory);
  // One product after the other; its right side has the part of weights.
  const Dims& d = *work.dims;
  const double products = static_cast<double>(d.n) * work.batch, rows = static_cast<double>(d.y) * d.x;
  const DramElements one = dram_elements(rows * d.c, static_cast<double>(d.c) * d.k, rows * d.k, element, memory);
  return {products * one.reads, products * one.writes};
}

}  // namespace

void price(const ArrayWork& array, const LayerWork& work, const MemoryHierarchySpec& memory,
           std::span<const OperatingPointSpec> points, std::span<LayerCost> out) {
  const double element = bytes_of(work.precision);
  const DramElements dram = dram_elements_of(work, memory);
  const AccessEnergy each = access_energy(memory, work.precision);
  LayerCost cost;
  cost.accesses = array.accesses;
  cost.accesses.dram_reads = dram.reads;
  cost.accesses.dram_writes = dram.writes;
  cost.cycles = array.cycles;
  cost.traffic = (dram.reads + dram.writes) * element;
  const Accesses& a = cost.accesses;
  cost.energy = array.macs * each.mac + (a.local_reads + a.local_writes) * each.local + array.noc_elements * each.noc +
                (a.buffer_reads + a.buffer_writes) * each.buffer + (a.dram_reads + a.dram_writes) * each.dram;
  const double memory_time = memory.dram_bandwidth ? cost.traffic / *memory.dram_bandwidth : 0;
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (!(points[p].frequency > 0)) continue;
    out[p] = cost;
    out[p].compute_time = array.cycles / points[p].frequency;
    out[p].memory_time = memory_time;
    out[p].peak_ops = 2 * array.processing_elements * points[p].frequency;
    out[p].bandwidth = memory.dram_bandwidth.value_or(0);
    out[p].time =
        memory.double_buffering ? std::max(out[p].compute_time, memory_time) : out[p].compute_time + memory_time;
    out[p].bound = memory_time > out[p].compute_time ? Bound::memory : array.bound;
    out[p].utilization = out[p].time > 0 ? 2 * work.macs / (out[p].peak_ops * out[p].time) : 0;
  }
}

void price_vector(const LayerWork& work, std::uint32_t lanes, const MemoryHierarchySpec& memory,
                  std::span<const OperatingPointSpec> points, std::span<LayerCost> out) {
  if (lanes == 0 || work.dims == nullptr || !work.op) return;
  ArrayWork vector;
  const double operations = work.macs + work.vector_ops;
  vector.cycles = std::ceil(operations / lanes);
  // Each operation takes its operands from the buffer once and puts its result there once per output.
  const double element = bytes_of(work.precision);
  vector.accesses.buffer_reads = (work.input_bytes + work.weight_bytes) / element;
  vector.accesses.buffer_writes = work.output_bytes / element;
  vector.macs = operations;
  vector.processing_elements = lanes / 2.0;  // a lane does one operation per cycle, an element two
  price(vector, work, memory, points, out);
}

}  // namespace hetsched
