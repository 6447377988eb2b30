#include "cost/systolic_array.hpp"

#include <cmath>

#include "cost/cost_models.hpp"
#include "cost/memory_hierarchy.hpp"

namespace hetsched {
namespace {

/// Depthwise layers and groups are computed one group after the other.
class SystolicArray final : public CostModel {
 public:
  explicit SystolicArray(const SystolicArraySpec& spec) : spec_(spec) {}

  void cost(const LayerWork& work, std::span<const OperatingPointSpec> points,
            std::span<LayerCost> out) const override {
    const auto shape = array_shape(work);
    if (!shape) return price_vector(work, spec_.vector_lanes, spec_.memory_hierarchy, points, out);
    // The inputs of a batch are more pixels of one product, but where every group has filters of its own.
    const SystolicCounts counts =
        count_systolic({shape->count * shape->p * shape->q, shape->r * shape->s * shape->c, shape->k}, spec_);
    ArrayWork array;
    array.cycles = shape->groups * counts.cycles;
    array.macs = shape->macs();
    array.processing_elements = static_cast<double>(spec_.rows) * spec_.columns;
    // Every multiply-accumulate reads two operands and a partial sum from its element's registers, and writes one.
    array.accesses.local_reads = 3 * array.macs;
    array.accesses.local_writes = array.macs;
    array.accesses.buffer_reads = shape->groups * (counts.input_reads + counts.filter_reads);
    array.accesses.buffer_writes = shape->groups * counts.output_writes;
    array.noc_elements = array.accesses.buffer_reads + array.accesses.buffer_writes;
    price(array, work, spec_.memory_hierarchy, points, out);
  }

 private:
  SystolicArraySpec spec_;
};

}  // namespace

SystolicCounts count_systolic(const SystolicWork& work, const SystolicArraySpec& array) {
  const double rows = array.rows, columns = array.columns;
  const bool os = array.stationary == Stationary::os, is = array.stationary == Stationary::is;
  const double down = os ? work.pixels : work.window;
  const double across = is ? work.pixels : work.filters;
  const double streamed = os ? work.window : is ? work.filters : work.pixels;
  const double folds_down = std::ceil(down / rows), folds_across = std::ceil(across / columns);
  const double fill = os && array.fill == FillTerm::tool ? rows + columns - 2 : 2 * rows + columns - 2;
  SystolicCounts counts;
  counts.folds = folds_down * folds_across;
  counts.cycles = counts.folds * (streamed + fill) - (array.fill == FillTerm::tool ? 1 : 0);
  const double inputs = work.pixels * work.window, filters = work.window * work.filters;
  counts.input_reads = is ? inputs : inputs * folds_across;
  counts.filter_reads = os ? filters * folds_down : is ? filters * folds_across : filters;
  counts.output_writes = work.pixels * work.filters * (os ? 1 : folds_down);
  return counts;
}

std::unique_ptr<const CostModel> make_cost_model(const SystolicArraySpec& spec) {
  return std::make_unique<SystolicArray>(spec);
}

}  // namespace hetsched
