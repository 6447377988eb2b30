/// \file
/// Which nodes run with the layer before them: batch normalisation and a bias after a convolution or linear
/// layer, and an activation function after any layer that computes; also x * sigmoid(x), which is written as
/// two nodes.
#pragma once

#include "import/models/onnx/model.hpp"

namespace hetsched::onnx_import {

/// What became of a node.
struct Fused {
  std::vector<int> with;  ///< nodes that run with it, in order
  int into = -1;          ///< the node that it runs with; -1: it stands alone
};

/// One for each node. A node is fused only if nothing else reads the tensor between.
std::vector<Fused> fuse(const Model& model);

}  // namespace hetsched::onnx_import
