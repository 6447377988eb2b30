// What does the cost table of a large model cost? 1,000 layers on 20 kinds with 10 operating points each,
// roofline; the issue asks for less than 50 ms. Counted: reading off the work of each layer, and every cell.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "cost/roofline.hpp"
#include "model/network.hpp"

namespace {

using namespace hetsched;

constexpr int kKinds = 20, kPoints = 10;

/// Convolutions of 1x1 and 3x3, additions, poolings and linear layers in turn.
Network network(int layers) {
  std::string text = R"({"format": 1, "name": "bench", "precision": "fp16", "layers": [)";
  for (int i = 0; i < layers; ++i) {
    const std::string c = std::to_string(16 * (1 + i % 32));
    const char* ops[] = {"conv2d", "conv2d", "elementwise", "max_pool", "linear"};
    const std::string dims[] = {R"({"c": )" + c + R"(, "k": 64, "y": 28, "x": 28})",
                                R"({"c": )" + c + R"(, "k": 128, "y": 28, "x": 28, "r": 3, "s": 3})",
                                R"({"c": )" + c + R"(, "y": 28, "x": 28, "operands": 2})",
                                R"({"c": )" + c + R"(, "y": 28, "x": 28, "r": 3, "s": 3, "stride": 2})",
                                R"({"n": 128, "c": )" + c + R"(, "k": 1024})"};
    text += (i > 0 ? ", {\"name\": \"l" : "{\"name\": \"l") + std::to_string(i) + R"(", "op": ")" +
            ops[i % 5] + R"(", "inputs": [], "dims": )" + dims[i % 5] + "}";
  }
  Problems problems;
  const Document document = Document::from_text(text + "]}", "bench", ".", problems);
  Network network = read_network(document.root(), problems);
  problems.throw_if_any();
  return network;
}

RooflineSpec device(int kind, double norm) {
  RooflineSpec spec{.peak = {.fp32 = 1e12, .fp16 = 1e12 * (1 + kind), .int8 = 2e12 * (1 + kind)},
                    .bandwidth = 1e11 * (1 + kind),
                    .overhead = 6e-6,
                    .norm = norm,
                    .half_saturation = 2048.0 * kind,
                    .fused_operators = {OperatorClass::elementwise},
                    .energy_per_op = {.fp16 = 1e-12},
                    .energy_per_byte = 5e-11};
  spec.efficiencies = {{.operators = {OperatorClass::conv}, .pointwise = true, .compute = 0.5},
                       {.operators = {OperatorClass::conv}, .compute = 0.7},
                       {.operators = {OperatorClass::linear}, .compute = 0.75, .memory = 0.8}};
  return spec;
}

/// Milliseconds; `sum` keeps the work from being left out.
double measure(const Network& net, double norm, double& sum) {
  std::vector<OperatingPointSpec> points(kPoints);
  for (int p = 0; p < kPoints; ++p) points[p].frequency = 1e9 * (kPoints - p);
  std::vector<LayerCost> costs(kPoints);
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<CostModel>> models;
  for (int k = 0; k < kKinds; ++k) models.push_back(make_roofline(device(k, norm)));
  for (const LayerSpec& layer : net.layers) {
    const LayerWork work = *work_of(net, layer);
    for (const auto& model : models) {
      model->cost(work, points, costs);
      for (const LayerCost& cost : costs) sum += cost.time;
    }
  }
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  const bool smoke = argc > 1 && std::strcmp(argv[1], "--smoke") == 0;
  const int layers = smoke ? 10 : argc > 1 ? std::stoi(argv[1]) : 1000;
  const Network net = network(layers);
  std::printf("%-8s %-8s %10s %10s %10s\n", "layers", "norm", "cells", "ms", "ns/cell");
  for (const double norm : {2.0, 3.0}) {
    double least = 1e300, sum = 0;
    for (int i = 0; i < (smoke ? 1 : 5); ++i) least = std::min(least, measure(net, norm, sum));
    if (!std::isfinite(sum)) {
      std::fprintf(stderr, "a kind cannot run a layer\n");
      return 1;
    }
    const double cells = static_cast<double>(layers) * kKinds * kPoints;
    std::printf("%-8d %-8g %10.0f %10.3f %10.1f\n", layers, norm, cells, least, 1e6 * least / cells);
  }
  return 0;
}
