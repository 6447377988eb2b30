#include "model/operators.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/errors.hpp"

namespace hetsched {
namespace {

struct Word {
  const char* word;
  OperatorClass what;
};

constexpr std::array kWords = {
    Word{"conv2d", OperatorClass::conv},
    Word{"depthwise_conv2d", OperatorClass::depthwise_conv},
    Word{"transposed_conv2d", OperatorClass::transposed_conv},
    Word{"linear", OperatorClass::linear},
    Word{"matmul", OperatorClass::matmul},
    Word{"max_pool", OperatorClass::pool},
    Word{"avg_pool", OperatorClass::pool},
    Word{"elementwise", OperatorClass::elementwise},
    Word{"add", OperatorClass::elementwise},
    Word{"normalization", OperatorClass::normalization},
    Word{"softmax", OperatorClass::softmax},
    Word{"embedding", OperatorClass::embedding},
    Word{"resize", OperatorClass::resize},
    Word{"concat", OperatorClass::movement},
    Word{"split", OperatorClass::movement},
    Word{"reshape", OperatorClass::movement},
};

/// The published layer lists that use the word "add" count one multiply-accumulate per output, as if it were
/// a depthwise 1x1 convolution; their files keep that. "elementwise" counts none.
bool counts_as_depthwise(const std::string& op) { return op == "add"; }

double input_area(const Dims& dims) { return static_cast<double>(dims.y) * dims.x; }

bool is_word(const Dims& dims, std::string_view word) { return dims.padding.word == word; }
bool pads_to_same(const Dims& dims) {
  return is_word(dims, "same") || (!dims.padding.value && dims.padding.word.empty());
}

/// How far a dilated filter reaches.
double reach(const Dims& dims, std::uint32_t filter) { return static_cast<double>(dims.dilation) * (filter - 1.0) + 1; }

/// Size of the output map in one direction; less than 1 if the filter does not fit.
double output_size(const Dims& dims, OperatorClass what, std::uint32_t input, std::uint32_t filter) {
  const double in = input, stride = dims.stride;
  if (what == OperatorClass::transposed_conv)
    return pads_to_same(dims) ? in * stride
                              : (in - 1) * stride + reach(dims, filter) - 2 * dims.padding.value.value_or(0);
  if (pads_to_same(dims)) return std::ceil(in / stride);
  return std::floor((in + 2 * dims.padding.value.value_or(0) - reach(dims, filter)) / stride) + 1;
}

bool keeps_channels(OperatorClass what, const std::string& op) {
  switch (what) {
    case OperatorClass::conv:
    case OperatorClass::transposed_conv:
    case OperatorClass::linear:
    case OperatorClass::matmul:
    case OperatorClass::embedding: return false;
    case OperatorClass::movement: return op != "split";
    case OperatorClass::depthwise_conv:
    case OperatorClass::pool:
    case OperatorClass::elementwise:
    case OperatorClass::normalization:
    case OperatorClass::softmax:
    case OperatorClass::resize: return true;
  }
  throw InternalError("unknown operator class");
}

/// The filter's weights, or the table of an embedding.
double weights_of(const Dims& dims, OperatorClass what) {
  const double filter = static_cast<double>(dims.r) * dims.s, c = dims.c, k = dims.k;
  switch (what) {
    case OperatorClass::conv:
    case OperatorClass::transposed_conv:
    case OperatorClass::linear: return k * c * filter / dims.groups;
    case OperatorClass::depthwise_conv: return c * filter;
    case OperatorClass::embedding: return c * k;
    case OperatorClass::matmul:
    case OperatorClass::pool:
    case OperatorClass::elementwise:
    case OperatorClass::normalization:
    case OperatorClass::softmax:
    case OperatorClass::resize:
    case OperatorClass::movement: return 0;
  }
  throw InternalError("unknown operator class");
}

double inputs_of(const Dims& dims, OperatorClass what) {
  const double n = dims.n, map = n * dims.c * input_area(dims);
  if (what == OperatorClass::embedding) return n;
  if (what == OperatorClass::matmul) return map + n * dims.c * dims.k;
  return what == OperatorClass::elementwise ? map * dims.operands : map;
}

OperatorClass known_class(const std::string& op) {
  const auto what = operator_class(op);
  if (!what) throw InternalError("no operator is called " + in_quotes(op));
  return *what;
}

double macs_of(const Dims& dims, OperatorClass what, const std::string& op, const OperatorCounts& counts) {
  const double filter = static_cast<double>(dims.r) * dims.s, n = dims.n;
  const double outputs = counts.height * counts.width;
  switch (what) {
    case OperatorClass::conv:
    case OperatorClass::linear: return n * dims.k * dims.c * filter / dims.groups * outputs;
    case OperatorClass::depthwise_conv: return n * dims.c * filter * outputs;
    case OperatorClass::transposed_conv: return n * dims.k * dims.c * filter / dims.groups * input_area(dims);
    case OperatorClass::matmul: return n * input_area(dims) * dims.c * dims.k;
    case OperatorClass::pool:
    case OperatorClass::elementwise:
    case OperatorClass::normalization:
    case OperatorClass::softmax:
    case OperatorClass::embedding:
    case OperatorClass::resize:
    case OperatorClass::movement: return counts_as_depthwise(op) ? n * dims.c * filter * outputs : 0;
  }
  throw InternalError("unknown operator class");
}

}  // namespace

double bytes_of(Precision precision) {
  switch (precision) {
    case Precision::fp32: return 4;
    case Precision::fp16:
    case Precision::bf16: return 2;
    case Precision::int8: return 1;
    case Precision::int4: return 0.5;
  }
  throw InternalError("unknown precision");
}

Strings operator_words() {
  Strings names;
  for (const Word& word : kWords) names.emplace_back(word.word);
  return names;
}

std::optional<OperatorClass> operator_class(const std::string& op) {
  if (op.empty()) return OperatorClass::conv;
  const auto found = std::find_if(kWords.begin(), kWords.end(), [&](const Word& w) { return op == w.word; });
  return found == kWords.end() ? std::nullopt : std::optional(found->what);
}

OperatorCounts count_operator(const Dims& dims, const std::string& op) {
  const OperatorClass what = known_class(op);
  OperatorCounts counts;
  counts.height = dims.p ? *dims.p : output_size(dims, what, dims.y, dims.r);
  counts.width = dims.q ? *dims.q : output_size(dims, what, dims.x, dims.s);
  const double channels = keeps_channels(what, op) ? dims.c : dims.k;
  counts.macs = macs_of(dims, what, op, counts);
  counts.params = weights_of(dims, what) + (dims.bias ? channels : 0) + (dims.batch_norm ? 2 * channels : 0);
  if (what == OperatorClass::normalization) counts.params += 2 * channels;
  counts.inputs = inputs_of(dims, what);
  counts.outputs = op == "reshape" ? counts.inputs : dims.n * channels * counts.height * counts.width;
  counts.weights_read = counts.params;
  if (what == OperatorClass::embedding) counts.weights_read = static_cast<double>(dims.n) * dims.k;
  return counts;
}

std::string problem_of(const Dims& dims, const std::string& op) {
  const auto what = operator_class(op);
  if (!what) {
    const Strings words = operator_words();
    return "cannot be used with op " + in_quotes(op) + did_you_mean(op, words) + "; operators with dimensions are " +
           listed(words) + "; leave dims out and give bytes and macs";
  }
  if (dims.padding.value && *dims.padding.value != std::floor(*dims.padding.value))
    return "must have a whole number as padding; found " + format_number(*dims.padding.value);
  if (dims.groups > 1 && *what != OperatorClass::conv && *what != OperatorClass::transposed_conv)
    return "must not have groups; only conv2d and transposed_conv2d have them";
  if (dims.c % dims.groups != 0 || dims.k % dims.groups != 0)
    return "must have c and k that are multiples of groups; found c " + std::to_string(dims.c) + ", k " +
           std::to_string(dims.k) + ", groups " + std::to_string(dims.groups);
  const OperatorCounts counts = count_operator(dims, op);
  if (counts.height < 1 || counts.width < 1)
    return "must leave an output: the filter reaches " + format_number(reach(dims, dims.r)) + " x " +
           format_number(reach(dims, dims.s)) + ", more than the padded input of " + std::to_string(dims.y) + " x " +
           std::to_string(dims.x);
  return "";
}

double macs_of(const Dims& dims, const std::string& op) { return count_operator(dims, op).macs; }

}  // namespace hetsched
