#include "model/layer_work.hpp"

#include "base/errors.hpp"

namespace hetsched {
namespace {

Precision precision_of(double bytes_per_element) {
  if (bytes_per_element >= 4) return Precision::fp32;
  if (bytes_per_element >= 2) return Precision::fp16;
  return bytes_per_element <= 0.5 ? Precision::int4 : Precision::int8;
}

/// Operations per element that are no multiply-accumulates. Exponentials and roots count as one each: softmax reads the
/// maximum, subtracts, exponentiates, adds up and divides; a normalisation sums, sums squares, subtracts, scales,
/// shifts.
double vector_ops_of(OperatorClass op, const Dims& dims, const OperatorCounts& counts) {
  switch (op) {
    case OperatorClass::pool: return counts.outputs * dims.r * dims.s;
    case OperatorClass::elementwise: return counts.outputs * dims.operands;
    case OperatorClass::normalization:
    case OperatorClass::softmax: return 5 * counts.outputs;
    case OperatorClass::resize: return counts.outputs;
    case OperatorClass::conv:
    case OperatorClass::depthwise_conv:
    case OperatorClass::transposed_conv:
    case OperatorClass::linear:
    case OperatorClass::matmul:
    case OperatorClass::embedding:
    case OperatorClass::movement: return 0;
  }
  throw InternalError("unknown operator class");
}

double element_size(const Network& network, const LayerSpec& layer) {
  return layer.precision ? bytes_of(*layer.precision) : network.bytes_per_element;
}

/// The layer's own work, with elements of another size.
std::optional<LayerWork> work_in(Precision precision, const Network& network, const LayerSpec& layer) {
  std::optional<LayerWork> work = work_of(network, layer);
  const double ratio = bytes_of(precision) / element_size(network, layer);
  work->precision = precision;
  work->input_bytes *= ratio;
  work->weight_bytes *= ratio;
  work->output_bytes *= ratio;
  return work;
}

}  // namespace

std::optional<LayerWork> work_of(const Network& network, const LayerSpec& layer, const VariantSpec* variant) {
  if (variant != nullptr && !variant->dims)
    return variant->precision ? work_in(*variant->precision, network, layer) : std::nullopt;
  LayerWork work;
  work.op = operator_class(layer.op);
  if (layer.op.empty() && !layer.dims) work.op.reset();
  const auto& own = variant != nullptr && variant->precision ? variant->precision : layer.precision;
  const double size = own ? bytes_of(*own) : network.bytes_per_element;
  work.precision = own ? *own : network.precision ? *network.precision : precision_of(size);
  work.batch = network.batch;
  work.macs = layer.macs.value_or(0);
  work.input_bytes = layer.input_bytes.value_or(0);
  work.weight_bytes = layer.weight_bytes.value_or(0);
  work.output_bytes = layer.output_bytes.value_or(0);
  const std::optional<Dims>& dims = variant != nullptr ? variant->dims : layer.dims;
  if (!dims || !work.op) return work;
  const OperatorCounts counts = count_operator(*dims, layer.op);
  work.dims = &*dims;
  work.height = counts.height;
  work.width = counts.width;
  work.vector_ops = vector_ops_of(*work.op, *dims, counts) * network.batch;
  // An embedding reads only the rows looked up.
  if (counts.weights_read < counts.params) work.weight_bytes = size * counts.weights_read * network.batch;
  if (variant == nullptr) return work;
  work.macs = counts.macs * network.batch;
  work.input_bytes = size * counts.inputs * network.batch;
  work.weight_bytes = size * counts.weights_read;
  work.output_bytes = size * counts.outputs * network.batch;
  return work;
}

}  // namespace hetsched
