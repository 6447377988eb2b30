// What does the cost matrix of a large model cost, which every run builds once? 1,000 layers on 20 kinds with 10
// operating points each, by source of costs; the goal is less than 50 ms.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "cost/cost_matrix.hpp"
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
    text += (i > 0 ? ", {\"name\": \"l" : "{\"name\": \"l") + std::to_string(i) + R"(", "op": ")" + ops[i % 5] +
            R"(", "inputs": [], "dims": )" + dims[i % 5] + "}";
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
                    .norm = norm > 0 ? std::optional(norm) : std::nullopt,
                    .half_saturation = 2048.0 * kind,
                    .fused_operators = {OperatorClass::elementwise},
                    .energy_per_op = {.fp16 = 1e-12},
                    .energy_per_byte = 5e-11};
  spec.efficiencies = {{.operators = {OperatorClass::conv}, .pointwise = true, .compute = 0.5},
                       {.operators = {OperatorClass::conv}, .compute = 0.7},
                       {.operators = {OperatorClass::linear}, .compute = 0.75, .memory = 0.8}};
  return spec;
}

/// Kinds of one source of costs.
PlatformSpec platform(const CostSpec& (*source)(int)) {
  PlatformSpec spec;
  for (int k = 0; k < kKinds; ++k) {
    KindSpec& kind = spec.kinds.emplace_back();
    kind.name = kind.profile = "kind" + std::to_string(k);
    kind.costs = {source(k)};
    for (int p = 0; p < kPoints; ++p)
      kind.operating_points.push_back({.name = "p" + std::to_string(p), .frequency = 1e9 * (kPoints - p)});
    spec.accelerators.push_back({.name = "a" + std::to_string(k),
                                 .kind = kind.name,
                                 .memory = "dram",
                                 .operating_point = "p0",
                                 .fallback = ""});
  }
  spec.memories.emplace_back().name = "dram";
  return spec;
}

template <int Norm>
const CostSpec& roofline(int kind) {
  static CostSpec spec;
  return spec = device(kind, Norm);
}

const CostSpec& systolic(int kind) {
  static CostSpec spec;
  SystolicArraySpec array;
  array.rows = array.columns = static_cast<std::uint32_t>(16 + kind);
  array.vector_lanes = 16;
  array.memory_hierarchy.buffer_bytes = 524288;
  array.memory_hierarchy.energy.mode = EnergyMode::physical;
  return spec = array;
}

const CostSpec& maestro(int kind) {
  static CostSpec spec;
  MaestroArraySpec array;
  array.pes = static_cast<std::uint32_t>(256 * (1 + kind));
  array.noc_bandwidth = 64;
  array.vector_lanes = 16;
  return spec = array;
}

/// Milliseconds of building the matrix once; `sum` keeps the work from being left out.
double measure(const PlatformSpec& spec, const CostedModel& model, double& sum) {
  Problems problems;
  const auto start = std::chrono::steady_clock::now();
  const CostMatrix matrix = build_cost_matrix(spec, {&model, 1}, problems);
  const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  problems.throw_if_any();
  for (const Cost& cell : matrix.cells) sum += cell.time;
  return ms;
}

}  // namespace

int main(int argc, char** argv) {
  const bool smoke = argc > 1 && std::strcmp(argv[1], "--smoke") == 0;
  const int layers = smoke ? 10 : argc > 1 ? std::stoi(argv[1]) : 1000;
  const Network net = network(layers);
  Problems problems;
  const TaskGraph graph = compile_task_graph(net, Granularity::layer, problems);
  problems.throw_if_any();
  const std::pair<const char*, PlatformSpec> platforms[] = {{"roofline", platform(roofline<0>)},
                                                            {"roofline, norm 2", platform(roofline<2>)},
                                                            {"roofline, norm 3", platform(roofline<3>)},
                                                            {"systolic_array", platform(systolic)},
                                                            {"maestro_array", platform(maestro)}};
  std::printf("%-18s %8s %10s %10s %10s\n", "source", "layers", "cells", "ms", "ns/cell");
  for (const auto& [name, spec] : platforms) {
    double least = 1e300, sum = 0;
    for (int i = 0; i < (smoke ? 1 : 5); ++i) least = std::min(least, measure(spec, {&net, &graph}, sum));
    if (!std::isfinite(sum)) {
      std::fprintf(stderr, "a kind cannot run a layer\n");
      return 1;
    }
    const double cells = static_cast<double>(layers) * kKinds * kPoints;
    std::printf("%-18s %8d %10.0f %10.3f %10.1f\n", name, layers, cells, least, 1e6 * least / cells);
  }
  return 0;
}
