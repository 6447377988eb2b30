#include "import/models/onnx/fusion.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "import/models/onnx/operators.hpp"

namespace hetsched::onnx_import {
namespace {

class Fusion {
 public:
  explicit Fusion(const Model& model) : model_(model), nodes_(model.proto.graph().node()), fused_(nodes_.size()) {
    for (int i = 0; i < nodes_.size(); ++i)
      for (const std::string& name : nodes_[i].input())
        if (!name.empty() && (readers_[name].empty() || readers_[name].back() != i)) readers_[name].push_back(i);
    for (const auto& output : model.proto.graph().output()) kept_.insert(output.name());
  }

  std::vector<Fused> run() {
    for (int i = 0; i < nodes_.size(); ++i)
      if (fused_[i].into < 0 && nodes_[i].output_size() > 0 && !model_.tensor(nodes_[i].output(0)).fixed) grow(i);
    return std::move(fused_);
  }

 private:
  void grow(int host) {
    const Role role = role_of(nodes_[host]);
    const bool has_filter = role == Role::conv || role == Role::transposed_conv;
    const bool has_weight = has_filter || role == Role::gemm || role == Role::matmul;
    const bool computes = has_weight || role == Role::pool || role == Role::global_pool || role == Role::elementwise ||
                          role == Role::batch_norm || role == Role::normalization;
    if (!computes) return;
    bool may_normalize = has_filter, may_add = has_weight && !has_bias(host) && has_fixed_weight(host);
    std::string tensor = nodes_[host].output(0);
    while (!kept_.contains(tensor)) {
      const auto at = readers_.find(tensor);
      if (at == readers_.end()) return;
      const std::vector<int>& readers = at->second;
      if (readers.size() == 2 && is_gated(tensor, readers[0], readers[1])) {
        join(host, readers[0]);
        join(host, readers[1]);
        return;
      }
      if (readers.size() != 1 || fused_[readers[0]].into >= 0) return;
      const int next = readers[0];
      const Role what = role_of(nodes_[next]);
      if (what == Role::batch_norm && may_normalize && only_reads(next, tensor)) {
        may_normalize = may_add = false;
      } else if (may_add && nodes_[next].op_type() == "Add" && is_bias(host, next, tensor)) {
        may_add = false;
      } else {
        if (what == Role::activation && nodes_[next].input(0) == tensor && only_reads(next, tensor)) join(host, next);
        return;
      }
      join(host, next);
      tensor = nodes_[next].output(0);
    }
  }

  void join(int host, int node) {
    fused_[node].into = host;
    fused_[host].with.push_back(node);
  }

  /// A product of two activations takes no bias.
  [[nodiscard]] bool has_fixed_weight(int host) const {
    const int weight = nodes_[host].op_type().starts_with("QLinear") ? 3 : 1;
    return nodes_[host].input_size() > weight && model_.tensor(nodes_[host].input(weight)).fixed;
  }

  [[nodiscard]] bool has_bias(int host) const {
    const Role role = role_of(nodes_[host]);
    return role != Role::matmul && nodes_[host].input_size() > 2 &&
           nodes_[host].op_type().find("Integer") == std::string::npos;
  }

  /// Are all its other inputs fixed, and is it read by that name once?
  [[nodiscard]] bool only_reads(int node, const std::string& tensor) const {
    const auto& inputs = nodes_[node].input();
    return nodes_[node].output_size() > 0 && std::count(inputs.begin(), inputs.end(), tensor) == 1 &&
           std::all_of(inputs.begin(), inputs.end(), [&](const std::string& name) {
             return name.empty() || name == tensor || model_.tensor(name).fixed;
           });
  }

  /// An Add of a number, or of one per channel.
  [[nodiscard]] bool is_bias(int host, int add, const std::string& tensor) const {
    if (!only_reads(add, tensor) || nodes_[add].input_size() != 2) return false;
    const std::string& other = nodes_[add].input(nodes_[add].input(0) == tensor ? 1 : 0);
    const double elements = model_.tensor(other).elements();
    return model_.tensor(other).has_shape && (elements == output_channels(model_, host) || elements == 1);
  }

  /// tensor -> gate = sigmoid(tensor); tensor * gate
  [[nodiscard]] bool is_gated(const std::string& tensor, int gate, int product) const {
    const auto& g = nodes_[gate];
    const auto& p = nodes_[product];
    if ((g.op_type() != "Sigmoid" && g.op_type() != "HardSigmoid" && g.op_type() != "Tanh") || p.op_type() != "Mul")
      return false;
    if (g.output_size() != 1 || p.input_size() != 2 || p.output_size() != 1 || kept_.contains(g.output(0)))
      return false;
    const auto readers = readers_.find(g.output(0));
    const bool both =
        (p.input(0) == tensor && p.input(1) == g.output(0)) || (p.input(1) == tensor && p.input(0) == g.output(0));
    return both && readers != readers_.end() && readers->second.size() == 1;
  }

  const Model& model_;
  const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes_;
  std::vector<Fused> fused_;
  std::map<std::string, std::vector<int>> readers_;
  std::set<std::string> kept_;  ///< outputs of the graph
};

}  // namespace

std::vector<Fused> fuse(const Model& model) { return Fusion(model).run(); }

}  // namespace hetsched::onnx_import
