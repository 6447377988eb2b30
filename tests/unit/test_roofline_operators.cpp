// Single operators against published measurements of them: the errors of published fits, and of the shipped
// kinds.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "base/fields.hpp"
#include "cost/cost_models.hpp"
#include "support/costs.hpp"

namespace {
struct GemmRow {
  std::string device;
  double tokens = 0, k = 0, n = 0, time_us = 0;
};
struct VectorRow {
  std::string device, op;
  double bytes = 0, time_us = 0;
};
struct ConvRow {
  std::string layer;
  std::uint32_t filter = 1;
  double m = 0, n = 0, k = 0, inputs = 0, time_us = 0;
};
}  // namespace

template <>
inline constexpr auto hetsched::fields<GemmRow> = std::tuple{
    field("device", &GemmRow::device, "", {}), field("tokens", &GemmRow::tokens, "", {}),
    field("k", &GemmRow::k, "", {}), field("n", &GemmRow::n, "", {}), field("time_us", &GemmRow::time_us, "", {})};
template <>
inline constexpr auto hetsched::fields<VectorRow> =
    std::tuple{field("device", &VectorRow::device, "", {}), field("op", &VectorRow::op, "", {}),
               field("bytes", &VectorRow::bytes, "", {}), field("time_us", &VectorRow::time_us, "", {})};
template <>
inline constexpr auto hetsched::fields<ConvRow> = std::tuple{field("layer", &ConvRow::layer, "", {}),
                                                             field("filter", &ConvRow::filter, "", {}),
                                                             field("m", &ConvRow::m, "", {}),
                                                             field("n", &ConvRow::n, "", {}),
                                                             field("k", &ConvRow::k, "", {}),
                                                             field("inputs", &ConvRow::inputs, "", {}),
                                                             field("time_us", &ConvRow::time_us, "", {})};

namespace {

using namespace hetsched;
using namespace hetsched::test;

template <class Row>
std::vector<Row> rows_of(const std::string& file) {
  Problems problems;
  std::vector<Row> rows = read_csv<Row>(std::string(HETSCHED_SOURCE_DIR "/tests/data/costs/") + file, problems);
  problems.throw_if_any();
  return rows;
}

LayerWork product(OperatorClass op, double m, double n, double k, double inputs) {
  LayerWork work;
  work.op = op;
  work.precision = Precision::fp16;
  work.macs = m * n * k;
  work.input_bytes = 2 * inputs;
  work.weight_bytes = 2 * n * k;
  work.output_bytes = 2 * m * n;
  return work;
}

double microseconds(const RooflineSpec& spec, const LayerWork& work) {
  const std::vector<OperatingPointSpec> points(1);
  std::vector<LayerCost> cost(1);
  make_cost_model(spec)->cost(work, points, cost);
  return 1e6 * cost.front().time;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> gemm_errors(const std::string& device, const RooflineSpec& spec) {
  std::vector<double> errors;
  for (const GemmRow& row : rows_of<GemmRow>("gemm.csv"))
    if (row.device == device) {
      const LayerWork work = product(OperatorClass::linear, row.tokens, row.n, row.k, row.tokens * row.k);
      errors.push_back(std::abs(microseconds(spec, work) / row.time_us - 1));
    }
  return errors;
}

std::vector<double> conv_errors(const RooflineSpec& spec) {
  std::vector<double> errors;
  for (const ConvRow& row : rows_of<ConvRow>("googlenet_conv.csv")) {
    LayerWork work = product(OperatorClass::conv, row.m, row.n, row.k, row.inputs);
    const Dims dims{.r = row.filter, .s = row.filter};
    work.dims = &dims;
    errors.push_back(std::abs(microseconds(spec, work) / row.time_us - 1));
  }
  return errors;
}

RooflineSpec gpu(double peak, double bandwidth, double compute, double memory, double overhead) {
  return {.peak = {.fp16 = peak},
          .bandwidth = bandwidth,
          .compute_efficiency = compute,
          .memory_efficiency = memory,
          .overhead = overhead};
}

constexpr double kA100Bandwidth = 2039e9, kA40Bandwidth = 696e9;

TEST_CASE("matrix products: the published fits have their published errors") {
  const std::vector<double> a100 = gemm_errors("a100", gpu(312e12, kA100Bandwidth, 0.75, 0.8, 6e-6));
  REQUIRE(a100.size() == 180);
  CHECK(mean(a100) == doctest::Approx(0.065).epsilon(0.01));
  CHECK(median(a100) == doctest::Approx(0.048).epsilon(0.01));
  const std::vector<double> a40 = gemm_errors("a40", gpu(149.7e12, kA40Bandwidth, 0.75, 0.8, 6e-6));
  REQUIRE(a40.size() == 180);
  CHECK(mean(a40) == doctest::Approx(0.063).epsilon(0.01));
  CHECK(median(a40) == doctest::Approx(0.042).epsilon(0.02));
  RooflineSpec smooth = gpu(312e12, kA100Bandwidth, 0.75, 0.8, 6e-6);
  smooth.norm = 2;
  CHECK(mean(gemm_errors("a100", smooth)) == doctest::Approx(0.051).epsilon(0.01));
}

TEST_CASE("layers that move memory: the published fits have their published errors") {
  struct Fit {
    const char *device, *op;
    double overhead_us, memory, error;
  };
  for (const Fit& fit :
       {Fit{"a100", "input_layernorm", 5, 0.5, 0.238}, Fit{"a100", "mlp_act", 2, 0.5, 0.332},
        Fit{"a100", "add", 2, 0.95, 0.209}, Fit{"a100", "attn_rope", 4, 0.45, 0.13}, Fit{"a100", "emb", 4, 0.2, 0.228},
        Fit{"a40", "input_layernorm", 4, 0.65, 0.181}, Fit{"a40", "mlp_act", 2, 0.8, 0.302},
        Fit{"a40", "add", 1, 0.85, 0.262}, Fit{"a40", "attn_rope", 4, 0.8, 0.173}, Fit{"a40", "emb", 2, 0.5, 0.158}}) {
    CAPTURE(fit.device);
    CAPTURE(fit.op);
    const bool a100 = std::string(fit.device) == "a100";
    const RooflineSpec spec = gpu(312e12, a100 ? kA100Bandwidth : kA40Bandwidth, 1, fit.memory, fit.overhead_us * 1e-6);
    std::vector<double> errors;
    for (const VectorRow& row : rows_of<VectorRow>("vector_ops.csv"))
      if (row.device == fit.device && row.op == fit.op) {
        LayerWork work;
        work.op = OperatorClass::normalization;
        work.precision = Precision::fp16;
        work.input_bytes = row.bytes;
        errors.push_back(std::abs(microseconds(spec, work) / row.time_us - 1));
      }
    REQUIRE(errors.size() == 45);
    CHECK(mean(errors) == doctest::Approx(fit.error).epsilon(0.01));
  }
}

TEST_CASE("shipped kinds on matrix products and convolutions") {
  const std::map<std::string, LibraryKind> kinds = kind_library();
  const std::vector<double> products = gemm_errors("a100", kinds.at("a100_sxm").roofline);
  INFO("A100 ", mean(products), " median ", median(products));
  CHECK(mean(products) < 0.055);

  RooflineSpec xavier = kinds.at("agx_xavier_gpu").roofline;
  const std::vector<double> convolutions = conv_errors(xavier);
  REQUIRE(convolutions.size() == 39);
  INFO("Xavier ", mean(convolutions), " median ", median(convolutions));
  CHECK(mean(convolutions) < 0.12);
  CHECK(median(convolutions) < 0.07);

  // Without the rule for small layers, no other efficiency does as well.
  xavier.half_saturation = 0;
  double least = 1;
  for (double efficiency = 0.1; efficiency < 1; efficiency += 0.05) {
    xavier.efficiencies = {Efficiency{.compute = efficiency}};
    least = std::min(least, mean(conv_errors(xavier)));
  }
  CHECK(least > 0.14);
}

}  // namespace
