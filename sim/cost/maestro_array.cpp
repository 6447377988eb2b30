#include "cost/maestro_array.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cost/cost_models.hpp"
#include "cost/memory_hierarchy.hpp"

namespace hetsched {
namespace {

constexpr double kKcpCluster = 64;  ///< input channels per cluster
constexpr double kYxpCluster = 8;   ///< output columns per cluster
constexpr double kRsTile = 16;      ///< output channels that an element of rs works on in turn

/// Cycles of moving elements between buffer and array.
class Noc {
 public:
  explicit Noc(const MaestroArraySpec& spec)
      : bandwidth_(spec.noc_bandwidth.value_or(std::numeric_limits<double>::infinity())), latency_(spec.noc_latency) {}
  [[nodiscard]] double cycles(double elements) const {
    return std::max(std::ceil(elements / bandwidth_) - 1, 0.0) + latency_;
  }

 private:
  double bandwidth_, latency_;
};

/// A sum over folds of one dimension: full ones, and what is left over.
template <class F>
double over_folds(double size, double fold, F&& of) {
  const double full = std::floor(size / fold), rest = size - full * fold;
  return (full > 0 ? full * of(fold) : 0) + (rest > 0 ? of(rest) : 0);
}

/// kcp_ws with `lanes` input channels inside a cluster, or depthwise layers with a channel on every element: filters
/// stay, the window slides along a row, then to the next. Only the very first block waits for its operands.
struct Sliding {
  double compute = 0;    ///< cycles of one step
  double row_load = 0;   ///< elements to begin a row
  double step_load = 0;  ///< elements that enter when the window moves on
};
double block(const ArrayShape& l, const Sliding& s, double filters, double results, const Noc& noc) {
  const double out = noc.cycles(results);
  const double first = std::max({s.compute, noc.cycles(filters + s.row_load), out});
  const double row = std::max({s.compute, noc.cycles(s.row_load), out});
  const double steady = std::max({s.compute, noc.cycles(s.step_load), out});
  return first + (l.p - 1) * row + l.p * (l.q - 1) * steady;
}

/// What the very first block takes more: it computes only when its operands are there.
double lead_in(const Sliding& s, double filters, double results, const Noc& noc) {
  const double load = noc.cycles(filters + s.row_load);
  return s.compute + load - std::max({s.compute, load, noc.cycles(results)});
}

double kcp_cycles(const ArrayShape& l, double pes, const Noc& noc) {
  const double clusters = std::floor(pes / kKcpCluster), rs = l.r * l.s, c = std::min(kKcpCluster, l.c);
  const Sliding s{rs + noc.cycles(2 * c * rs), c * rs, c * l.r * std::min(l.stride, l.s)};
  const double folds = std::ceil(l.c / kKcpCluster);
  const double total = over_folds(l.k, clusters, [&](double k) { return folds * block(l, s, k * c * rs, k, noc); });
  const double k = std::min(clusters, l.k);
  return total + lead_in(s, k * c * rs, k, noc);
}

double depthwise_cycles(const ArrayShape& l, double pes, const Noc& noc) {
  const double rs = l.r * l.s;
  const auto sliding = [&](double c) { return Sliding{rs, c * rs, c * l.r * std::min(l.stride, l.s)}; };
  const double total = over_folds(l.groups, pes, [&](double c) { return block(l, sliding(c), c * rs, c, noc); });
  const double c = std::min(pes, l.groups);
  return total + lead_in(sliding(c), c * rs, c, noc);
}

double rs_cycles(const ArrayShape& l, double pes, const Noc& noc) {
  const double rs = l.r * l.s, tile = std::min(kRsTile, l.k);
  const double compute = tile * l.s + noc.cycles(rs + tile * rs);
  const auto rows = [&](double y) {
    const auto step = [&](double k, double inputs) {
      return std::max({compute, noc.cycles(k * rs + inputs), noc.cycles(y * k)});
    };
    const double inputs = ((y - 1) * l.stride + l.r) * l.s;  // come with the first tile
    const double all = over_folds(l.k, kRsTile, [&](double k) { return step(k, 0); });
    return all - step(tile, 0) + step(tile, inputs);
  };
  return l.q * l.c * over_folds(l.p, std::max(std::floor(pes / l.r), 1.0), rows);
}

double yxp_cycles(const ArrayShape& l, double pes, const Noc& noc) {
  const double columns = std::min(kYxpCluster, l.q);
  const double compute = l.r * l.s + noc.cycles(l.r * ((columns - 1) * l.stride + l.s) + l.r * l.s);
  const auto rows = [&](double p) {
    const auto step = [&](double q) {
      return std::max({compute, noc.cycles(p * l.r * q * l.stride), noc.cycles(p * columns)});
    };
    return over_folds(l.q, kYxpCluster, step);
  };
  return l.groups * l.k * l.c * over_folds(l.p, std::max(std::floor(pes / kYxpCluster), 1.0), rows);
}

/// Elements that leave and enter the buffer on the array's side, by tensor.
struct BufferTraffic {
  double inputs = 0, weights = 0, results = 0;
};

/// Output channels of one pixel that MAESTRO counts as written: one less if a single fold leaves elements
/// without work.
double counted_results(double channels, double at_once) {
  return channels < at_once ? std::max(channels - 1, 1.0) : channels;
}

/// Inputs that yxp_os reads. The columns of a row of outputs come in tiles, whole windows for the first and
/// what slides in for the others. Neighbouring rows share inputs only while the first fold of rows meets its
/// next input channel, one row less if it is the only fold; for the first input channel these stay from
/// before, but for the very first.
double yxp_inputs(const ArrayShape& l, double pes) {
  const double filters = l.depthwise ? 1 : l.k, channels = l.depthwise ? l.groups : l.c;
  const double fold = std::min(std::max(std::floor(pes / kYxpCluster), 1.0), l.p), tile = std::min(kYxpCluster, l.q);
  const double windows = (tile - 1) * l.stride + l.s;
  const double next_tiles = l.r * l.p * tile * std::min(l.stride, l.s) * (std::ceil(l.q / kYxpCluster) - 1);
  const double next_folds = l.r * (l.p - fold) * windows;
  const double rows = (fold - 1) * l.stride + l.r - (fold == l.p && l.p > 1 ? 1 : 0);
  return (l.depthwise ? 1 : l.groups) *
         (filters * (channels * (next_tiles + next_folds) + (channels - 1) * rows * windows) + l.r * fold * windows);
}

BufferTraffic traffic_of(const ArrayShape& l, const MaestroArraySpec& array) {
  const double rs = l.r * l.s, pixels = l.p * l.q;
  const double sliding = l.p * rs + l.p * (l.q - 1) * l.r * std::min(l.stride, l.s);
  if (array.dataflow == MaestroDataflow::yxp_os)
    return {yxp_inputs(l, array.pes), l.weights(), l.groups * l.k * l.c * pixels};
  if (l.depthwise) return {l.groups * sliding, l.weights(), counted_results(l.groups, array.pes) * pixels};
  if (array.dataflow == MaestroDataflow::kcp_ws) {
    // A partial tile of input channels moves as much as a full one; from one fold of output channels to the
    // next the last window stays.
    const double clusters = std::floor(array.pes / kKcpCluster), lanes = std::min(kKcpCluster, l.c);
    const double tiles = std::ceil(l.c / kKcpCluster), folds = std::ceil(l.k / clusters);
    return {l.groups * (folds * tiles * lanes * sliding - (folds - 1) * lanes * rs),
            l.groups * l.k * tiles * lanes * rs, l.groups * tiles * counted_results(l.k, clusters) * pixels};
  }
  // Filters come again for every column and fold of rows, in full tiles; only at the very first row they
  // stay.
  const double tile = std::min(kRsTile, l.k), tiles = std::ceil(l.k / kRsTile);
  const double folds = std::ceil(l.p / std::max(std::floor(array.pes / l.r), 1.0));
  return {l.groups * l.c * pixels * rs, l.groups * (tile * tiles * l.c * rs * l.q * folds - (l.q - 1) * tile * rs),
          l.groups * l.k * l.c * pixels};
}

double cycles_of(const ArrayShape& l, const MaestroArraySpec& array) {
  const Noc noc(array);
  const double pes = array.pes;
  switch (array.dataflow) {
    case MaestroDataflow::yxp_os: return yxp_cycles(l, pes, noc);
    case MaestroDataflow::kcp_ws:
      return l.depthwise ? depthwise_cycles(l, pes, noc) : l.groups * kcp_cycles(l, pes, noc);
    case MaestroDataflow::rs: break;
  }
  return l.depthwise ? depthwise_cycles(l, pes, noc) : l.groups * rs_cycles(l, pes, noc);
}

/// A matrix product with its sides exchanged, so that output features lie where a convolution's pixels do: in
/// the templates that spread output rows, a product of few rows would leave nearly all elements without work.
ArrayShape exchanged(const ArrayShape& l, MaestroDataflow dataflow) {
  ArrayShape other = l;
  other.q = dataflow == MaestroDataflow::yxp_os ? std::min(kYxpCluster, l.k) : 1;
  other.p = std::ceil(l.k / other.q);
  other.k = l.p * l.q;
  other.y = other.p;
  other.x = other.q;
  return other;
}

/// Linear layers and matrix products are priced as 1 x 1 convolutions; in yxp_os and rs, which spread output
/// rows, with their sides exchanged (output features spread instead of rows) if that takes fewer cycles.
class MaestroArray final : public CostModel {
 public:
  explicit MaestroArray(const MaestroArraySpec& spec) : spec_(spec), unlimited_(spec) {
    unlimited_.noc_bandwidth.reset();
    unlimited_.noc_latency = 0;
  }

  void cost(const LayerWork& work, std::span<const OperatingPointSpec> points,
            std::span<LayerCost> out) const override {
    auto shape = array_shape(work);
    if (!shape) return price_vector(work, spec_.vector_lanes, spec_.memory_hierarchy, points, out);
    const double macs = shape->macs();
    if (work.op == OperatorClass::linear || work.op == OperatorClass::matmul) {
      const ArrayShape other = exchanged(*shape, spec_.dataflow);
      if (spec_.dataflow != MaestroDataflow::kcp_ws && cycles_of(other, spec_) < cycles_of(*shape, spec_))
        shape = other;
    }
    if (spec_.dataflow == MaestroDataflow::kcp_ws && spec_.pes < kKcpCluster) return;
    const MaestroCounts counts = count_maestro(*shape, spec_);
    ArrayWork array;
    array.cycles = shape->count * counts.cycles;
    array.bound = counts.cycles > cycles_of(*shape, unlimited_) * 1.01 ? Bound::noc : Bound::compute;
    array.macs = macs;
    array.processing_elements = spec_.pes;
    array.accesses = {shape->count * counts.l1_reads,
                      shape->count * counts.l1_writes,
                      shape->count * counts.l2_reads,
                      shape->count * counts.l2_writes,
                      0,
                      0};
    const BufferTraffic traffic = traffic_of(*shape, spec_);
    array.noc_elements = shape->count * (traffic.inputs + traffic.weights + traffic.results);
    price(array, work, spec_.memory_hierarchy, points, out);
  }

 private:
  MaestroArraySpec spec_, unlimited_;
};

}  // namespace

MaestroCounts count_maestro(const ArrayShape& shape, const MaestroArraySpec& array) {
  const double macs = shape.macs() / shape.count;
  const BufferTraffic traffic = traffic_of(shape, array);
  MaestroCounts counts;
  counts.cycles = cycles_of(shape, array);
  counts.l1_reads = 3 * macs;
  counts.l1_writes = macs + traffic.inputs + traffic.weights;
  // The buffer is filled with inputs and weights once, and gives up the outputs once.
  counts.l2_reads = traffic.inputs + traffic.weights + shape.outputs() / shape.count;
  counts.l2_writes = (shape.inputs() / shape.count + shape.weights()) + traffic.results;
  return counts;
}

std::unique_ptr<const CostModel> make_cost_model(const MaestroArraySpec& spec) {
  return std::make_unique<MaestroArray>(spec);
}

}  // namespace hetsched
