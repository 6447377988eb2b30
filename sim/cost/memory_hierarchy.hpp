/// \file
/// What arrays of every dataflow share: the buffer and the DRAM behind it, the energy of accesses, the vector unit.
#pragma once

#include <span>

#include "cost/array_shape.hpp"
#include "cost/cost_model.hpp"
#include "model/array_spec.hpp"

namespace hetsched {

/// Joules of a multiply-accumulate and of an access to each level, per element.
struct AccessEnergy {
  Joules mac = 0, local = 0, noc = 0, buffer = 0, dram = 0;
};

/// Mode physical: arithmetic at 7 and 45 nm from Jouppi et al., "Ten Lessons From Three Generations Shaped Google's
/// TPUv4i", ISCA 2021, table 2 (a product and an addition in the accumulator's format; int4 as int8), between and
/// beyond as a power of the node; SRAM from CACTI 7 (64-bit word, one port, itrs-hp), as a power of size and node
/// between the sizes run; DRAM in pJ/bit: LPDDR4 8 (Accelergy), DDR4 20.3 (Horowitz), HBM2 3.9, HBM2E 6.0, GDDR6 7.5
/// (Micron).
AccessEnergy access_energy(const MemoryHierarchySpec& memory, Precision precision);

/// What an array does for one layer, whatever its frequency.
struct ArrayWork {
  double cycles = 0;
  Bound bound = Bound::compute;  ///< of the array alone: compute or noc
  double processing_elements = 1;
  double macs = 0;
  double noc_elements = 0;  ///< moved between buffer and processing elements
  Accesses accesses;        ///< local and buffer; DRAM is filled in by price()
};

/// Elements that have to come from and go to DRAM. A tensor is moved once if everything fits the buffer (half
/// of it with double buffering, the other half fills meanwhile), or if the weights or the inputs do; else the
/// better of two tilings counts: inputs are read once for every buffer-full of weights, or weights once for
/// every buffer-full of inputs. The products of a batched matrix product follow one another, the right sides
/// in the part of weights.
struct DramElements {
  double reads = 0, writes = 0;
};
DramElements dram_elements(double inputs, double weights, double outputs, double element_bytes,
                           const MemoryHierarchySpec& memory);

/// Turns an array's work into costs at every operating point with a frequency: the DRAM's time beside (double
/// buffering) or behind the array's, and the energy of all accesses.
void price(const ArrayWork& array, const LayerWork& work, const MemoryHierarchySpec& memory,
           std::span<const OperatingPointSpec> points, std::span<LayerCost> out);

/// The same for a layer that an array is no help for: the vector unit's operations, or mere movement through DRAM.
/// Leaves layers without dims, and all if there is no vector unit, as they are.
void price_vector(const LayerWork& work, std::uint32_t lanes, const MemoryHierarchySpec& memory,
                  std::span<const OperatingPointSpec> points, std::span<LayerCost> out);

}  // namespace hetsched
