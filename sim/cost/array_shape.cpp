#include "cost/array_shape.hpp"

#include "base/errors.hpp"

namespace hetsched {

std::optional<ArrayShape> array_shape(const LayerWork& work) {
  if (work.dims == nullptr || !work.op) return std::nullopt;
  const Dims& d = *work.dims;
  const double inputs = static_cast<double>(d.n) * work.batch;
  ArrayShape shape;
  shape.y = d.y;
  shape.x = d.x;
  switch (*work.op) {
    case OperatorClass::conv:
    case OperatorClass::depthwise_conv:
      shape.depthwise = *work.op == OperatorClass::depthwise_conv;
      shape.groups = shape.depthwise ? d.c : d.groups;
      shape.k = shape.depthwise ? 1 : static_cast<double>(d.k) / d.groups;
      shape.c = shape.depthwise ? 1 : static_cast<double>(d.c) / d.groups;
      shape.count = inputs;
      shape.r = d.r;
      shape.s = d.s;
      shape.stride = d.stride;
      shape.p = work.height;
      shape.q = work.width;
      return shape;
    case OperatorClass::transposed_conv:
      shape.count = inputs;
      shape.groups = d.groups;
      shape.k = static_cast<double>(d.k) / d.groups * d.r * d.s;
      shape.c = static_cast<double>(d.c) / d.groups;
      shape.p = d.y;
      shape.q = d.x;
      return shape;
    case OperatorClass::linear:
      shape.k = static_cast<double>(d.k) / d.groups;
      shape.c = static_cast<double>(d.c) / d.groups * d.r * d.s;
      shape.groups = d.groups;
      shape.p = inputs * work.height * work.width;
      shape.y = inputs * work.height * work.width;
      shape.x = 1;
      return shape;
    case OperatorClass::matmul:
      shape.groups = inputs;
      shape.k = d.k;
      shape.c = d.c;
      shape.p = static_cast<double>(d.y) * d.x;
      shape.y = shape.p;
      shape.x = 1;
      return shape;
    case OperatorClass::pool:
    case OperatorClass::elementwise:
    case OperatorClass::normalization:
    case OperatorClass::softmax:
    case OperatorClass::embedding:
    case OperatorClass::resize:
    case OperatorClass::movement: return std::nullopt;
  }
  throw InternalError("unknown operator class");
}

}  // namespace hetsched
