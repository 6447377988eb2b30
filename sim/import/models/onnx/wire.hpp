/// \file
/// The bytes of an ONNX file (protocol buffers) before they are parsed: weights are left out, so that files
/// of any size are read with little memory, and what is broken is told with its byte offset, which the parser
/// does not know.
#pragma once

#include <string>
#include <string_view>

namespace hetsched::onnx_import {

/// Tensors keep up to this many bytes of values: shapes and axes are needed, weights are not.
inline constexpr std::size_t kMostTensorValueBytes = 4096;

/// A ModelProto without the values of large tensors and without training information. Throws InputError.
std::string without_weights(std::string_view bytes, const std::string& file);

}  // namespace hetsched::onnx_import
