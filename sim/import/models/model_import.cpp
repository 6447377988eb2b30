#include "import/models/model_import.hpp"

#include <cstdlib>

#include "base/errors.hpp"
#include "import/models/source_text.hpp"
#include "model/model_text.hpp"

namespace hetsched {
namespace {

void check_texts(const Imported& imported) {
  for (std::size_t i = 0; i < imported.network.layers.size(); ++i) {
    const LayerSpec& layer = imported.network.layers[i];
    if (!is_text(layer.name) || !is_text(layer.op))
      throw InputError(std::vector{Problem{imported.layer_where[i], "", "has a name that is not UTF-8 text"}});
  }
}

/// A problem of the model, told as one of the file it came from.
Problem in_file(const Problem& problem, const Imported& imported, const std::string& file) {
  const auto place = [&](std::size_t layer, const std::string& rest) {
    return Problem{imported.layer_where[layer], "layer " + in_quotes(imported.network.layers[layer].name) + rest,
                   problem.what};
  };
  constexpr std::string_view kLayers = "/layers/", kCosts = "/costs/";
  if (problem.pointer.starts_with(kLayers)) {
    char* rest = nullptr;
    const std::size_t layer = std::strtoul(problem.pointer.c_str() + kLayers.size(), &rest, 10);
    if (layer < imported.layer_where.size()) return place(layer, std::string(rest) == "/name" ? "" : rest);
  }
  if (problem.pointer.starts_with(kCosts)) {
    const std::size_t row = std::strtoul(problem.pointer.c_str() + kCosts.size(), nullptr, 10);
    for (std::size_t i = 0; row < imported.network.costs.size() && i < imported.layer_where.size(); ++i)
      if (imported.network.layers[i].name == imported.network.costs[row].layer) return place(i, "");
  }
  return {file, problem.pointer, problem.what};
}

void check_model(const Json& model, const Imported& imported, const std::string& file) {
  Problems found, told;
  const Document document = Document::from_value(model, file, "");
  (void)read_network(document.root(), found);
  for (const Problem& problem : found.all())  // a layer that is there twice also has its costs twice
    if (told.empty() || !problem.pointer.starts_with("/costs")) told.add(in_file(problem, imported, file));
  told.throw_if_any();
}

/// A name that the user gave, that is in the file, or that the file has.
std::string model_name(const Imported& imported, const ImportFile& file, const ImportOptions& options) {
  if (!options.name.empty()) return options.name;
  if (!imported.network.name.empty() && is_text(imported.network.name)) return imported.network.name;
  const std::string stem = file.path.stem().string();
  return stem.empty() || !is_text(stem) ? "imported" : stem;
}

}  // namespace

ImportedModel import_model(const ModelFormat& format, const ImportFile& file, const ImportOptions& options) {
  Imported imported = format.read(file, options);
  const std::string path = file.path.string(), file_name = file.path.filename().string();
  if (imported.network.layers.empty()) throw InputError(std::vector{Problem{path, "", "has no layers or tasks"}});
  check_texts(imported);
  imported.network.name = model_name(imported, file, options);
  imported.network.source = "imported from the " + std::string(format.name) + " file " +
                            (is_text(file_name) ? file_name : "") + imported.network.source;
  const Json model = model_json(imported.network);
  check_model(model, imported, path);
  return {model_text(model), std::move(imported.notes)};
}

}  // namespace hetsched
