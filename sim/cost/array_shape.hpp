/// \file
/// A layer as spatial arrays see it: a convolution, whatever its operator.
#pragma once

#include <optional>

#include "model/layer_work.hpp"

namespace hetsched {

/// `count` times `groups` convolutions of c channels of y x x to k channels of p x q, with filters r x s. A depthwise
/// layer has one group per channel.
struct ArrayShape {
  double count = 1;
  double groups = 1, k = 1, c = 1, r = 1, s = 1, p = 1, q = 1, y = 1, x = 1, stride = 1;
  bool depthwise = false;

  [[nodiscard]] double macs() const { return count * groups * k * c * r * s * p * q; }
  /// Elements of each tensor, of all repetitions; weights are those of one.
  [[nodiscard]] double inputs() const { return count * groups * c * y * x; }
  [[nodiscard]] double weights() const { return groups * k * c * r * s; }
  [[nodiscard]] double outputs() const { return count * groups * k * p * q; }
};

/// How the layer lies on an array; nothing if it is no convolution, linear layer or matrix product, or has no dims.
/// - A linear layer is a 1 x 1 convolution on as many rows as there are tokens (and inputs in the batch).
/// - A batched matrix product is a 1 x 1 convolution of as many rows as the left matrix has, its groups the batch.
/// - A transposed convolution computes, for every input pixel, k r s outputs: a 1 x 1 convolution with as many
/// channels.
std::optional<ArrayShape> array_shape(const LayerWork& work);

}  // namespace hetsched
