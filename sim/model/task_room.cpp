#include "model/task_room.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

namespace hetsched {
namespace {

/// Of a layer, or of one of its variants (of the whole model's, if `task` is that).
Bytes weights_of(const Network& network, const LayerSpec& layer, const VariantSpec* variant) {
  const Bytes own = layer.weight_bytes.value_or(0);
  if (variant == nullptr) return own;
  const double before = layer.precision ? bytes_of(*layer.precision) : network.bytes_per_element;
  const double size = variant->precision ? bytes_of(*variant->precision) : before;
  if (variant->dims) return size * count_operator(*variant->dims, layer.op).params;
  return own * (size / before);
}

/// Each tensor once, however many edges carry it.
Bytes sum_of_tensors(std::vector<Edge> edges) {
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.tensor < b.tensor; });
  Bytes sum = 0;
  for (std::size_t i = 0; i < edges.size(); ++i)
    if (i == 0 || edges[i].tensor != edges[i - 1].tensor) sum += std::ceil(edges[i].bytes);
  return sum;
}

}  // namespace

TaskRooms::TaskRooms(const Network& network) : network_(network), readers_(network.layers.size()) {
  std::unordered_map<std::string_view, std::uint32_t> index;
  for (std::uint32_t i = 0; i < network.layers.size(); ++i) index.emplace(network.layers[i].name, i);
  for (std::uint32_t i = 0; i < network.layers.size(); ++i) {
    if (!network.layers[i].inputs) continue;
    for (const InputSpec& input : *network.layers[i].inputs) readers_[index.at(input.from)].push_back(i);
  }
}

TaskRoom TaskRooms::of(const GraphTask& task, VariantId variant) const {
  const std::vector<VariantSpec>& variants =
      task.name == "*" ? network_.variants : network_.layers[task.layers.front()].variants;
  const VariantSpec* chosen = variant == VariantId::original ? nullptr : &variants[index_of(variant) - 1];
  TaskRoom room;
  room.own_weights = chosen == nullptr || chosen->dims || chosen->precision;
  for (const std::uint32_t layer : task.layers) {
    room.weights += weights_of(network_, network_.layers[layer], chosen);
    if (readers_[layer].empty()) room.outputs += std::ceil(network_.layers[layer].output_bytes.value_or(0));
  }
  room.weights = std::ceil(room.weights);
  room.inputs = sum_of_tensors(task.inputs);
  room.outputs += sum_of_tensors(task.outputs);
  room.workspace = workspace_of(task);
  return room;
}

Bytes TaskRooms::workspace_of(const GraphTask& task) const {
  Bytes most = 0, there = 0;
  std::unordered_map<std::uint32_t, Bytes> free_after;  // by the last reader
  for (const std::uint32_t layer : task.layers) {
    const std::vector<std::uint32_t>& readers = readers_[layer];
    const bool inside = !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](std::uint32_t reader) {
      return std::binary_search(task.layers.begin(), task.layers.end(), reader);
    });
    if (inside) {
      const Bytes output = std::ceil(network_.layers[layer].output_bytes.value_or(0));
      there += output;
      free_after[*std::max_element(readers.begin(), readers.end())] += output;
    }
    most = std::max(most, there + std::ceil(network_.layers[layer].workspace_bytes.value_or(0)));
    if (const auto freed = free_after.find(layer); freed != free_after.end()) there -= freed->second;
  }
  return most;
}

}  // namespace hetsched
