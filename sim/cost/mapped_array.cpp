#include "cost/mapped_array.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "cost/cost_models.hpp"
#include "cost/memory_hierarchy.hpp"

namespace hetsched {
namespace {

constexpr std::string_view kDims = "gkcpqrs";
enum : std::size_t { kG, kK, kC, kP, kQ, kR, kS };
using Sizes = std::array<double, 7>;

Sizes dims_of(const ArrayShape& l) { return {l.groups, l.k, l.c, l.p, l.q, l.r, l.s}; }

/// How many of each dimension are computed at once.
Sizes spread(const ArrayShape& l, const MappedArraySpec& array) {
  const Sizes dims = dims_of(l);
  Sizes at_once{1, 1, 1, 1, 1, 1, 1};
  for (const Unrolling& u : array.unroll) at_once[kDims.find(u.dim)] *= u.size;
  double copies = 1;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (at_once[d] <= dims[d]) continue;
    copies *= std::floor(at_once[d] / dims[d]);
    at_once[d] = dims[d];
  }
  if (!array.replicate) return at_once;
  for (const std::size_t d : {kP, kC, kK}) {
    const double more = std::min(copies, std::ceil(dims[d] / at_once[d]));
    at_once[d] = std::min(at_once[d] * more, dims[d]);
    copies = std::floor(copies / more);
  }
  return at_once;
}

double processing_elements(const MappedArraySpec& array) {
  if (array.pes > 0) return array.pes;
  double product = 1;
  for (const Unrolling& u : array.unroll) product *= u.size;
  return product;
}

class MappedArray final : public CostModel {
 public:
  explicit MappedArray(const MappedArraySpec& spec) : spec_(spec) {}

  void cost(const LayerWork& work, std::span<const OperatingPointSpec> points,
            std::span<LayerCost> out) const override {
    const auto shape = array_shape(work);
    if (!shape) return price_vector(work, spec_.vector_lanes, spec_.memory_hierarchy, points, out);
    const MappedCounts counts = count_mapped(*shape, spec_);
    ArrayWork array;
    array.cycles = shape->count * counts.cycles;
    array.bound = counts.cycles > 2 * counts.steps ? Bound::noc : Bound::compute;
    array.macs = shape->macs();
    array.processing_elements = processing_elements(spec_);
    array.noc_elements = shape->count * (counts.inputs + counts.weights + counts.results);
    array.accesses.local_reads = 3 * array.macs;
    array.accesses.local_writes = array.macs + shape->count * (counts.inputs + counts.weights);
    array.accesses.buffer_reads = shape->count * (counts.inputs + counts.weights);
    array.accesses.buffer_writes = shape->count * counts.results;
    price(array, work, spec_.memory_hierarchy, points, out);
  }

 private:
  MappedArraySpec spec_;
};

}  // namespace

MappedCounts count_mapped(const ArrayShape& l, const MappedArraySpec& array) {
  const Sizes dims = dims_of(l), at_once = spread(l, array);
  const auto folds = [&](std::size_t d) { return std::ceil(dims[d] / at_once[d]); };
  MappedCounts counts;
  counts.steps = 1;
  for (std::size_t d = 0; d < dims.size(); ++d) counts.steps *= folds(d);
  counts.active_pes = l.macs() / l.count / counts.steps;
  const double tiles = std::ceil(l.k / (at_once[kK] * array.local_channels));
  // Rows of inputs that a fold of output rows needs; a window that moves along a row takes in `stride` columns.
  const double rows = folds(kP) * ((std::min(at_once[kP], l.p) - 1) * l.stride + l.r);
  counts.inputs = l.groups * l.c * rows * (l.s + (l.q - 1) * std::min(l.stride, l.s)) * tiles;
  counts.weights = l.weights() * folds(kP) * (at_once[kQ] > 1 ? folds(kQ) : 1);
  counts.results = l.groups * l.k * l.p * l.q * folds(kC);
  const double bandwidth = array.noc_bandwidth.value_or(std::numeric_limits<double>::infinity());
  counts.cycles = std::max(counts.steps + (counts.inputs + counts.weights) / bandwidth, counts.results / bandwidth);
  return counts;
}

std::unique_ptr<const CostModel> make_cost_model(const MappedArraySpec& spec) {
  return std::make_unique<MappedArray>(spec);
}

}  // namespace hetsched
