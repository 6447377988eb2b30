/// \file
/// ONNX models: one layer per node that computes or moves data, without those that are known before any input
/// is, that only rename or reshape, or that are fused. Bytes and multiply-accumulates follow from the
/// tensors' shapes and types; where the dimensions of the layer say the same, they are left to them.

#include <algorithm>
#include <map>
#include <set>

#include "base/errors.hpp"
#include "import/models/model_import.hpp"
#include "import/models/onnx/fusion.hpp"
#include "import/models/onnx/inference.hpp"
#include "import/models/onnx/model.hpp"
#include "import/models/onnx/operators.hpp"
#include "import/models/source_text.hpp"
#include "model/operators.hpp"

namespace hetsched {
namespace onnx_import {
namespace {

/// The number format of a tensor; nothing for indices, truth values and what we have no word for.
std::optional<Precision> precision_of(std::int32_t type) {
  switch (type) {
    case onnx::TensorProto::FLOAT: return Precision::fp32;
    case onnx::TensorProto::FLOAT16: return Precision::fp16;
    case onnx::TensorProto::BFLOAT16: return Precision::bf16;
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::UINT8: return Precision::int8;
    default: return std::nullopt;
  }
}

class Builder {
 public:
  Builder(Model model, const ImportOptions& options)
      : model_(std::move(model)), options_(options), nodes_(model_.proto.graph().node()) {}

  Imported build() {
    result_.notes = model_.notes;
    find_fixed();
    check_operators();
    fused_ = options_.fuse ? fuse(model_) : std::vector<Fused>(static_cast<std::size_t>(nodes_.size()));
    result_.network.precision = common_precision();
    for (int i = 0; i < nodes_.size(); ++i) add_node(i);
    report();
    const auto& proto = model_.proto;
    result_.network.source = " (IR " + std::to_string(proto.ir_version()) + ", opset " + opsets() + ")";
    return std::move(result_);
  }

 private:
  /// Outputs of nodes whose inputs are all fixed are fixed too; of shapes always.
  void find_fixed() {
    for (const auto& node : nodes_) {
      const Role role = role_of(node);
      const bool all_fixed = node.input_size() > 0 && role != Role::unknown &&
                             std::all_of(node.input().begin(), node.input().end(), [&](const std::string& name) {
                               return name.empty() || model_.tensor(name).fixed;
                             });
      if (role != Role::shape && !all_fixed && !makes_constant(node)) continue;
      for (const std::string& name : node.output()) model_.tensors[name].fixed = true;
    }
  }

  /// Operators for the arithmetic of shapes, which are no layers of their own.
  [[nodiscard]] bool makes_constant(const onnx::NodeProto& node) const {
    if (node.op_type() != "Range" && node.op_type() != "ConstantOfShape" && node.op_type() != "OneHot" &&
        node.op_type() != "EyeLike" && node.op_type() != "NonZero")
      return false;
    return std::all_of(node.input().begin(), node.input().end(),
                       [&](const std::string& name) { return name.empty() || model_.tensor(name).fixed; });
  }

  [[nodiscard]] bool is_fixed(int i) const {
    return std::all_of(nodes_[i].output().begin(), nodes_[i].output().end(),
                       [&](const std::string& name) { return name.empty() || model_.tensor(name).fixed; });
  }

  /// All unknown operators at once, and the first tensor without a shape.
  void check_operators() {
    std::map<std::string, int> unknown;
    for (int i = 0; i < nodes_.size(); ++i)
      if (!is_fixed(i) && role_of(nodes_[i]) == Role::unknown)
        ++unknown[(nodes_[i].domain().empty() ? "" : nodes_[i].domain() + ".") + nodes_[i].op_type()];
    Strings list;
    for (const auto& [op, count] : unknown)
      list.push_back(is_text(op) ? op + " (" + std::to_string(count) + ")" : "(no text)");
    if (!list.empty() && !options_.allow_unknown)
      throw InputError(std::vector{
          Problem{model_.file, "",
                  "has unknown operators: " + listed(list) +
                      "; --allow-unknown keeps them as layers with the bytes of their tensors and without work"}});
    if (!list.empty()) result_.notes.push_back("unknown operators, kept as layers without work: " + listed(list));
    for (int i = 0; i < nodes_.size(); ++i) {
      if (is_fixed(i)) continue;
      if (role_of(nodes_[i]) != Role::unknown)
        for (const std::string& name : nodes_[i].input()) check_shape(i, name, "reads");
      const int outputs =
          role_of(nodes_[i]) == Role::unknown ? nodes_[i].output_size() : std::min(nodes_[i].output_size(), 1);
      for (int k = 0; k < outputs; ++k) check_shape(i, nodes_[i].output(k), "puts out");
    }
  }

  void check_shape(int node, const std::string& name, const char* verb) const {
    const Tensor& tensor = model_.tensor(name);
    if (name.empty() || tensor.has_shape || tensor.fixed) return;
    const std::string reason = infer_shapes(model_.proto, Strictness::strict).error;
    model_.fail(node, std::string(verb) + " tensor " + in_quotes(name) +
                          ", whose shape does not follow from the inputs" +
                          (reason.empty() ? "" : " (" + reason + ")"));
  }

  [[nodiscard]] std::optional<Precision> common_precision() const {
    std::map<Precision, int> count;
    for (int i = 0; i < nodes_.size(); ++i)
      if (!is_fixed(i) && nodes_[i].output_size() > 0)
        if (const auto precision = precision_of(model_.tensor(nodes_[i].output(0)).type)) ++count[*precision];
    const auto most =
        std::max_element(count.begin(), count.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == count.end() ? std::nullopt : std::optional(most->first);
  }

  void add_node(int i) {
    if (is_fixed(i) || fused_[i].into >= 0) return;
    if (role_of(nodes_[i]) == Role::view) {
      if (nodes_[i].input_size() > 0 && nodes_[i].output_size() > 0)
        alias_[nodes_[i].output(0)] = root(nodes_[i].input(0));
      return;
    }
    Work work = work_of(model_, i);
    for (const int other : fused_[i].with) add_fused(other, work);
    add_layer(i, work);
  }

  /// The tensor under the name that a layer or an input gave it.
  [[nodiscard]] const std::string& root(const std::string& name) const {
    const auto at = alias_.find(name);
    return at == alias_.end() ? name : at->second;
  }

  void add_fused(int node, Work& work) {
    ++fused_count_[nodes_[node].op_type()];
    const Role role = role_of(nodes_[node]);
    const auto take = [&](int input) {
      if (input < nodes_[node].input_size() && model_.tensor(nodes_[node].input(input)).elements() > 1 &&
          model_.tensor(nodes_[node].input(input)).fixed)
        work.weights.push_back(nodes_[node].input(input));
    };
    if (role == Role::batch_norm) {
      take(1);
      take(2);
      if (work.dims) work.dims->batch_norm = true;
    } else if (nodes_[node].op_type() == "Add") {
      take(0);
      take(1);
      if (work.dims) work.dims->bias = true;
    } else if (nodes_[node].op_type() == "PRelu") {
      take(1);
    }
    work.output = nodes_[node].output(0);
  }

  void add_layer(int i, const Work& work) {
    LayerSpec layer;
    layer.name = unique_name(i);
    layer.op = work.op;
    layer.dims = work.dims;
    const Strings outputs = outputs_of(i, work);
    const auto precision = precision_of(model_.tensor(work.output).type);
    if (precision && precision != result_.network.precision) layer.precision = precision;
    set_sizes(layer, work, outputs);
    layer.inputs.emplace();
    connect(*layer.inputs, work.reads);
    for (const std::string& name : outputs) producers_[name] = {result_.network.layers.size(), outputs.size() > 1};
    result_.network.layers.push_back(std::move(layer));
    result_.layer_where.push_back(model_.where(i));
  }

  /// What is fused leaves one output.
  [[nodiscard]] Strings outputs_of(int i, const Work& work) const {
    if (!fused_[i].with.empty()) return {work.output};
    Strings names;
    for (const std::string& name : nodes_[i].output())
      if (!name.empty() && (names.empty() || model_.tensor(name).has_shape)) names.push_back(name);
    return names;
  }

  /// Tensors that are views of one are one.
  void connect(std::vector<InputSpec>& inputs, const Strings& reads) const {
    std::map<std::size_t, std::size_t> input_of;  // of a layer
    std::set<std::string> seen;
    for (const std::string& read : reads) {
      const std::string& name = root(read);
      const auto producer = producers_.find(name);
      if (!seen.insert(name).second || producer == producers_.end()) continue;  // not there: an input of the graph
      const auto [layer, is_part] = producer->second;
      const auto [at, is_new] = input_of.emplace(layer, inputs.size());
      if (is_new) inputs.push_back({result_.network.layers[layer].name, std::nullopt});
      std::optional<double>& bytes = inputs[at->second].bytes;
      if (is_part) bytes = bytes.value_or(0) + model_.tensor(name).bytes();
    }
  }

  std::string unique_name(int i) {
    const std::string given = nodes_[i].name();
    const std::string name = given.empty() || given == "*" ? nodes_[i].op_type() + "_" + std::to_string(i) : given;
    std::string unique = name;
    for (int copy = 2; !names_.insert(unique).second; ++copy) unique = name + "#" + std::to_string(copy);
    return unique;
  }

  /// Bytes, parameters and work; where they follow from dims they are not written.
  void set_sizes(LayerSpec& layer, const Work& work, const Strings& outputs) {
    double input_bytes = 0, output_bytes = 0, weight_bytes = 0, params = 0;
    for (const std::string& name : work.reads) input_bytes += model_.tensor(name).bytes();
    for (const std::string& name : outputs) output_bytes += model_.tensor(name).bytes();
    for (const std::string& name : work.weights) {
      weight_bytes += model_.tensor(name).bytes();
      if (used_.insert(name).second) params += model_.tensor(name).elements();
    }
    OperatorCounts counts;
    if (layer.dims && !problem_of(*layer.dims, layer.op).empty()) layer.dims.reset();
    if (layer.dims) counts = count_operator(*layer.dims, layer.op);
    const auto precision = layer.precision ? layer.precision : result_.network.precision;
    const double size = precision ? bytes_of(*precision) : 1;
    const double stored = counts.params > 0 ? counts.params : params;
    if (work.macs && (!layer.dims || *work.macs != counts.macs)) layer.macs = work.macs;
    if (input_bytes != counts.inputs * size) layer.input_bytes = input_bytes;
    if (output_bytes != counts.outputs * size) layer.output_bytes = output_bytes;
    if (weight_bytes != stored * size) layer.weight_bytes = weight_bytes;
    if (params != counts.params) layer.params = params;
  }

  void report() {
    if (fused_count_.empty()) return;
    Strings list;
    for (const auto& [op, count] : fused_count_) list.push_back(std::to_string(count) + " " + op);
    result_.notes.push_back("fused into the layer before: " + join(list, ", ") + " (--no-fuse keeps them as layers)");
  }

  [[nodiscard]] std::string opsets() const {
    Strings list;
    for (const auto& opset : model_.proto.opset_import())
      if (is_text(opset.domain()))
        list.push_back((opset.domain().empty() ? "" : opset.domain() + " ") + std::to_string(opset.version()));
    return join(list, ", ");
  }

  /// Who puts out a tensor, and whether it is only a part of what that layer puts out.
  struct Producer {
    std::size_t layer;
    bool is_part;
  };

  Model model_;
  const ImportOptions& options_;
  const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes_;
  std::vector<Fused> fused_;
  Imported result_;
  std::map<std::string, std::string> alias_;
  std::map<std::string, Producer> producers_;
  std::map<std::string, int> fused_count_;
  std::set<std::string> names_;  ///< of layers
  std::set<std::string> used_;   ///< weights that some layer has counted
};

}  // namespace
}  // namespace onnx_import

Imported import_onnx(const ImportFile& file, const ImportOptions& options) {
  return onnx_import::Builder(onnx_import::load_model(file, options), options).build();
}

}  // namespace hetsched
