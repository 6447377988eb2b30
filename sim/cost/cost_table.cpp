#include "cost/cost_table.hpp"

#include "cost/layer_costs.hpp"

namespace hetsched {
namespace {

CostRow row_of(const LayerSpec& layer, const LayerWork* work) {
  CostRow row;
  row.layer = layer.name;
  row.op = layer.op.empty() && layer.dims ? "conv2d" : layer.op;
  if (work == nullptr) return row;
  row.precision = work->precision;
  row.macs = work->macs;
  row.ops = work->ops();
  row.bytes = work->bytes();
  return row;
}

void add_cost(CostRow& row, const LayerCost& cost) {
  if (cost.time == kNever) return;
  row.source = cost.source;
  row.time = cost.time;
  row.energy = cost.energy;
  row.traffic = cost.traffic;
  if (cost.bound != Bound::none) row.bound = cost.bound;
  row.compute_time = cost.compute_time;
  row.memory_time = cost.memory_time;
  row.overhead = cost.overhead;
  row.cycles = cost.cycles;
  row.utilization = cost.utilization;
  row.local_reads = cost.accesses.local_reads;
  row.local_writes = cost.accesses.local_writes;
  row.buffer_reads = cost.accesses.buffer_reads;
  row.buffer_writes = cost.accesses.buffer_writes;
  row.dram_reads = cost.accesses.dram_reads;
  row.dram_writes = cost.accesses.dram_writes;
  row.peak_ops = cost.peak_ops;
  row.bandwidth = cost.bandwidth;
}

}  // namespace

std::vector<CostRow> cost_table(const PlatformSpec& platform, const Network& network, Problems& problems) {
  NameIds ids;
  LayerCosts costs(platform, ids, problems);
  const Profile profile(network, ids);
  std::vector<CostRow> rows;
  std::vector<LayerCost> found;
  for (const LayerSpec& layer : network.layers)
    for (const VariantId v : IdRange<VariantId>(1 + layer.variants.size())) {
      const VariantSpec* variant = v == VariantId::original ? nullptr : &layer.variants[index_of(v) - 1];
      const auto work = work_of(network, layer, variant);
      CostRow row = row_of(layer, work ? &*work : nullptr);
      if (variant != nullptr) row.variant = variant->name;
      for (const KindId k : costs.kinds().ids()) {
        const KindSpec& kind = *costs.kinds()[k].spec;
        found.resize(kind.operating_points.size());
        costs.find(profile, layer, v, k, found);
        for (std::size_t p = 0; p < found.size(); ++p) {
          CostRow& added = rows.emplace_back(row);
          added.kind = kind.name;
          added.operating_point = kind.operating_points[p].name;
          add_cost(added, found[p]);
        }
      }
    }
  return rows;
}

}  // namespace hetsched
