#include "import/models/task_file.hpp"

#include <map>

#include "base/errors.hpp"

namespace hetsched {
namespace {

/// Adds an edge to its consumer.
void connect(LayerSpec& layer, const FileEdge& edge, std::map<std::pair<std::string, std::string>, std::size_t>& seen) {
  const auto [at, is_new] = seen.emplace(std::pair(edge.from, edge.to), layer.inputs->size());
  if (is_new) {
    layer.inputs->push_back({edge.from, edge.bytes});
    return;
  }
  std::optional<double>& bytes = (*layer.inputs)[at->second].bytes;
  if (edge.bytes) bytes = bytes.value_or(0) + *edge.bytes;
}

}  // namespace

Imported TaskFile::as_model() const {
  Imported result;
  result.network.name = name;
  result.notes = notes;
  std::map<std::string, std::size_t> index;
  Strings names;
  for (const FileTask& task : tasks) {
    index.emplace(task.name, names.size());
    names.push_back(task.name);
    LayerSpec layer;
    layer.name = task.name;
    layer.inputs.emplace();
    for (const auto& [kind, time] : task.times) {
      ProfileRow row;
      row.layer = task.name;
      row.kind = kind;
      row.time = time;
      result.network.costs.push_back(std::move(row));
    }
    result.network.layers.push_back(std::move(layer));
    result.layer_where.push_back(task.where);
  }
  std::map<std::pair<std::string, std::string>, std::size_t> seen;
  for (const FileEdge& edge : edges) {
    for (const std::string& end : {edge.from, edge.to})
      if (!index.contains(end))
        throw InputError(
            std::vector{Problem{edge.where, "", "there is no task " + in_quotes(end) + did_you_mean(end, names)}});
    connect(result.network.layers[index[edge.to]], edge, seen);
  }
  return result;
}

std::string kind_name(const ImportOptions& options, std::size_t index, const std::string& fallback,
                      const std::string& where) {
  if (options.kinds.empty()) return fallback;
  if (index < options.kinds.size()) return options.kinds[index];
  throw InputError(std::vector{
      Problem{where, "", "has times for more kinds than --kind names (" + std::to_string(options.kinds.size()) + ")"}});
}

}  // namespace hetsched
