/// \file
/// An ONNX model made ready: parsed without weights, symbolic dimensions replaced, shapes inferred, and the
/// names of tensors resolved. From here on nothing of the ONNX library but its messages is needed.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <string>
#include <vector>

#include "import/models/model_import.hpp"

namespace hetsched::onnx_import {

struct Tensor {
  std::int32_t type = 0;     ///< onnx::TensorProto::DataType; 0: unknown
  bool has_shape = false;    ///< all dimensions are known
  std::vector<double> dims;  ///< empty for a scalar
  bool fixed = false;        ///< known before inputs are: a weight, or what follows from weights and shapes
  [[nodiscard]] double elements() const;
  [[nodiscard]] double bytes() const;  ///< 0 where shape or type is unknown
};

/// Bytes of one element; 0 for texts and what is unknown.
double element_bytes(std::int32_t type);

struct Model {
  onnx::ModelProto proto;
  std::map<std::string, Tensor> tensors;
  Strings notes;
  std::string file;

  /// The tensor of that name; one without shape for the empty name, which stands for "not given".
  [[nodiscard]] const Tensor& tensor(const std::string& name) const;
  /// "net.onnx, node 3 "conv1" (Conv)"
  [[nodiscard]] std::string where(int node) const;
  [[noreturn]] void fail(int node, const std::string& what) const;
};

/// Throws InputError: damaged, no ONNX, symbolic dimensions without value, tensors from nowhere or put out
/// twice, shapes that contradict each other. Tensors whose shape does not follow have none.
Model load_model(const ImportFile& file, const ImportOptions& options);

/// An attribute of a node; null if it has none of that name.
const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const std::string& name);

}  // namespace hetsched::onnx_import
