/// \file
/// What ONNX operators are in a model of ours: the word, the dimensions, the multiply-accumulates, and which
/// of the inputs are weights. Shapes are those of the ONNX operator specification; a convolution counts
/// outputs * (channels / groups) * filter, a product of matrices rows * columns * inner.
#pragma once

#include "import/models/onnx/model.hpp"

namespace hetsched::onnx_import {

enum class Role {
  unknown,
  conv,
  transposed_conv,
  gemm,
  matmul,
  pool,
  global_pool,
  elementwise,
  activation,  ///< elementwise, of one tensor
  batch_norm,
  normalization,
  softmax,
  reduce,
  gather,  ///< an embedding if its table is a weight
  concat,
  split,      ///< takes a part
  rearrange,  ///< moves all elements
  resize,
  recurrent,
  view,   ///< the same bytes under another name or shape: no layer
  shape,  ///< known once shapes are
};

Role role_of(const onnx::NodeProto& node);

/// A layer before its bytes are put together.
struct Work {
  std::string op;
  std::optional<Dims> dims = {};
  std::optional<double> macs = 0;  ///< nothing: unknown
  Strings reads = {};              ///< tensors that are activations, each once
  Strings weights = {};            ///< tensors that are parameters
  std::string output = {};         ///< its first output, after what is fused
};

/// Of a node whose tensors all have shapes (unknown operators: at least its outputs). Throws InputError where
/// ranks are impossible for the operator.
Work work_of(const Model& model, int node);

/// Channels of the output, to which a bias or a normalisation belongs.
double output_channels(const Model& model, int node);

}  // namespace hetsched::onnx_import
