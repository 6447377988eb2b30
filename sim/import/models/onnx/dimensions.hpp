/// \file
/// Symbolic dimensions of an ONNX model's inputs.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "import/models/model_import.hpp"

namespace hetsched::onnx_import {

/// Replaces symbolic dimensions by the values that the user gives ("batch=1"). One without a name is called
/// INPUT.AXIS. Shapes elsewhere in the graph that name other symbols are forgotten: they follow from the
/// inputs. Throws InputError with all that have no value, or if a value is given to none.
void replace_symbols(onnx::GraphProto& graph, const Strings& values, const std::string& file);

}  // namespace hetsched::onnx_import
