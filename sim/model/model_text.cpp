#include "model/model_text.hpp"

#include <cmath>

#include "model/without_defaults.hpp"

namespace hetsched {
namespace {

/// Is it what a layer without inputs in its file reads?
bool is_default(const std::vector<InputSpec>& inputs, const NetworkSpec& network, std::size_t layer) {
  if (layer == 0) return inputs.empty();
  return inputs.size() == 1 && !inputs.front().bytes && inputs.front().from == network.layers[layer - 1].name;
}

Json layer_json(const NetworkSpec& network, std::size_t i) {
  const LayerSpec& layer = network.layers[i];
  Json result = without_defaults(layer);
  if (layer.dims) result["dims"] = without_defaults(*layer.dims);
  if (!layer.inputs) return result;
  if (is_default(*layer.inputs, network, i)) {
    result.erase("inputs");
    return result;
  }
  Json list = Json::array();
  for (const InputSpec& input : *layer.inputs) list.push_back(input.bytes ? to_json(input) : Json(input.from));
  result["inputs"] = std::move(list);
  return result;
}

void append(std::string& out, const Json& value) {
  const bool is_object = value.is_object();
  if (!is_object && !value.is_array()) {
    out += value.is_number_float() ? format_number(value.get<double>()) : value.dump();
    return;
  }
  out += is_object ? '{' : '[';
  bool first = true;
  for (const auto& [key, field] : value.items()) {
    if (!first) out += ", ";
    first = false;
    if (is_object) out += Json(key).dump() + ": ";
    append(out, field);
  }
  out += is_object ? '}' : ']';
}

}  // namespace

Json model_json(const NetworkSpec& network) {
  Json result = {{"format", network.format}};
  Json rest = without_defaults(network);
  rest.erase("format");
  result.update(rest);
  Json layers = Json::array(), costs = Json::array();
  for (std::size_t i = 0; i < network.layers.size(); ++i) layers.push_back(layer_json(network, i));
  for (const ProfileRow& row : network.costs) costs.push_back(without_defaults(row));
  result["layers"] = std::move(layers);
  if (!costs.empty()) result["costs"] = std::move(costs);
  return result;
}

std::string model_text(const Json& model) {
  std::string out = "{";
  for (const auto& [key, value] : model.items()) {
    out += (out.size() > 1 ? ",\n  " : "\n  ") + Json(key).dump() + ": ";
    if (!value.is_array()) {
      append(out, value);
      continue;
    }
    out += "[";
    for (const Json& element : value) {
      out += &element == &value.front() ? "\n    " : ",\n    ";
      append(out, element);
    }
    out += "\n  ]";
  }
  return out + "\n}\n";
}

}  // namespace hetsched
