/// \file
/// Shape inference by the ONNX library. The library reads out of bounds where the inputs or attributes of a
/// node are not as its operator wants them, so it works in a child process: what becomes of the child is an
/// error like any other.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>

namespace hetsched::onnx_import {

enum class Strictness {
  lenient,  ///< a node whose shapes do not follow leaves its outputs without shape
  strict,   ///< it is an error, which says why
};

struct Inference {
  onnx::GraphProto graph;  ///< with shapes; of another form than that of the model, but the tensors have their names
  std::string error;       ///< one line; empty if all went well
};

/// Operators newer than the library get the shape rules of older ones. The process must have no other
/// threads. Throws InputError if no process can be started.
Inference infer_shapes(const onnx::ModelProto& model, Strictness strictness);

/// The version of the standard operator set that the model is written for.
std::int64_t opset_of(const onnx::ModelProto& proto);

}  // namespace hetsched::onnx_import
