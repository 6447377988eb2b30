#include "engine/fabric.hpp"

#include <algorithm>

#include "engine/tables.hpp"

namespace hetsched {
namespace {

double most_bytes(const Tables& tables) {
  SystemView view;
  tables.fill(view);
  double most = 0;
  for (std::size_t i = 0; i < view.costs.size(); ++i)
    most = std::max(most, view.costs[i].traffic * (view.uses.empty() ? 1 : view.uses[i].bus_factor));
  for (const Model& model : view.models)
    for (const ModelTask& task : model.tasks) {
      for (const Edge& input : task.inputs) most = std::max(most, input.bytes);
      most = std::max({most, task.source.bytes, task.sink_bytes});
    }
  for (const Weights& weights : view.weights) most = std::max(most, weights.bytes);
  return most;
}

}  // namespace

Fabric fabric_of(const Tables& tables) {
  Fabric fabric;
  for (const double bandwidth : tables.memory_bandwidths()) fabric.memory_bandwidth.push_back(bandwidth);
  for (const LinkInfo& link : tables.links()) fabric.links.push_back({link.bandwidth, link.shared});
  fabric.routes = tables.route_table();
  for (const Accelerator& a : tables.accelerators())
    for (std::uint32_t slot = 0; slot < a.slots; ++slot) fabric.slot_memory.push_back(a.memory);
  fabric.most_bytes = most_bytes(tables);
  fabric.rates_change = tables.rates_change();
  return fabric;
}

}  // namespace hetsched
