#include "model/task_graph.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "model/graph.hpp"

namespace hetsched {
namespace {

/// Tasks without edges, ordered by their first layer, and which of them each layer belongs to.
struct Cut {
  IdVector<TaskId, GraphTask> tasks;
  std::vector<TaskId> task_of;  ///< by layer
};

/// A use of a layer's output by another layer.
struct Use {
  std::uint32_t producer = 0, consumer = 0;  ///< layers
  std::optional<double> own_bytes;
};

/// A tensor on its way to one task.
struct Flow {
  TaskId from = {}, to = {};
  std::uint32_t layer = 0;  ///< that produces it
  std::uint32_t own = 0;    ///< 0: the shared output of the layer; else a number of its own
  double bytes = 0;
  [[nodiscard]] auto tensor() const { return std::tuple{from, layer, own}; }
  [[nodiscard]] auto order() const { return std::tuple{from, layer, own, to}; }
};

std::vector<std::string> names_of_variants(const std::vector<VariantSpec>& variants) {
  std::vector<std::string> names;
  for (const VariantSpec& variant : variants) names.push_back(variant.name);
  return names;
}

using LayerIndex = std::unordered_map<std::string_view, std::uint32_t>;

LayerIndex index_layers(const Network& network) {
  LayerIndex index;
  for (std::uint32_t i = 0; i < network.layers.size(); ++i) index.emplace(network.layers[i].name, i);
  return index;
}

std::uint32_t layer_named(const LayerIndex& index, const std::string& name) {
  const auto found = index.find(name);
  HETSCHED_ASSERT(found != index.end(), "names of layers are checked when a model is read");
  return found->second;
}

Cut cut_whole(const Network& network) {
  Cut cut;
  GraphTask& task = cut.tasks.emplace_back();
  task.name = "*";
  task.variants = names_of_variants(network.variants);
  for (std::uint32_t i = 0; i < network.layers.size(); ++i) task.layers.push_back(i);
  cut.task_of.assign(network.layers.size(), TaskId{});
  return cut;
}

Cut cut_layers(const Network& network, const LayerIndex& index, bool grouped) {
  std::vector<std::optional<std::size_t>> group_of(network.layers.size());
  if (grouped)
    for (std::size_t g = 0; g < network.groups.size(); ++g)
      for (const std::string& layer : network.groups[g].layers) group_of[layer_named(index, layer)] = g;

  Cut cut;
  std::vector<TaskId> task_of_group(network.groups.size(), TaskId::none);
  for (std::uint32_t i = 0; i < network.layers.size(); ++i) {
    const std::optional<std::size_t> group = group_of[i];
    if (group && task_of_group[*group] != TaskId::none) {
      cut.task_of.push_back(task_of_group[*group]);
      cut.tasks[cut.task_of.back()].layers.push_back(i);
      continue;
    }
    cut.task_of.push_back(cut.tasks.push_back({}));
    GraphTask& task = cut.tasks.back();
    task.layers.push_back(i);
    if (!group) {
      task.name = network.layers[i].name;
      task.op = network.layers[i].op;
      task.variants = names_of_variants(network.layers[i].variants);
    } else {
      task.name = network.groups[*group].name;
      task_of_group[*group] = cut.task_of.back();
    }
  }
  return cut;
}

/// Every use of one layer's output by another, by consumer, then in the order of its inputs.
std::vector<Use> uses_of_outputs(const Network& network, const LayerIndex& index) {
  std::vector<Use> uses;
  for (std::uint32_t i = 0; i < network.layers.size(); ++i) {
    const auto& inputs = network.layers[i].inputs;
    if (!inputs) {
      if (i > 0) uses.push_back({i - 1, i, std::nullopt});
      continue;
    }
    for (const InputSpec& input : *inputs) uses.push_back({layer_named(index, input.from), i, input.bytes});
  }
  return uses;
}

/// needs[t]: the tasks that task t waits for; a task may be in there more than once.
Dependencies dependencies_of(const Cut& cut, const std::vector<Use>& uses) {
  Dependencies needs(cut.tasks.size());
  for (const Use& use : uses) {
    const TaskId from = cut.task_of[use.producer], to = cut.task_of[use.consumer];
    if (from != to) needs[index_of(to)].push_back(static_cast<std::uint32_t>(from));
  }
  return needs;
}

bool check_acyclic(const Dependencies& needs, const Cut& cut, const Network& network, Problems& problems) {
  const std::vector<std::uint32_t> cycle = find_cycle(needs);
  if (cycle.empty()) return true;
  Strings names;
  for (const GraphTask& task : cut.tasks) names.push_back(task.name);
  problems.add("", "",
               "model " + in_quotes(network.name) + " cannot run in its groups, as they wait for each other: " +
                   cycle_text(cycle, names) + " (each reads from the next); split one of them");
  return false;
}

void reorder(Cut& cut, const std::vector<std::uint32_t>& order) {
  IdVector<TaskId, GraphTask> tasks;
  IdVector<TaskId, TaskId> place(order.size());
  for (const std::uint32_t index : order) {
    const auto old = id_of<TaskId>(index);
    place[old] = tasks.push_back(std::move(cut.tasks[old]));
  }
  cut.tasks = std::move(tasks);
  for (TaskId& task : cut.task_of) task = place[task];
}

/// Gives the tasks their edges. Returns the number of tensors.
std::uint32_t connect(Cut& cut, const std::vector<Use>& uses, const Network& network) {
  std::vector<Flow> flows;
  std::uint32_t own = 0;
  for (const Use& use : uses) {
    Flow flow{cut.task_of[use.producer], cut.task_of[use.consumer], use.producer, 0, 0};
    if (flow.from == flow.to) continue;
    flow.own = use.own_bytes ? ++own : 0;
    flow.bytes = use.own_bytes ? *use.own_bytes : network.layers[use.producer].output_bytes.value_or(0);
    flows.push_back(flow);
  }
  std::sort(flows.begin(), flows.end(), [](const Flow& a, const Flow& b) { return a.order() < b.order(); });
  flows.erase(
      std::unique(flows.begin(), flows.end(), [](const Flow& a, const Flow& b) { return a.order() == b.order(); }),
      flows.end());
  std::uint32_t tensors = 0;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const Flow& flow = flows[i];
    if (i == 0 || flow.tensor() != flows[i - 1].tensor()) ++tensors;
    const auto tensor = id_of<TensorId>(tensors - 1);
    cut.tasks[flow.to].inputs.push_back({flow.from, tensor, flow.bytes});
    cut.tasks[flow.from].outputs.push_back({flow.to, tensor, flow.bytes});
  }
  for (GraphTask& task : cut.tasks)
    std::sort(task.outputs.begin(), task.outputs.end(),
              [](const Edge& a, const Edge& b) { return std::tie(a.task, a.tensor) < std::tie(b.task, b.tensor); });
  return tensors;
}

/// Which bytes come from outside of the network, as tensors from that number on, and which leave it.
void connect_outside(Cut& cut, const std::vector<Use>& uses, const Network& network, std::uint32_t tensors) {
  std::vector<bool> reads(network.layers.size()), is_read(network.layers.size());
  for (const Use& use : uses) reads[use.consumer] = is_read[use.producer] = true;
  for (GraphTask& task : cut.tasks) {
    for (const std::uint32_t l : task.layers) {
      const LayerSpec& layer = network.layers[l];
      if (!reads[l]) task.source.bytes += layer.input_bytes.value_or(0);
      if (!is_read[l]) task.sink_bytes += layer.output_bytes.value_or(0);
    }
    if (task.source.bytes > 0) task.source.tensor = id_of<TensorId>(tensors++);
  }
}

Cut cut_at(Granularity granularity, const Network& network, const LayerIndex& index) {
  switch (granularity) {
    case Granularity::layer: return cut_layers(network, index, false);
    case Granularity::group: return cut_layers(network, index, true);
    case Granularity::model: return cut_whole(network);
  }
  throw InternalError("unknown granularity");
}

/// Is a task the whole model, whose variants are then its own?
bool is_whole(Granularity granularity) {
  switch (granularity) {
    case Granularity::layer:
    case Granularity::group: return false;
    case Granularity::model: return true;
  }
  throw InternalError("unknown granularity");
}

/// Numbers the alternatives and collects their losses.
void number_alternatives(TaskGraph& graph, const Network& network, Granularity granularity) {
  for (GraphTask& task : graph.tasks) {
    task.first_alternative = static_cast<std::uint32_t>(graph.losses.size());
    if (task.variants.empty()) continue;
    for (const VariantSpec& variant :
         is_whole(granularity) ? network.variants : network.layers[task.layers[0]].variants)
      graph.losses.push_back(variant.accuracy_loss);
  }
  HETSCHED_ASSERT(graph.losses.size() <= 64, "variants are counted when a model is read");
}

/// Translates the accuracy table into sets of bits.
void list_combinations(TaskGraph& graph, const Network& network) {
  std::unordered_map<std::string, std::uint32_t> bit_of;  // by "layer:variant"
  for (const GraphTask& task : graph.tasks)
    for (std::uint32_t v = 0; v < task.variants.size(); ++v)
      bit_of.emplace(task.name + ":" + task.variants[v], task.first_alternative + v);

  for (const CombinationSpec& combination : network.accuracy.combinations) {
    AccuracyEntry entry{0, combination.loss};
    bool possible = true;
    for (const std::string& name : combination.variants) {
      const auto found = bit_of.find(name);
      if (found == bit_of.end())
        possible = false;
      else
        entry.alternatives |= std::uint64_t{1} << found->second;
    }
    if (possible) graph.combinations.push_back(entry);
  }
  // An empty table would mean that any set may be applied, but none that the model lists can be.
  if (graph.combinations.empty()) graph.combinations.push_back({0, 0});
  std::sort(graph.combinations.begin(), graph.combinations.end(),
            [](const AccuracyEntry& a, const AccuracyEntry& b) { return a.alternatives < b.alternatives; });
}

}  // namespace

TaskGraph compile_task_graph(const Network& network, Granularity granularity, Problems& problems) {
  const LayerIndex index = index_layers(network);
  Cut cut = cut_at(granularity, network, index);
  const std::vector<Use> uses = uses_of_outputs(network, index);
  const Dependencies needs = dependencies_of(cut, uses);
  if (!check_acyclic(needs, cut, network, problems)) return {};
  reorder(cut, dependency_order(needs));

  TaskGraph graph;
  graph.tensors = connect(cut, uses, network);
  connect_outside(cut, uses, network, graph.tensors);
  graph.tasks = std::move(cut.tasks);
  number_alternatives(graph, network, granularity);
  const Spill spill = network.spill.value_or(Spill::none);
  graph.recompute = spill == Spill::recompute || spill == Spill::any;
  graph.offload = spill == Spill::offload || spill == Spill::any;
  const bool any_choice = !is_whole(granularity) && !graph.losses.empty();
  if (any_choice && !network.accuracy.combinations.empty()) list_combinations(graph, network);
  return graph;
}

}  // namespace hetsched
