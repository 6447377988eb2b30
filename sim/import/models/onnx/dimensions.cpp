#include "import/models/onnx/dimensions.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/errors.hpp"
#include "base/units.hpp"
#include "import/models/source_text.hpp"

namespace hetsched::onnx_import {
namespace {

using Values = std::map<std::string, std::int64_t>;

Values parse_values(const Strings& texts) {
  Values values;
  for (const std::string& text : texts) {
    const std::size_t equals = text.rfind('=');
    const auto value = equals == std::string::npos ? std::nullopt : parse_decimal(text.substr(equals + 1));
    if (!value || *value < 1 || *value > UINT32_MAX ||
        *value != static_cast<double>(static_cast<std::int64_t>(*value)) || equals == 0)
      throw InputError("--dim must be NAME=N with a whole number N of at least 1; found " + in_quotes(text));
    if (!values.emplace(text.substr(0, equals), static_cast<std::int64_t>(*value)).second)
      throw InputError("--dim gives " + in_quotes(text.substr(0, equals)) + " twice");
  }
  return values;
}

using Shape = onnx::TensorShapeProto;

bool has_value(const Shape::Dimension& dim) { return dim.has_dim_value() && dim.dim_value() > 0; }

std::string symbol_of(const std::string& input, int axis, const Shape::Dimension& dim) {
  return dim.has_dim_param() && !dim.dim_param().empty() ? dim.dim_param() : input + "." + std::to_string(axis);
}

bool is_concrete(const onnx::ValueInfoProto& info) {
  if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape()) return false;
  const auto& dims = info.type().tensor_type().shape().dim();
  return std::all_of(dims.begin(), dims.end(), has_value);
}

void replace_in(onnx::ValueInfoProto& info, const Values& values) {
  if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape()) return;
  for (Shape::Dimension& dim : *info.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim())
    if (const auto value = values.find(dim.dim_param()); dim.has_dim_param() && value != values.end())
      dim.set_dim_value(value->second);
}

/// Sets the dimensions of the inputs. `symbols`: all there are, in order; `missing`: those without a value.
void replace_in_inputs(onnx::GraphProto& graph, const Values& values, const std::string& file, Strings& symbols,
                       Strings& missing) {
  std::set<std::string> fixed;
  for (const auto& tensor : graph.initializer()) fixed.insert(tensor.name());
  for (onnx::ValueInfoProto& input : *graph.mutable_input()) {
    if (fixed.contains(input.name()) || !input.type().has_tensor_type()) continue;
    if (!input.type().tensor_type().has_shape())
      throw InputError(std::vector{Problem{file, "", "input " + in_quotes(input.name()) + " has no shape"}});
    int axis = 0;
    for (Shape::Dimension& dim : *input.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()) {
      const std::string symbol = symbol_of(input.name(), axis++, dim);
      if (has_value(dim)) continue;
      if (std::find(symbols.begin(), symbols.end(), symbol) == symbols.end()) symbols.push_back(symbol);
      if (const auto value = values.find(symbol); value != values.end())
        dim.set_dim_value(value->second);
      else if (std::find(missing.begin(), missing.end(), symbol) == missing.end())
        missing.push_back(symbol);
    }
  }
}

}  // namespace

void replace_symbols(onnx::GraphProto& graph, const Strings& texts, const std::string& file) {
  const Values values = parse_values(texts);
  Strings symbols, missing;
  replace_in_inputs(graph, values, file, symbols, missing);
  for (const auto& [name, value] : values)
    if (std::find(symbols.begin(), symbols.end(), name) == symbols.end())
      throw InputError(
          std::vector{Problem{file, "",
                              "no input has a symbolic dimension " + in_quotes(name) +
                                  (symbols.empty() ? "; there are none" : "; there are: " + listed(symbols)) +
                                  did_you_mean(name, symbols)}});
  if (!missing.empty()) {
    Strings flags;
    for (const std::string& name : missing) flags.push_back("--dim " + name + "=N");
    throw InputError(std::vector{Problem{file, "", "symbolic dimensions have no value; give " + join(flags, " ")}});
  }
  onnx::GraphProto kept;
  for (onnx::ValueInfoProto& info : *graph.mutable_value_info()) {
    replace_in(info, values);
    if (is_concrete(info)) *kept.add_value_info() = info;
  }
  graph.mutable_value_info()->Swap(kept.mutable_value_info());
  for (onnx::ValueInfoProto& info : *graph.mutable_output()) {
    replace_in(info, values);
    if (info.type().has_tensor_type() && !is_concrete(info)) info.mutable_type()->mutable_tensor_type()->clear_shape();
  }
}

}  // namespace hetsched::onnx_import
