/// \file
/// What a cost model is: it tells, of one layer, the time, energy and memory traffic on one kind of accelerator at each
/// of its operating points, and why.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "hetsched/policy.hpp"
#include "model/layer_work.hpp"
#include "model/platform.hpp"

namespace hetsched {

/// What a layer's time is spent on.
enum class Bound { none, compute, memory, noc, overhead };
template <>
inline constexpr auto enum_names<Bound> = std::array{"none", "compute", "memory", "noc", "overhead"};

/// Elements read and written at each level of an accelerator's memory hierarchy.
struct Accesses {
  double local_reads = 0, local_writes = 0;    ///< registers or scratchpads of the processing elements
  double buffer_reads = 0, buffer_writes = 0;  ///< the accelerator's shared on-chip buffer
  double dram_reads = 0, dram_writes = 0;
};

/// What one layer costs on a kind at one operating point.
struct LayerCost {
  // What the engine uses:
  Seconds time = kNever;  ///< alone on the accelerator; kNever: cannot run
  Joules energy = 0;      ///< dynamic: on top of the operating point's power
  Bytes traffic = 0;      ///< to and from the accelerator's memory
  std::optional<double> bus_factor = {}, occupancy = {}, weight = {};  ///< as ResourceUse; none: not said of this layer
  // Why:
  Bound bound = Bound::none;
  Seconds compute_time = 0, memory_time = 0, overhead = 0;
  double cycles = 0;       ///< of the array; 0 where the model counts none
  double utilization = 0;  ///< part of the peak multiply-accumulates per second used during `time`
  Accesses accesses;
  double peak_ops = 0, bandwidth = 0;  ///< the roof at that point: op/s and B/s; 0 where the model has none
  std::string_view source;             ///< type of the cost model, or profile; filled in by LayerCosts
};

class CostModel {
 public:
  virtual ~CostModel() = default;

  /// Costs at each operating point: out[p] for points[p]. Leaves time kNever where it cannot run the layer. Fast: it is
  /// called for every layer of every model on every kind.
  virtual void cost(const LayerWork& work, std::span<const OperatingPointSpec> points,
                    std::span<LayerCost> out) const = 0;
};

}  // namespace hetsched
