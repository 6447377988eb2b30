#include <doctest/doctest.h>

#include <map>
#include <set>

#include "model/layer_work.hpp"
#include "model/model_text.hpp"
#include "model/variant_rules.hpp"
#include "support/problem_text.hpp"

namespace {

using hetsched::Dims;
using hetsched::Document;
using hetsched::LayerSpec;
using hetsched::Network;
using hetsched::Problems;
using hetsched::test::text_of;

const std::string kModels = std::string(HETSCHED_SOURCE_DIR) + "/workloads/models/";

Network network_of(const Document& document) {
  Problems problems;
  Network network = read_network(document.root(), problems);
  CHECK(text_of(problems) == "");
  return network;
}

Document file(const std::string& name) {
  Problems problems;
  Document document = Document::from_file(kModels + name + ".json", problems);
  CHECK(text_of(problems) == "");
  return document;
}

Document text(const std::string& layers) {
  Problems problems;
  Document document =
      Document::from_text("{\"format\": 1, \"name\": \"n\", \"precision\": \"fp16\", \"layers\": [\n" + layers + "]}",
                          "n.json", "", problems);
  CHECK(text_of(problems) == "");
  return document;
}

std::string shape(const Dims& dims) {
  std::string out;
  for (const std::uint32_t each : {dims.n, dims.k, dims.c, dims.y, dims.x, dims.r, dims.s, dims.stride})
    out += std::to_string(each) + " ";
  return out;
}

LayerSpec conv(Dims dims, const std::string& op = "conv2d") {
  LayerSpec layer;
  layer.name = "l";
  layer.op = op;
  layer.dims = dims;
  return layer;
}

}  // namespace

TEST_CASE("depth to space gives the dimensions of Terastal's variants") {
  // Published in the authors' artifact for all but resnet50 and sp2dense (see workloads/models/README.md).
  const std::map<std::string, std::size_t> wanted = {{"vgg11", 5},    {"inception_v3", 3},     {"swin_tiny", 4},
                                                     {"resnet50", 7}, {"mobilenet_v2_ssd", 4}, {"sp2dense", 4}};
  std::set<std::string> uneven;
  for (const auto& [name, count] : wanted) {
    const Network network = network_of(file(name));
    std::size_t found = 0;
    for (const LayerSpec& layer : network.layers)
      for (const hetsched::VariantSpec& variant : layer.variants) {
        ++found;
        CAPTURE(name + " " + layer.name);
        const auto gamma = hetsched::least_gamma(layer);
        REQUIRE(gamma.has_value());
        CHECK(variant.name == "d2s" + std::to_string(*gamma));
        const Dims made = depth_to_space(layer, *gamma);
        CHECK(shape(made) == shape(*variant.dims));
        const double square = *gamma * *gamma;
        CHECK(hetsched::macs_of(made, layer.op) * square == layer.macs);
        CHECK(hetsched::count_operator(made, layer.op).params * square * square == layer.params);
        if (hetsched::macs_of(made, layer.op) != hetsched::macs_of(*variant.dims, layer.op)) uneven.insert(layer.name);
      }
    CHECK(found == count);
  }
  // A map of odd size under stride 2: ceil(35 / 2) is 18, so 36 rows are computed, where 70 / 2 would be 35.
  CHECK(uneven == std::set<std::string>{"Mixed_6a.branch3x3", "layer4.0.conv1"});
}

TEST_CASE("padding, output and activations of a depth-to-space variant") {
  const LayerSpec padded = conv({.k = 512, .c = 256, .y = 14, .x = 14, .r = 3, .s = 3, .padding = {1, ""}});
  const Dims variant = depth_to_space(padded, 2);
  CHECK(variant.padding.value == 2.0);
  CHECK(variant.p == 28u);  // cropped: the convolution alone would leave 30
  CHECK(variant.q == 28u);
  const auto before = count_operator(*padded.dims, "conv2d"), after = count_operator(variant, "conv2d");
  CHECK(after.inputs == before.inputs);
  CHECK(after.outputs == before.outputs);
  CHECK(after.macs * 4 == before.macs);

  const Dims plain = depth_to_space(conv({.k = 16, .c = 16, .y = 8, .x = 8}), 4);
  CHECK(shape(plain) == "1 1 1 32 32 1 1 1 ");
  CHECK(!plain.p);
  const Dims tokens = depth_to_space(conv({.n = 49, .k = 3072, .c = 768, .bias = true}, "linear"), 2);
  CHECK(shape(tokens) == "49 768 192 2 2 1 1 1 ");
}

TEST_CASE("which layers have a depth-to-space variant") {
  using hetsched::no_depth_to_space;
  CHECK(no_depth_to_space(conv({.k = 64, .c = 64}), 2) == "");
  CHECK(no_depth_to_space(conv({.k = 126, .c = 576}), 2) == "channels k and c not both multiples of 4");
  CHECK(no_depth_to_space(conv({.k = 126, .c = 576}), 3) == "");
  CHECK(no_depth_to_space(conv({.k = 64, .c = 64, .groups = 2}), 2) == "several groups");
  CHECK(no_depth_to_space(conv({.c = 64}, "depthwise_conv2d"), 2) == "neither conv2d nor linear");
  CHECK(no_depth_to_space(LayerSpec{}, 2) == "no dims");
  CHECK(!hetsched::least_gamma(conv({.k = 3, .c = 64})));
}

TEST_CASE("variants are added to a model") {
  Problems problems;
  hetsched::VariantRequest request;
  request.layers = {{"features.13", 0.25}};
  const auto made = add_variants(file("vgg11"), request, problems);
  CHECK(text_of(problems) == "");
  CHECK(made.count == 1);
  CHECK(made.model["accuracy"]["combinations"].back().dump() == R"({"variants":["features.13:d2s2"],"loss":0.25})");
  const Document again = Document::from_text(hetsched::model_text(made.model), "again.json", kModels, problems);
  CHECK(text_of(problems) == "");
  CHECK(again.value() == made.model);

  request.layers = {{"features.0", {}}, {"features.16", {}}, {"features.31", {}}};
  (void)add_variants(file("vgg11"), request, problems);
  CHECK(problems.all().at(0).what == "has no layer \"features.31\"; did you mean \"features.3\"?");
}

TEST_CASE("a variant in another precision does the same work on other bytes") {
  const Document document = text(R"(
{"name": "conv", "op": "conv2d", "dims": {"k": 8, "c": 4, "y": 16, "x": 16, "r": 3, "s": 3},
 "variants": [{"name": "int8", "precision": "int8"},
              {"name": "both", "precision": "fp32", "dims": {"k": 2, "c": 1, "y": 32, "x": 32, "r": 3, "s": 3}}, {"name": "none"}]},
{"name": "words", "op": "embedding", "inputs": [], "dims": {"n": 7, "c": 1000, "k": 64}, "variants": [{"name": "int8", "precision": "int8"}]})");
  const Network network = network_of(document);
  const LayerSpec& layer = network.layers[0];
  const auto original = *work_of(network, layer), int8 = *work_of(network, layer, &layer.variants[0]);
  CHECK(original.precision == hetsched::Precision::fp16);
  CHECK(int8.precision == hetsched::Precision::int8);
  CHECK(int8.macs == 8.0 * 4 * 9 * 16 * 16);
  CHECK(int8.input_bytes == 4 * 16 * 16);
  CHECK(int8.weight_bytes == 8 * 4 * 9);
  CHECK(int8.output_bytes * 2 == original.output_bytes);
  const auto both = *work_of(network, layer, &layer.variants[1]);
  CHECK(both.macs * 4 == original.macs);
  CHECK(both.weight_bytes == 2 * 1 * 9 * 4);
  CHECK(both.precision == hetsched::Precision::fp32);
  CHECK(!work_of(network, layer, &layer.variants[2]));
  const LayerSpec& words = network.layers[1];
  CHECK(work_of(network, words, &words.variants[0])->weight_bytes == 7 * 64);
}
