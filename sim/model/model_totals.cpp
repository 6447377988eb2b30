#include "model/model_totals.hpp"

#include <algorithm>
#include <filesystem>

namespace hetsched {
namespace {

/// The JSON files in a folder and below, sorted.
Strings json_files(const std::string& folder, Problems& problems) {
  Strings files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".json") files.push_back(entry->path().string());
  if (error) problems.add(folder, "", "cannot be listed: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

void add_file(const std::string& path, bool named, std::vector<ModelTotals>& out, Problems& problems) {
  const std::size_t before = problems.size();
  const Document document = Document::from_file(path, problems);
  if (!document.parsed()) return;
  if (!document.root().has("layers")) {
    if (named) problems.add(document.root().problem("is no model: it has no layers"));
    return;
  }
  ModelTotals totals = totals_of(read_network(document.root(), problems));
  if (problems.size() != before) return;
  totals.file = path;
  out.push_back(std::move(totals));
}

}  // namespace

ModelTotals totals_of(const Network& network) {
  ModelTotals totals;
  totals.name = network.name;
  totals.layers = network.layers.size();
  for (const LayerSpec& layer : network.layers) {
    totals.macs += layer.macs.value_or(0);
    totals.params += layer.params.value_or(0);
    totals.weight_bytes += layer.weight_bytes.value_or(0);
    totals.input_bytes += layer.input_bytes.value_or(0);
    totals.output_bytes += layer.output_bytes.value_or(0);
  }
  return totals;
}

std::vector<ModelTotals> totals_of_files(const Strings& paths, Problems& problems) {
  std::vector<ModelTotals> all;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      add_file(path, true, all, problems);
      continue;
    }
    const std::size_t before = all.size() + problems.size();
    for (const std::string& file : json_files(path, problems)) add_file(file, false, all, problems);
    if (all.size() + problems.size() == before) problems.add(path, "", "holds no model file");
  }
  return all;
}

}  // namespace hetsched
