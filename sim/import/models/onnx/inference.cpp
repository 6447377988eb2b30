#include "import/models/onnx/inference.hpp"

#include <onnx/defs/schema.h>
#include <onnx/shape_inference/implementation.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <set>
#include <vector>

#include "base/errors.hpp"
#include "import/models/onnx/model.hpp"
#include "import/models/source_text.hpp"

namespace hetsched::onnx_import {
namespace {

constexpr int kFirstOpsetWithAxesAsInput = 18;  // of ReduceMean, ReduceMax, ...
constexpr rlim_t kMostSeconds = 60;

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

/// The integers of a small constant; nothing if they are not known.
std::optional<std::vector<std::int64_t>> integers(const onnx::GraphProto& graph, const std::string& name) {
  for (const auto& tensor : graph.initializer()) {
    if (tensor.name() != name || tensor.data_type() != onnx::TensorProto::INT64) continue;
    if (!tensor.has_raw_data())
      return std::vector<std::int64_t>(tensor.int64_data().begin(), tensor.int64_data().end());
    std::vector<std::int64_t> values(tensor.raw_data().size() / sizeof(std::int64_t));
    std::copy_n(tensor.raw_data().data(), values.size() * sizeof(std::int64_t), reinterpret_cast<char*>(values.data()));
    return values;
  }
  for (const auto& node : graph.node())
    if (node.op_type() == "Constant" && node.output_size() == 1 && node.output(0) == name)
      if (const auto* value = attribute(node, "value"); value && value->has_t()) {
        onnx::GraphProto one;
        *one.add_initializer() = value->t();
        one.mutable_initializer(0)->set_name(name);
        return integers(one, name);
      }
  return std::nullopt;
}

/// Inference fails as a whole at a node of a domain that the model names no version of.
void declare_domains(onnx::ModelProto& proto) {
  std::set<std::string> missing;
  for (const auto& node : proto.graph().node()) missing.insert(node.domain());
  for (const auto& opset : proto.opset_import()) missing.erase(opset.domain());
  for (const std::string& domain : missing) {
    auto* opset = proto.add_opset_import();
    opset->set_domain(domain);
    opset->set_version(is_standard(domain) ? opset_of(proto) : 1);
  }
}

/// The graph as the library can infer it: control flow has no schema, operators newer than the library have
/// the shape rule of older ones, and axes given as an input become the attribute that the library knows.
void prepare(onnx::ModelProto& proto) {
  constexpr std::array kShapeOfInput = {"Gelu", "Mish", "GroupNormalization", "Swish"};
  const std::int64_t opset = opset_of(proto);
  onnx::GraphProto& graph = *proto.mutable_graph();
  proto.clear_functions();
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    const bool has_graph = std::any_of(node.attribute().begin(), node.attribute().end(),
                                       [](const auto& a) { return a.has_g() || a.graphs_size() > 0; });
    if (has_graph) {
      node.set_domain("control.flow");
      node.clear_attribute();
    }
    if (!is_standard(node.domain())) continue;
    if (std::find(kShapeOfInput.begin(), kShapeOfInput.end(), node.op_type()) != kShapeOfInput.end() &&
        node.input_size() > 0) {
      const std::string input = node.input(0);
      node.set_op_type("Relu");
      node.clear_attribute();
      node.clear_input();
      node.add_input(input);
    }
    if (!node.op_type().starts_with("Reduce") || node.op_type() == "ReduceSum" || opset < kFirstOpsetWithAxesAsInput ||
        node.input_size() != 2)
      continue;
    const auto axes = integers(graph, node.input(1));
    node.mutable_input()->RemoveLast();
    if (!axes || axes->empty()) continue;
    auto* given = node.add_attribute();
    given->set_name("axes");
    given->set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t axis : *axes) given->add_ints(axis);
  }
  declare_domains(proto);
}

std::string one_line(const std::string& text) {
  std::string line = shortened(text, 300);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return is_text(line) ? line : "";
}

/// What the child has to say: 'g' and the graph, or 'e' and an error.
std::string infer(const onnx::ModelProto& model, Strictness strictness) {
  try {
    onnx::ModelProto proto = model;
    prepare(proto);
    const onnx::ShapeInferenceOptions options(false, strictness == Strictness::strict ? 1 : 0, true);
    onnx::shape_inference::InferShapes(proto, onnx::OpSchemaRegistry::Instance(), options);
    return "g" + proto.graph().SerializeAsString();
  } catch (const std::exception& error) {
    return "eshapes contradict each other: " + one_line(error.what());
  }
}

[[noreturn]] void answer(int pipe, const onnx::ModelProto& model, Strictness strictness) {
  const rlimit limit{kMostSeconds, kMostSeconds};
  (void)setrlimit(RLIMIT_CPU, &limit);
  if (!std::freopen("/dev/null", "w", stderr)) _exit(1);  // a crash is told by the parent
  const std::string text = infer(model, strictness);
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(pipe, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) _exit(1);
    written += static_cast<std::size_t>(count);
  }
  _exit(0);
}

std::string read_all(int pipe) {
  std::string text;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t count = ::read(pipe, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

std::int64_t opset_of(const onnx::ModelProto& proto) {
  std::int64_t version = 0;
  for (const auto& opset : proto.opset_import())
    if (is_standard(opset.domain())) version = std::max(version, opset.version());
  return version;
}

Inference infer_shapes(const onnx::ModelProto& model, Strictness strictness) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw InputError(std::string("cannot start shape inference: ") + std::strerror(errno));
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    answer(ends[1], model, strictness);
  }
  close(ends[1]);
  const std::string text = child > 0 ? read_all(ends[0]) : "";
  close(ends[0]);
  if (child < 0) throw InputError(std::string("cannot start shape inference: ") + std::strerror(errno));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  Inference result;
  if (status != 0 || text.empty() || (text[0] == 'g' && !result.graph.ParseFromString(text.substr(1))))
    result.error =
        "the ONNX library fails on its shapes; it is damaged, or a node has inputs or attributes that its "
        "operator does not allow";
  else if (text[0] == 'e')
    result.error = text.substr(1);
  return result;
}

}  // namespace hetsched::onnx_import
