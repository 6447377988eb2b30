#include <doctest/doctest.h>

#include "model/model_totals.hpp"
#include "model/network.hpp"
#include "model/operators.hpp"
#include "support/problem_text.hpp"

namespace {

using hetsched::count_operator;
using hetsched::Dims;
using hetsched::Document;
using hetsched::Network;
using hetsched::OperatorCounts;
using hetsched::Problems;
using hetsched::test::lines;
using hetsched::test::text_of;

hetsched::QuantityOrWord padding(double value) { return {value, ""}; }
hetsched::QuantityOrWord padding(const char* word) { return {std::nullopt, word}; }

Network network(const std::string& rest, Problems& problems) {
  const Document document =
      Document::from_text("{\"format\": 1, \"name\": \"n\",\n" + rest + "}", "n.json", "", problems);
  return hetsched::read_network(document.root(), problems);
}

std::string messages(const std::string& dims, const std::string& op) {
  Problems problems;
  network("\"layers\": [{\"name\": \"a\", \"op\": \"" + op + "\",\n\"dims\": " + dims + "}]", problems);
  return text_of(problems);
}

void check_map(const Dims& dims, const std::string& op, double height, double width) {
  const OperatorCounts counts = count_operator(dims, op);
  CHECK(counts.height == height);
  CHECK(counts.width == width);
}

}  // namespace

TEST_CASE("convolutions: groups, bias and batch normalisation") {
  Dims dims{.n = 2, .k = 64, .c = 32, .y = 56, .x = 28, .r = 3, .s = 5};
  OperatorCounts counts = count_operator(dims, "conv2d");
  CHECK(counts.macs == 2.0 * 64 * 32 * 15 * 56 * 28);
  CHECK(counts.params == 64.0 * 32 * 15);
  CHECK(counts.inputs == 2.0 * 32 * 56 * 28);
  CHECK(counts.outputs == 2.0 * 64 * 56 * 28);
  CHECK(counts.weights_read == counts.params);

  dims.groups = 8;
  dims.bias = true;
  counts = count_operator(dims, "");
  CHECK(counts.macs == 2.0 * 64 * 4 * 15 * 56 * 28);
  CHECK(counts.params == 64.0 * 4 * 15 + 64);

  dims.groups = 1;
  dims.bias = false;
  dims.batch_norm = true;
  counts = count_operator(dims, "depthwise_conv2d");
  CHECK(counts.macs == 2.0 * 32 * 15 * 56 * 28);
  CHECK(counts.params == 32.0 * 15 + 2 * 32);
  CHECK(counts.outputs == 2.0 * 32 * 56 * 28);
}

TEST_CASE("output maps: padding, stride, dilation, sizes given") {
  Dims dims{.y = 225, .x = 224, .r = 7, .s = 7, .stride = 2};
  check_map(dims, "conv2d", 113, 112);
  dims.padding = padding("valid");
  check_map(dims, "conv2d", 110, 109);
  dims.padding = padding(3);
  check_map(dims, "conv2d", 113, 112);
  dims.dilation = 2;  // the filter reaches 13
  check_map(dims, "max_pool", 110, 109);
  dims.q = 7;
  check_map(dims, "avg_pool", 110, 7);
  CHECK(count_operator(dims, "avg_pool").macs == 0);
  CHECK(count_operator(dims, "avg_pool").params == 0);
}

TEST_CASE("transposed convolutions go up") {
  Dims dims{.k = 512, .c = 1024, .y = 32, .x = 32, .r = 2, .s = 2, .stride = 2};
  const OperatorCounts counts = count_operator(dims, "transposed_conv2d");
  CHECK(counts.macs == 2147483648.0);
  CHECK(counts.params == 512.0 * 1024 * 4);
  CHECK(counts.outputs == 512.0 * 64 * 64);
  dims.r = dims.s = 4;
  dims.padding = padding(1);
  check_map(dims, "transposed_conv2d", 64, 64);
  dims.padding = padding("valid");
  check_map(dims, "transposed_conv2d", 66, 66);
}

TEST_CASE("linear layers, matrix products, embeddings") {
  OperatorCounts counts = count_operator({.n = 128, .k = 3072, .c = 768, .bias = true}, "linear");
  CHECK(counts.macs == 128.0 * 3072 * 768);
  CHECK(counts.params == 3072.0 * 768 + 3072);
  CHECK(counts.inputs == 128.0 * 768);
  CHECK(counts.outputs == 128.0 * 3072);

  counts = count_operator({.n = 12, .k = 40, .c = 64, .y = 128}, "matmul");
  CHECK(counts.macs == 12.0 * 128 * 64 * 40);
  CHECK(counts.params == 0);
  CHECK(counts.inputs == 12.0 * (128 * 64 + 64 * 40));
  CHECK(counts.outputs == 12.0 * 128 * 40);

  counts = count_operator({.n = 128, .k = 768, .c = 30522}, "embedding");
  CHECK(counts.macs == 0);
  CHECK(counts.params == 30522.0 * 768);
  CHECK(counts.weights_read == 128.0 * 768);
  CHECK(counts.inputs == 128);
  CHECK(counts.outputs == 128.0 * 768);
}

TEST_CASE("operators without multiply-accumulates") {
  const Dims dims{.n = 2, .c = 24, .y = 10, .x = 5, .operands = 3};
  for (const char* op : {"elementwise", "normalization", "softmax", "concat", "reshape", "resize"}) {
    CAPTURE(op);
    const OperatorCounts counts = count_operator(dims, op);
    CHECK(counts.macs == 0);
    CHECK(counts.params == (std::string(op) == "normalization" ? 48 : 0));
    CHECK(counts.inputs == (std::string(op) == "elementwise" ? 3 : 1) * 2400);
    CHECK(counts.outputs == 2400);
  }
  CHECK(count_operator({.c = 24, .y = 10, .x = 5, .p = 20, .q = 10}, "resize").outputs == 24.0 * 200);
  CHECK(count_operator({.k = 6, .c = 24, .y = 10, .x = 5}, "split").outputs == 6.0 * 50);
  CHECK(hetsched::macs_of(dims, "add") == 2400);  // as the published layer lists count it
}

TEST_CASE("bytes by precision and batch") {
  Problems problems;
  const std::string dims = R"("dims": {"k": 8, "c": 4, "y": 6, "x": 6, "r": 3, "s": 3, "padding": "valid"})";
  const Network it =
      network("\"precision\": \"fp16\", \"batch\": 3, \"layers\": [{\"name\": \"a\", " + dims +
                  "}, {\"name\": \"b\", \"precision\": \"int4\", " + dims +
                  "}, {\"name\": \"c\", \"op\": \"linear\", \"params\": 0, \"dims\": {\"k\": 5, \"c\": 7}}, "
                  "{\"name\": "
                  "\"d\", \"op\": \"elementwise\", \"params\": 10, \"dims\": {\"c\": 10}}, {\"name\": \"e\", \"op\": "
                  "\"something_else\"}]",
              problems);
  REQUIRE(text_of(problems) == "");
  CHECK(it.bytes_per_element == 2);
  CHECK(it.layers[0].macs == 3.0 * 8 * 4 * 9 * 16);
  CHECK(it.layers[0].params == 288);
  CHECK(it.layers[0].weight_bytes == 576);
  CHECK(it.layers[0].input_bytes == 3.0 * 2 * 4 * 36);
  CHECK(it.layers[0].output_bytes == 3.0 * 2 * 8 * 16);
  CHECK(it.layers[1].weight_bytes == 144);
  CHECK(it.layers[1].output_bytes == 3.0 * 0.5 * 8 * 16);
  CHECK(it.layers[2].params == 0);
  CHECK(it.layers[2].weight_bytes == 70);
  CHECK(it.layers[3].params == 10);
  CHECK(it.layers[3].weight_bytes == 20);
  CHECK_FALSE(it.layers[4].params);
  CHECK(it.layers[4].input_bytes == 0);

  const hetsched::ModelTotals totals = hetsched::totals_of(it);
  CHECK(totals.layers == 5);
  CHECK(totals.macs == 2 * 3.0 * 8 * 4 * 9 * 16 + 3 * 35);
  CHECK(totals.params == 288 + 288 + 10);
  CHECK(totals.weight_bytes == 576 + 144 + 70 + 20);
}

TEST_CASE("impossible dimensions are refused") {
  CHECK(messages(R"({"c": 6, "k": 8, "groups": 4})", "conv2d") ==
        lines({"n.json:3:9: /layers/0/dims: must have c and k that are multiples of groups; found c 6, k 8, "
               "groups 4"}));
  CHECK(messages(R"({"y": 3, "x": 9, "r": 5, "s": 5, "padding": "valid"})", "max_pool") ==
        lines({"n.json:3:9: /layers/0/dims: must leave an output: the filter reaches 5 x 5, more than the "
               "padded input of 3 x 9"}));
  CHECK(messages(R"({"padding": 1.5})", "conv2d") ==
        lines({"n.json:3:9: /layers/0/dims: must have a whole number as padding; found 1.5"}));
  CHECK(messages(R"({"groups": 2, "c": 2, "k": 2})", "linear") ==
        lines({"n.json:3:9: /layers/0/dims: must not have groups; only conv2d and transposed_conv2d have "
               "them"}));
  CHECK(messages("{}", "conv2").find("cannot be used with op \"conv2\"; did you mean \"conv2d\"?") !=
        std::string::npos);
  Problems problems;
  network(R"("precision": "int8", "bytes_per_element": 2, "layers": [{"name": "a"}])", problems);
  CHECK(text_of(problems) == lines({"n.json:2:43: /bytes_per_element: contradicts precision int8, which "
                                    "has 1; give one of them"}));
}
