#include <algorithm>
#include <array>
#include <cmath>

#include "cost/cost_models.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kOperators = enum_names<OperatorClass>.size();
constexpr std::size_t kPrecisions = enum_names<Precision>.size();

template <class T>
bool contains(const std::vector<T>& list, T value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// The member of a table by number format.
template <class Table>
std::optional<double> of_format(const Table& table, Precision precision) {
  switch (precision) {
    case Precision::fp32: return table.fp32;
    case Precision::fp16: return table.fp16;
    case Precision::bf16: return table.bf16;
    case Precision::int8: return table.int8;
    case Precision::int4: return table.int4;
  }
  return std::nullopt;
}

/// What the spec says of one operator class in one number format; rates at the kind's first point.
struct Rates {
  bool runs = false, fused = false;
  double peak = 0, compute = 0, memory = 0;  ///< op/s of the format, op/s reached, B/s of B/s reached
  double overhead = 0, energy_per_op = 0;
};

/// What a layer asks for, whatever the operating point.
struct Demand {
  double ops = 0, memory_bytes = 0, buffer_reads = 0, buffer_writes = 0;
  double reads = 0, writes = 0;  ///< bytes of the memory
};

/// The roofline cost model: a layer takes the time of its arithmetic or that of its traffic, whichever is longer, and
/// an overhead. Formulas, scaling between operating points and sources stand at RooflineSpec.
///
/// cost() leaves time kNever for an operator that is neither among `operators` nor among `fused_operators`, for a
/// number format without a peak, and for a layer whose operator is not known, unless the spec is for all operators and
/// the model file says what the layer computes or moves. `utilization` counts multiply-accumulates against the peak at
/// the point; accesses are elements moved to and from the memory, and those that stayed in `buffer`.
class Roofline final : public CostModel {
 public:
  explicit Roofline(const RooflineSpec& spec)
      : bandwidth_(spec.bandwidth),
        norm_(spec.norm.value_or(0)),
        half_saturation_(spec.half_saturation),
        buffer_(spec.buffer),
        energy_per_byte_(spec.energy_per_byte) {
    for (std::size_t op = 0; op <= kOperators; ++op)
      for (std::size_t precision = 0; precision < kPrecisions; ++precision)
        for (const bool pointwise : {false, true})
          rates_[index(op, precision, pointwise)] = resolve(spec, op, static_cast<Precision>(precision), pointwise);
  }

  void cost(const LayerWork& work, std::span<const OperatingPointSpec> points,
            std::span<LayerCost> out) const override {
    const bool pointwise = work.dims != nullptr && work.dims->r == 1 && work.dims->s == 1;
    const Rates& rates = rates_[index(work.op ? static_cast<std::size_t>(*work.op) : kOperators,
                                      static_cast<std::size_t>(work.precision), pointwise)];
    if (!rates.runs || points.empty() || (!work.op && work.ops() <= 0 && work.bytes() <= 0)) return;
    const Demand demand = demand_of(work, rates);
    const double outputs = work.output_bytes / bytes_of(work.precision);
    for (std::size_t p = 0; p < points.size(); ++p)
      out[p] = at_point(work, rates, demand, outputs, points.front(), points[p]);
  }

 private:
  /// One more operator than there are: the unknown one.
  static constexpr std::size_t index(std::size_t op, std::size_t precision, bool pointwise) {
    return (op * kPrecisions + precision) * 2 + (pointwise ? 1 : 0);
  }

  static Rates resolve(const RooflineSpec& spec, std::size_t op, Precision precision, bool pointwise) {
    const bool known = op < kOperators;
    const auto in = [&](const std::vector<OperatorClass>& list) {
      return known && contains(list, static_cast<OperatorClass>(op));
    };
    Rates rates;
    rates.fused = in(spec.fused_operators);
    const std::optional<double> peak = of_format(spec.peak, precision);
    rates.runs = peak && (spec.operators.empty() || in(spec.operators) || rates.fused);
    if (!rates.runs) return rates;
    std::optional<double> compute, memory, overhead;
    for (const Efficiency& each : spec.efficiencies) {
      if (!each.operators.empty() && !in(each.operators)) continue;
      if (!each.precisions.empty() && !contains(each.precisions, precision)) continue;
      if (each.pointwise && *each.pointwise != pointwise) continue;
      if (!compute) compute = each.compute;
      if (!memory) memory = each.memory;
      if (!overhead) overhead = each.overhead;
    }
    rates.peak = *peak;
    rates.compute = *peak * compute.value_or(spec.compute_efficiency);
    rates.memory = memory.value_or(spec.memory_efficiency);
    rates.overhead = overhead.value_or(spec.overhead);
    rates.energy_per_op = of_format(spec.energy_per_op, precision).value_or(0);
    return rates;
  }

  [[nodiscard]] Demand demand_of(const LayerWork& work, const Rates& rates) const {
    Demand demand;
    double inputs = work.input_bytes, outputs = work.output_bytes;
    if (rates.fused) {
      // The first operand is in registers, and the result takes the place of what the layer before would have
      // written.
      inputs = work.op == OperatorClass::elementwise ? std::max(0.0, inputs - outputs) : 0;
      outputs = 0;
    } else {
      demand.ops = work.ops();
    }
    const bool kept = work.input_bytes + work.output_bytes <= buffer_;
    (kept ? demand.buffer_reads : demand.reads) = inputs;
    (kept ? demand.buffer_writes : demand.writes) = outputs;
    demand.reads += work.weight_bytes;
    demand.memory_bytes = demand.reads + demand.writes;
    return demand;
  }

  [[nodiscard]] double join(double compute, double memory) const {
    if (norm_ == 0 || compute == 0 || memory == 0) return std::max(compute, memory);
    if (norm_ == 2) return std::sqrt(compute * compute + memory * memory);
    // Of the ratio, which neither overflows nor vanishes.
    const double most = std::max(compute, memory);
    return most * std::pow(1 + std::pow(std::min(compute, memory) / most, norm_), 1 / norm_);
  }

  [[nodiscard]] LayerCost at_point(const LayerWork& work, const Rates& rates, const Demand& demand, double outputs,
                                   const OperatingPointSpec& first, const OperatingPointSpec& point) const {
    const double units = point.active_units / first.active_units;
    const bool clocks = point.frequency > 0 && first.frequency > 0;
    const double speed = units * (clocks ? point.frequency / first.frequency : 1);
    const double bandwidth = point.bandwidth ? std::min(bandwidth_, *point.bandwidth) : bandwidth_;
    LayerCost cost;
    cost.compute_time = demand.ops / (rates.compute * speed);
    if (outputs > 0) cost.compute_time *= 1 + half_saturation_ * units / outputs;
    cost.memory_time = demand.memory_bytes / (bandwidth * rates.memory);
    cost.overhead = rates.fused ? 0 : rates.overhead;
    cost.time = cost.overhead + join(cost.compute_time, cost.memory_time);
    cost.traffic = demand.memory_bytes;
    cost.energy = demand.ops * rates.energy_per_op * point.energy_scale + demand.memory_bytes * energy_per_byte_;
    if (cost.time > 0) {
      const double most = std::max({cost.compute_time, cost.memory_time, cost.overhead});
      cost.bound = most == cost.compute_time  ? Bound::compute
                   : most == cost.memory_time ? Bound::memory
                                              : Bound::overhead;
      if (demand.ops > 0) cost.utilization = 2 * work.macs / (rates.peak * speed * cost.time);
    }
    const double size = bytes_of(work.precision);
    cost.accesses.buffer_reads = demand.buffer_reads / size;
    cost.accesses.buffer_writes = demand.buffer_writes / size;
    cost.accesses.dram_reads = demand.reads / size;
    cost.accesses.dram_writes = demand.writes / size;
    cost.peak_ops = rates.peak * speed;
    cost.bandwidth = bandwidth;
    return cost;
  }

  double bandwidth_, norm_, half_saturation_, buffer_, energy_per_byte_;
  std::array<Rates, (kOperators + 1) * kPrecisions * 2> rates_;
};

}  // namespace

std::unique_ptr<const CostModel> make_cost_model(const RooflineSpec& spec) { return std::make_unique<Roofline>(spec); }

}  // namespace hetsched
