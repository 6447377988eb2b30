#include "import/models/onnx/model.hpp"

#include <onnx/defs/schema.h>

#include <algorithm>
#include <array>
#include <climits>
#include <set>

#include "base/errors.hpp"
#include "import/models/onnx/dimensions.hpp"
#include "import/models/onnx/inference.hpp"
#include "import/models/onnx/wire.hpp"
#include "import/models/source_text.hpp"

namespace hetsched::onnx_import {
namespace {

constexpr std::size_t kMostNodes = 1'000'000;

[[noreturn]] void refuse(const std::string& file, const std::string& what) {
  throw InputError(std::vector{Problem{file, "", what}});
}

onnx::ModelProto parse(const ImportFile& file) {
  const std::string path = file.path.string();
  if (file.bytes.empty()) refuse(path, "is empty");
  const std::string bytes = without_weights(file.bytes, path);
  google::protobuf::SetLogHandler(nullptr);  // what is wrong is thrown, not printed
  onnx::ModelProto proto;
  if (bytes.size() > INT_MAX) refuse(path, "has more than 2 GB besides its weights");
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    refuse(path, "is no ONNX model, or it is damaged: a message in it has fields of wrong types");
  if (!proto.has_graph() || proto.ir_version() < 1) refuse(path, "is no ONNX model: it has no graph, or no IR version");
  if (proto.opset_import_size() == 0)
    refuse(path, "names no operator set (opset); it is truncated, or older than ONNX 1.0");
  if (static_cast<std::size_t>(proto.graph().node_size()) > kMostNodes) refuse(path, "has more than a million nodes");
  return proto;
}

/// Every tensor is put out once, before it is read.
void check_names(const Model& model) {
  std::set<std::string> there;
  const auto& graph = model.proto.graph();
  for (const auto& tensor : graph.initializer()) there.insert(tensor.name());
  for (const auto& tensor : graph.sparse_initializer()) there.insert(tensor.values().name());
  std::set<std::string> inputs;
  for (const auto& input : graph.input()) {
    if (!inputs.insert(input.name()).second) refuse(model.file, "has two inputs called " + in_quotes(input.name()));
    there.insert(input.name());
  }
  std::set<std::string> later;
  for (const auto& node : graph.node()) later.insert(node.output().begin(), node.output().end());
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& name : graph.node(i).input())
      if (!name.empty() && !there.contains(name))
        model.fail(i, "reads tensor " + in_quotes(name) + ", which " +
                          (later.contains(name) ? "is put out only later; nodes must be in order, without cycles"
                                                : "nothing puts out"));
    for (const std::string& name : graph.node(i).output())
      if (!name.empty() && !there.insert(name).second)
        model.fail(i, "puts out tensor " + in_quotes(name) + ", which is there already");
  }
}

/// Shape inference divides by some attributes and trusts others.
void check_attributes(const Model& model) {
  constexpr std::array kPositive = {"strides", "dilations", "kernel_shape", "group", "blocksize", "hidden_size"};
  constexpr std::array kNotNegative = {"pads", "output_padding", "output_shape"};
  const auto& nodes = model.proto.graph().node();
  for (int i = 0; i < nodes.size(); ++i) {
    for (const auto& given : nodes[i].attribute()) {
      const bool positive = std::find(kPositive.begin(), kPositive.end(), given.name()) != kPositive.end();
      const bool not_negative = nodes[i].op_type() != "Pad" &&
                                std::find(kNotNegative.begin(), kNotNegative.end(), given.name()) != kNotNegative.end();
      if (!positive && !not_negative) continue;
      std::vector<std::int64_t> values(given.ints().begin(), given.ints().end());
      if (given.has_i()) values.push_back(given.i());
      for (const std::int64_t value : values)
        if (value < (positive ? 1 : 0) || value > INT_MAX)
          model.fail(i, "attribute " + in_quotes(given.name()) + " must be " +
                            (positive ? "at least 1" : "at least 0") + " and below 2^31; found " +
                            std::to_string(value));
    }
  }
}

void take_shape(Model& model, const onnx::ValueInfoProto& info) {
  if (!info.type().has_tensor_type()) return;
  Tensor& tensor = model.tensors[info.name()];
  const auto& type = info.type().tensor_type();
  if (tensor.type == 0) tensor.type = type.elem_type();
  if (!type.has_shape() || tensor.has_shape) return;
  std::vector<double> dims;
  for (const auto& dim : type.shape().dim()) {
    if (!dim.has_dim_value() || dim.dim_value() < 0) return;
    dims.push_back(static_cast<double>(dim.dim_value()));
  }
  tensor.dims = std::move(dims);
  tensor.has_shape = true;
}

template <class Dims>
void take_constant(Model& model, const std::string& name, std::int32_t type, const Dims& dims) {
  Tensor& tensor = model.tensors[name];
  tensor = {type, true, {dims.begin(), dims.end()}, true};
  for (const double dim : tensor.dims)
    if (dim < 0) refuse(model.file, "weight " + in_quotes(name) + " has a negative dimension");
}

}  // namespace

double element_bytes(std::int32_t type) {
  using T = onnx::TensorProto;
  constexpr std::int32_t kFirstFloat8 = 17, kLastFloat8 = 20, kUint4 = 21,
                         kInt4 = 22;  // newer than the library
  if (type >= kFirstFloat8 && type <= kLastFloat8) return 1;
  if (type == kUint4 || type == kInt4) return 0.5;
  switch (type) {
    case T::UINT8:
    case T::INT8:
    case T::BOOL: return 1;
    case T::UINT16:
    case T::INT16:
    case T::FLOAT16:
    case T::BFLOAT16: return 2;
    case T::FLOAT:
    case T::INT32:
    case T::UINT32: return 4;
    case T::INT64:
    case T::UINT64:
    case T::DOUBLE:
    case T::COMPLEX64: return 8;
    case T::COMPLEX128: return 16;
    default: return 0;
  }
}

double Tensor::elements() const {
  double count = 1;
  for (const double dim : dims) count *= dim;
  return count;
}

double Tensor::bytes() const { return has_shape ? elements() * element_bytes(type) : 0; }

const Tensor& Model::tensor(const std::string& name) const {
  static const Tensor kNone;
  const auto at = tensors.find(name);
  return at == tensors.end() ? kNone : at->second;
}

std::string Model::where(int node) const {
  const auto& at = proto.graph().node(node);
  const std::string name = at.name().empty() || !is_text(at.name()) ? "" : " " + in_quotes(at.name());
  return file + ", node " + std::to_string(node) + name +
         (is_text(at.op_type()) ? " (" + shortened(at.op_type(), 60) + ")" : "");
}

void Model::fail(int node, const std::string& what) const {
  throw InputError(std::vector{Problem{where(node), "", is_text(what) ? what : "has names that are not UTF-8 text"}});
}

Model load_model(const ImportFile& file, const ImportOptions& options) {
  Model model;
  model.file = file.path.string();
  model.proto = parse(file);
  check_names(model);
  check_attributes(model);
  replace_symbols(*model.proto.mutable_graph(), options.dims, model.file);
  const Inference inferred = infer_shapes(model.proto, Strictness::lenient);
  if (!inferred.error.empty()) refuse(model.file, inferred.error);
  for (const auto& tensor : model.proto.graph().initializer())
    take_constant(model, tensor.name(), tensor.data_type(), tensor.dims());
  for (const auto& tensor : model.proto.graph().sparse_initializer())
    take_constant(model, tensor.values().name(), tensor.values().data_type(), tensor.dims());
  for (const auto& info : inferred.graph.input()) take_shape(model, info);
  for (const auto& info : inferred.graph.output()) take_shape(model, info);
  for (const auto& info : inferred.graph.value_info()) take_shape(model, info);
  const std::int64_t opset = opset_of(model.proto);
  const std::int64_t known = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map().at("").second;
  if (opset > known)
    model.notes.push_back("uses opset " + std::to_string(opset) + ", newer than the " + std::to_string(known) +
                          " of the installed ONNX library; check the shapes of operators that changed since");
  return model;
}

const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const std::string& name) {
  for (const auto& given : node.attribute())
    if (given.name() == name) return &given;
  return nullptr;
}

}  // namespace hetsched::onnx_import
