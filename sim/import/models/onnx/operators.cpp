#include "import/models/onnx/operators.hpp"

#include <algorithm>
#include <cmath>

#include "model/operators.hpp"

namespace hetsched::onnx_import {
namespace {

/// A number as a dimension; false if it is none (0, or too large).
bool set(std::uint32_t& dim, double value) {
  if (!(value >= 1 && value <= UINT32_MAX) || value != std::floor(value)) return false;
  dim = static_cast<std::uint32_t>(value);
  return true;
}
bool set(std::optional<std::uint32_t>& dim, double value) { return set(dim.emplace(), value); }

double product(const std::vector<double>& dims, std::size_t from, std::size_t to) {
  double result = 1;
  for (std::size_t i = from; i < std::min(to, dims.size()); ++i) result *= dims[i];
  return result;
}

class Reader {
 public:
  Reader(const Model& model, int node) : model_(model), index_(node), node_(model.proto.graph().node(node)) {}

  Work read() {
    work_.op = node_.op_type();
    work_.output = node_.output_size() > 0 ? node_.output(0) : "";
    const Role role = role_of(node_);
    if (role == Role::unknown) work_.macs = std::nullopt;
    for (int i = 0; i < node_.input_size(); ++i) {
      const std::string& name = node_.input(i);
      const bool known = name.empty() || model_.tensor(name).fixed;
      if (!known && std::find(work_.reads.begin(), work_.reads.end(), name) == work_.reads.end())
        work_.reads.push_back(name);
    }
    read_as(role);
    return std::move(work_);
  }

 private:
  void read_as(Role role) {
    const bool shifted = node_.op_type().starts_with("QLinear");
    switch (role) {
      case Role::conv: return conv(input(0), weight(shifted ? 3 : 1), shifted ? 8 : node_.op_type() == "Conv" ? 2 : 4);
      case Role::transposed_conv: return transposed_conv(input(0), weight(1));
      case Role::gemm: return gemm();
      case Role::matmul: return matmul(0, shifted ? 3 : 1);
      case Role::pool:
      case Role::global_pool: return pool(role == Role::global_pool);
      case Role::elementwise:
      case Role::activation: return elementwise();
      case Role::batch_norm:
      case Role::normalization: return normalization();
      case Role::softmax: return map("softmax", output());
      case Role::reduce: return reduce();
      case Role::gather: return gather();
      case Role::concat: return map("concat", output());
      case Role::split:
        map("split", input(0));
        if (work_.dims) work_.dims->k = work_.dims->c;
        return;
      case Role::rearrange: return map("reshape", input(0));
      case Role::resize: return resize();
      case Role::recurrent: return recurrent();
      default: return;
    }
  }

  [[nodiscard]] bool has(int i) const { return i < node_.input_size() && !node_.input(i).empty(); }
  [[nodiscard]] const Tensor& input(int i) const {
    if (!has(i)) model_.fail(index_, "has no input " + std::to_string(i));
    return model_.tensor(node_.input(i));
  }
  [[nodiscard]] const Tensor& output() const { return model_.tensor(work_.output); }
  /// An input that is a parameter if it is fixed.
  const Tensor& weight(int i) {
    const Tensor& tensor = input(i);
    if (tensor.fixed) work_.weights.push_back(node_.input(i));
    return tensor;
  }
  void need_rank(const Tensor& tensor, std::size_t least, const char* what) const {
    if (tensor.dims.size() < least)
      model_.fail(index_, std::string(what) + " must have at least " + std::to_string(least) + " dimensions; it has " +
                              std::to_string(tensor.dims.size()));
  }
  /// Inference lets these pass where the output's shape does not depend on them. `channels`: what the filter
  /// reads.
  void check_filter(const Tensor& in, const Tensor& filter, double channels) const {
    need_rank(in, 3, "the input");
    if (filter.dims.size() != in.dims.size())
      model_.fail(index_, "has an input of " + std::to_string(in.dims.size()) + " dimensions and a weight of " +
                              std::to_string(filter.dims.size()) + "; they must have as many");
    if (channels != in.dims[1])
      model_.fail(index_, "has an input of " + format_number(in.dims[1]) + " channels and a weight for " +
                              format_number(channels));
  }
  [[nodiscard]] std::vector<double> numbers(const std::string& name, std::size_t count, double fallback) const {
    const onnx::AttributeProto* given = attribute(node_, name);
    if (!given || given->ints_size() == 0) return std::vector<double>(count, fallback);
    std::vector<double> result(given->ints().begin(), given->ints().end());
    result.resize(count, fallback);
    return result;
  }
  [[nodiscard]] double number(const std::string& name, double fallback) const {
    const onnx::AttributeProto* given = attribute(node_, name);
    return given && given->has_i() ? static_cast<double>(given->i()) : fallback;
  }

  /// A tensor as n x c x y x x; of rank 3 (batch, tokens, features) all tokens are n. Nothing if it does not
  /// fit.
  [[nodiscard]] static std::optional<Dims> map_of(const Tensor& tensor) {
    const std::vector<double>& d = tensor.dims;
    Dims dims;
    const std::size_t rank = d.size();
    bool fits = true;
    if (rank == 1) fits = set(dims.c, d[0]);
    if (rank == 2) fits = set(dims.n, d[0]) && set(dims.c, d[1]);
    if (rank == 3) fits = set(dims.n, d[0] * d[1]) && set(dims.c, d[2]);
    if (rank >= 4)
      fits = set(dims.n, d[0]) && set(dims.c, d[1]) && set(dims.y, product(d, 2, rank - 1)) && set(dims.x, d[rank - 1]);
    return fits ? std::optional(dims) : std::nullopt;
  }
  void map(const char* word, const Tensor& tensor) {
    work_.op = word;
    work_.dims = map_of(tensor);
  }

  /// Filter, strides, padding and output of a convolution or pooling with at most two spatial dimensions.
  [[nodiscard]] std::optional<Dims> window(const Tensor& in, const std::vector<double>& filter, const std::string& op,
                                           double channels_out, double groups) const {
    const std::size_t spatial = filter.size();
    if (spatial == 0 || spatial > 2 || in.dims.size() != spatial + 2 || output().dims.size() != in.dims.size())
      return std::nullopt;
    const auto strides = numbers("strides", spatial, 1), dilations = numbers("dilations", spatial, 1);
    const auto pads = numbers("pads", 2 * spatial, 0);
    Dims dims;
    const std::size_t y = 2, x = spatial == 2 ? 3 : 2;
    bool fits = set(dims.n, in.dims[0]) && set(dims.c, in.dims[1]) && set(dims.k, channels_out) &&
                set(dims.groups, groups) && set(dims.x, in.dims[x]) && set(dims.s, filter.back()) &&
                set(dims.stride, strides.back()) && set(dims.dilation, dilations.back());
    if (spatial == 2) fits = fits && set(dims.y, in.dims[y]) && set(dims.r, filter[0]);
    const bool even = std::all_of(pads.begin(), pads.end(), [&](double pad) { return pad == pads[0]; });
    const onnx::AttributeProto* automatic = attribute(node_, "auto_pad");
    if (even && (!automatic || automatic->s() == "NOTSET") && pads[0] <= UINT16_MAX) dims.padding.value = pads[0];
    if (automatic && automatic->s() == "VALID") dims.padding = {0.0, ""};
    if (!fits) return std::nullopt;
    Dims asked = dims;
    asked.p = asked.q = 1;  // so that only channels and groups can be impossible
    if (!problem_of(asked, op).empty()) return std::nullopt;
    const OperatorCounts counts = count_operator(dims, op);
    const double height = spatial == 2 ? output().dims[y] : 1;
    if (counts.height != height) fits = set(dims.p, height);
    if (counts.width != output().dims[x]) fits = set(dims.q, output().dims[x]) && fits;
    return fits ? std::optional(dims) : std::nullopt;
  }

  void conv(const Tensor& in, const Tensor& filter, int bias) {
    need_rank(filter, 3, "the weight");
    check_filter(in, filter, filter.dims[1] * number("group", 1));
    if (has(bias)) (void)weight(bias);
    const double groups = number("group", 1);
    const std::vector<double> window_size(filter.dims.begin() + 2, filter.dims.end());
    work_.macs = output().elements() * product(filter.dims, 1, filter.dims.size());
    const bool depthwise = groups > 1 && groups == in.dims[1] && groups == filter.dims[0];
    work_.op = depthwise ? "depthwise_conv2d" : "conv2d";
    work_.dims = window(in, window_size, work_.op, depthwise ? 1 : filter.dims[0], depthwise ? 1 : groups);
    if (!work_.dims && window_size.size() > 2) work_.op = "conv3d";
    if (work_.dims) work_.dims->bias = has(bias);
  }

  void transposed_conv(const Tensor& in, const Tensor& filter) {
    need_rank(filter, 3, "the weight");
    check_filter(in, filter, filter.dims[0]);
    if (has(2)) (void)weight(2);
    const double groups = number("group", 1);
    const std::vector<double> window_size(filter.dims.begin() + 2, filter.dims.end());
    work_.macs = in.elements() * product(filter.dims, 1, filter.dims.size());
    work_.op = "transposed_conv2d";
    work_.dims = window(in, window_size, work_.op, filter.dims[1] * groups, groups);
    if (work_.dims) work_.dims->bias = has(2);
  }

  void gemm() {
    const Tensor &a = input(0), &b = weight(1);
    need_rank(a, 2, "the input");
    need_rank(b, 2, "the second input");
    if (has(2)) (void)weight(2);
    const double inner = a.dims[number("transA", 0) != 0 ? 0 : 1], rows = product(a.dims, 0, 2) / std::max(inner, 1.0);
    product_of(1, rows, inner, output().dims.empty() ? 1 : output().dims.back(), a, b);
    if (work_.dims && has(2)) work_.dims->bias = model_.tensor(node_.input(2)).fixed;
  }

  void matmul(int first, int second) {
    const Tensor &a = weight(first), &b = weight(second);
    need_rank(a, 1, "the first input");
    need_rank(b, 1, "the second input");
    const double inner = a.dims.back();
    const double rows = a.dims.size() > 1 ? a.dims[a.dims.size() - 2] : 1;
    const double columns = b.dims.size() > 1 ? b.dims.back() : 1;
    const double each = rows * columns;
    product_of(each > 0 ? output().elements() / each : 0, rows, inner, columns, a, b);
  }

  /// `batch` products of rows x inner with inner x columns.
  void product_of(double batch, double rows, double inner, double columns, const Tensor& a, const Tensor& b) {
    work_.macs = batch * rows * inner * columns;
    const bool linear = b.fixed && !a.fixed && b.elements() == inner * columns;
    work_.op = linear ? "linear" : "matmul";
    Dims dims;
    bool fits = set(dims.c, inner) && set(dims.k, columns);
    fits = fits && (linear ? set(dims.n, batch * rows) : set(dims.n, batch) && set(dims.y, rows));
    if (fits) work_.dims = dims;
  }

  void pool(bool global) {
    const Tensor& in = input(0);
    need_rank(in, 3, "the input");
    work_.op = node_.op_type().find("Max") != std::string::npos ? "max_pool" : "avg_pool";
    std::vector<double> size(in.dims.begin() + 2, in.dims.end());
    if (!global) size = numbers("kernel_shape", size.size(), 1);
    work_.dims = window(in, size, work_.op, 1, 1);
  }

  void elementwise() {
    map("elementwise", output());
    for (int i = 0; i < node_.input_size(); ++i)
      if (has(i) && input(i).fixed && input(i).elements() > 1) (void)weight(i);
    if (work_.dims) work_.dims->operands = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(work_.reads.size()));
  }

  void normalization() {
    map("normalization", input(0));
    for (const int i : {1, 2})  // scale and shift; mean and variance become part of them
      if (has(i)) (void)weight(i);
  }

  /// As pooling of all that becomes one element.
  void reduce() {
    const Tensor& in = input(0);
    const std::string& op = node_.op_type();
    work_.op = op.find("Max") != std::string::npos || op.find("Min") != std::string::npos ? "max_pool" : "avg_pool";
    const double outputs = output().elements();
    Dims dims;
    dims.padding.value = 0;
    const auto &d = in.dims, &o = output().dims;
    const bool over_map = d.size() == 4 && outputs == d[0] * d[1] && o.size() >= 2 && o[0] == d[0] && o[1] == d[1];
    const bool fits = over_map ? set(dims.n, d[0]) && set(dims.c, d[1]) && set(dims.y, d[2]) && set(dims.x, d[3])
                               : outputs > 0 && set(dims.c, outputs) && set(dims.x, in.elements() / outputs);
    dims.r = dims.y;
    dims.s = dims.x;
    if (fits) work_.dims = dims;
  }

  void gather() {
    const Tensor &table = input(0), &indices = input(1);
    if (!table.fixed || number("axis", 0) != 0 || table.dims.empty()) return map("split", input(0));
    (void)weight(0);
    work_.op = "embedding";
    Dims dims;
    if (set(dims.n, indices.elements()) && set(dims.c, table.dims[0]) &&
        set(dims.k, product(table.dims, 1, table.dims.size())))
      work_.dims = dims;
  }

  void resize() {
    map("resize", input(0));
    if (work_.dims && (input(0).dims.size() != 4 || output().dims.size() != 4 ||
                       !set(work_.dims->p, output().dims[2]) || !set(work_.dims->q, output().dims[3])))
      work_.dims = std::nullopt;
  }

  /// X is steps x batch x inputs, R is directions x (gates * hidden) x hidden.
  void recurrent() {
    const Tensor &x = input(0), &w = weight(1), &r = weight(2);
    need_rank(x, 3, "the input");
    need_rank(w, 3, "the weight");
    need_rank(r, 3, "the recurrent weight");
    if (has(3)) (void)weight(3);
    std::transform(work_.op.begin(), work_.op.end(), work_.op.begin(),
                   [](char c) { return static_cast<char>(std::tolower(c)); });
    work_.macs = x.dims[0] * x.dims[1] * (w.elements() + r.elements());
  }

  const Model& model_;
  int index_;
  const onnx::NodeProto& node_;
  Work work_;
};

}  // namespace

Work work_of(const Model& model, int node) { return Reader(model, node).read(); }

double output_channels(const Model& model, int node) {
  const onnx::NodeProto& at = model.proto.graph().node(node);
  const Tensor& output = model.tensor(at.output_size() > 0 ? at.output(0) : "");
  const Role role = role_of(at);
  if (output.dims.empty()) return 1;
  return (role == Role::conv || role == Role::transposed_conv) && output.dims.size() > 1 ? output.dims[1]
                                                                                         : output.dims.back();
}

}  // namespace hetsched::onnx_import
