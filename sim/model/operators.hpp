/// \file
/// What a layer's operator and dimensions say of it: multiply-accumulates, parameters, elements and bytes read
/// and written. Everything derived from dimensions is derived here. Only convolutions, linear layers and matrix
/// products count multiply-accumulates; biases, normalisation, pooling and elementwise work count none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fields.hpp"

namespace hetsched {

/// Number formats of tensors and weights.
enum class Precision { fp32, fp16, bf16, int8, int4 };
template <>
inline constexpr auto enum_names<Precision> = std::array{"fp32", "fp16", "bf16", "int8", "int4"};

/// Bytes of one element; half a byte for int4.
double bytes_of(Precision precision);

/// Dimensions of an operator in the usual letters of convolutions. A linear layer is a 1x1 convolution on a 1x1
/// map of each of n tokens; a batched matrix product is n products of a (y*x) x c matrix with a c x k matrix; an
/// embedding looks up n rows of k numbers in a table of c rows. Operators that keep the number of channels (see
/// OperatorClass) have c of them and ignore k.
struct Dims {
  std::uint32_t n = 1, k = 1, c = 1, y = 1, x = 1, r = 1, s = 1, stride = 1;
  std::uint32_t groups = 1, dilation = 1, operands = 1;
  QuantityOrWord padding = {};
  std::optional<std::uint32_t> p = {}, q = {};
  bool bias = false, batch_norm = false;
};
template <>
inline constexpr auto fields<Dims> = std::tuple{
    field("n", &Dims::n, "batch, or number of tokens", {.min = 1}),
    field("k", &Dims::k, "output channels", {.min = 1}),
    field("c", &Dims::c, "input channels", {.min = 1}),
    field("y", &Dims::y, "input height", {.min = 1}),
    field("x", &Dims::x, "input width", {.min = 1}),
    field("r", &Dims::r, "filter height", {.min = 1}),
    field("s", &Dims::s, "filter width", {.min = 1}),
    field("stride", &Dims::stride, "stride, both ways", {.min = 1}),
    field("groups", &Dims::groups, "groups of a convolution; each sees c / groups channels", {.min = 1}),
    field("dilation", &Dims::dilation, "distance of filter taps, both ways", {.min = 1}),
    field("operands", &Dims::operands, "tensors of c x y x x that an elementwise operator reads", {.min = 1}),
    field("padding", &Dims::padding,
          "elements on each side of the input, a whole number; or same: output = ceil(input / stride); or valid: none; "
          "default: same",
          {.max = 65535, .words = {"same", "valid"}}),
    field("p", &Dims::p, "output height; default: from y, r, stride, dilation and padding", {.min = 1}),
    field("q", &Dims::q, "output width; default: from x, s, stride, dilation and padding", {.min = 1}),
    field("bias", &Dims::bias, "has one bias per output channel", {}),
    field("batch_norm", &Dims::batch_norm,
          "has a scale and a shift per output channel (batch normalisation that runs with it)", {}),
};

/// What operators have in common for counting and for costs.
enum class OperatorClass {
  conv,             ///< c channels to k, in groups
  depthwise_conv,   ///< each of c channels alone
  transposed_conv,  ///< c channels to k, upwards by stride
  linear,           ///< c features to k, of n tokens
  matmul,           ///< both operands are activations; no weights
  pool,             ///< keeps c
  elementwise,      ///< keeps c, y, x
  normalization,    ///< keeps c, y, x; a scale and a shift per channel
  softmax,          ///< keeps c, y, x
  embedding,        ///< table look-up
  resize,           ///< keeps c; p and q say to what
  movement,         ///< concat, split, reshape: moves data only
};
template <>
inline constexpr auto enum_names<OperatorClass> =
    std::array{"conv",        "depthwise_conv", "transposed_conv", "linear",    "matmul", "pool",
               "elementwise", "normalization",  "softmax",         "embedding", "resize", "movement"};

/// The words for operators whose dimensions are understood, in the order of the documentation.
Strings operator_words();

/// Nothing for a word that is none of them. The empty word is conv2d.
std::optional<OperatorClass> operator_class(const std::string& op);

/// What an operator of these dimensions does once. Elements, not bytes.
struct OperatorCounts {
  double macs = 0;
  double params = 0;             ///< weights, biases, scales and shifts: what is stored
  double inputs = 0;             ///< activations read
  double weights_read = 0;       ///< parameters read: all of them, but of an embedding only the rows looked up
  double outputs = 0;            ///< activations written
  double height = 0, width = 0;  ///< of the output map
};

/// Throws InternalError for a word that operator_class() does not know; dimensions must have no problem.
OperatorCounts count_operator(const Dims& dims, const std::string& op);

/// Why these dimensions are impossible for the operator, or the word is unknown, as the end of a sentence about the
/// layer's dims ("must ..."); empty if nothing is wrong.
std::string problem_of(const Dims& dims, const std::string& op);

/// Multiply-accumulates alone; see count_operator().
double macs_of(const Dims& dims, const std::string& op);

}  // namespace hetsched
