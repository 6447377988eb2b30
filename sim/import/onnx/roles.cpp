#include <algorithm>
#include <array>
#include <string_view>

#include "import/onnx/operators.hpp"

namespace hetsched::onnx_import {
namespace {

struct Entry {
  std::string_view op;
  Role role;
};

constexpr std::array kRoles = {
    Entry{"Conv", Role::conv}, Entry{"QLinearConv", Role::conv}, Entry{"ConvInteger", Role::conv},
    Entry{"ConvTranspose", Role::transposed_conv},
    Entry{"Gemm", Role::gemm},
    Entry{"MatMul", Role::matmul}, Entry{"QLinearMatMul", Role::matmul}, Entry{"MatMulInteger", Role::matmul},
    Entry{"MaxPool", Role::pool}, Entry{"AveragePool", Role::pool}, Entry{"LpPool", Role::pool},
    Entry{"GlobalMaxPool", Role::global_pool}, Entry{"GlobalAveragePool", Role::global_pool},
    Entry{"GlobalLpPool", Role::global_pool},
    Entry{"Add", Role::elementwise}, Entry{"Sub", Role::elementwise}, Entry{"Mul", Role::elementwise},
    Entry{"Div", Role::elementwise}, Entry{"Pow", Role::elementwise}, Entry{"Mod", Role::elementwise},
    Entry{"Min", Role::elementwise}, Entry{"Max", Role::elementwise}, Entry{"Sum", Role::elementwise},
    Entry{"Mean", Role::elementwise}, Entry{"Where", Role::elementwise}, Entry{"And", Role::elementwise},
    Entry{"Or", Role::elementwise}, Entry{"Xor", Role::elementwise}, Entry{"Not", Role::elementwise},
    Entry{"Equal", Role::elementwise}, Entry{"Greater", Role::elementwise}, Entry{"Less", Role::elementwise},
    Entry{"GreaterOrEqual", Role::elementwise}, Entry{"LessOrEqual", Role::elementwise},
    Entry{"Abs", Role::elementwise}, Entry{"Neg", Role::elementwise}, Entry{"Sqrt", Role::elementwise},
    Entry{"Reciprocal", Role::elementwise}, Entry{"Exp", Role::elementwise}, Entry{"Log", Role::elementwise},
    Entry{"Erf", Role::elementwise}, Entry{"Floor", Role::elementwise}, Entry{"Ceil", Role::elementwise},
    Entry{"Round", Role::elementwise}, Entry{"Sign", Role::elementwise}, Entry{"Sin", Role::elementwise},
    Entry{"Cos", Role::elementwise}, Entry{"Tan", Role::elementwise}, Entry{"Atan", Role::elementwise},
    Entry{"IsNaN", Role::elementwise}, Entry{"IsInf", Role::elementwise}, Entry{"Cast", Role::elementwise},
    Entry{"CumSum", Role::elementwise}, Entry{"QuantizeLinear", Role::elementwise},
    Entry{"DequantizeLinear", Role::elementwise}, Entry{"DynamicQuantizeLinear", Role::elementwise},
    Entry{"Relu", Role::activation}, Entry{"LeakyRelu", Role::activation}, Entry{"PRelu", Role::activation},
    Entry{"Clip", Role::activation}, Entry{"Sigmoid", Role::activation}, Entry{"HardSigmoid", Role::activation},
    Entry{"HardSwish", Role::activation}, Entry{"Tanh", Role::activation}, Entry{"Elu", Role::activation},
    Entry{"Selu", Role::activation}, Entry{"Celu", Role::activation}, Entry{"Gelu", Role::activation},
    Entry{"Mish", Role::activation}, Entry{"Swish", Role::activation}, Entry{"Softplus", Role::activation},
    Entry{"Softsign", Role::activation}, Entry{"ThresholdedRelu", Role::activation},
    Entry{"BatchNormalization", Role::batch_norm},
    Entry{"LayerNormalization", Role::normalization}, Entry{"InstanceNormalization", Role::normalization},
    Entry{"GroupNormalization", Role::normalization}, Entry{"MeanVarianceNormalization", Role::normalization},
    Entry{"LpNormalization", Role::normalization}, Entry{"LRN", Role::normalization},
    Entry{"Softmax", Role::softmax}, Entry{"LogSoftmax", Role::softmax}, Entry{"Hardmax", Role::softmax},
    Entry{"ReduceMean", Role::reduce}, Entry{"ReduceSum", Role::reduce}, Entry{"ReduceMax", Role::reduce},
    Entry{"ReduceMin", Role::reduce}, Entry{"ReduceProd", Role::reduce}, Entry{"ReduceL1", Role::reduce},
    Entry{"ReduceL2", Role::reduce}, Entry{"ReduceSumSquare", Role::reduce}, Entry{"ReduceLogSum", Role::reduce},
    Entry{"ReduceLogSumExp", Role::reduce}, Entry{"ArgMax", Role::reduce}, Entry{"ArgMin", Role::reduce},
    Entry{"Gather", Role::gather},
    Entry{"Concat", Role::concat},
    Entry{"Split", Role::split}, Entry{"Slice", Role::split}, Entry{"GatherElements", Role::split},
    Entry{"GatherND", Role::split},
    Entry{"Transpose", Role::rearrange}, Entry{"DepthToSpace", Role::rearrange}, Entry{"SpaceToDepth", Role::rearrange},
    Entry{"Pad", Role::rearrange}, Entry{"Expand", Role::rearrange}, Entry{"Tile", Role::rearrange},
    Entry{"ScatterND", Role::rearrange}, Entry{"ScatterElements", Role::rearrange}, Entry{"Trilu", Role::rearrange},
    Entry{"Resize", Role::resize}, Entry{"Upsample", Role::resize},
    Entry{"LSTM", Role::recurrent}, Entry{"GRU", Role::recurrent}, Entry{"RNN", Role::recurrent},
    Entry{"Identity", Role::view}, Entry{"Dropout", Role::view}, Entry{"Reshape", Role::view},
    Entry{"Flatten", Role::view}, Entry{"Squeeze", Role::view}, Entry{"Unsqueeze", Role::view},
    Entry{"Shape", Role::shape}, Entry{"Size", Role::shape}, Entry{"Constant", Role::shape},
};

}  // namespace

Role role_of(const onnx::NodeProto& node) {
  if (!node.domain().empty() && node.domain() != "ai.onnx") return Role::unknown;
  const auto at = std::find_if(kRoles.begin(), kRoles.end(), [&](const Entry& e) { return e.op == node.op_type(); });
  return at == kRoles.end() ? Role::unknown : at->role;
}

}  // namespace hetsched::onnx_import
