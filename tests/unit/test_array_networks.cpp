// Do the cost models of spatial arrays price whole layers and networks as the field's tools do? Figures:
// tests/data/costs.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "cost/cost_models.hpp"
#include "cost/maestro_array.hpp"
#include "cost/systolic_array.hpp"
#include "support/problem_text.hpp"

namespace hetsched {

struct TopologyLayer {
  std::string network;
  double h = 0, w = 0, r = 0, s = 0, c = 0, k = 0, stride = 0;
};
template <>
inline constexpr auto fields<TopologyLayer> = std::tuple{
    field("network", &TopologyLayer::network, "", {}),
    field("h", &TopologyLayer::h, "", {}),
    field("w", &TopologyLayer::w, "", {}),
    field("r", &TopologyLayer::r, "", {}),
    field("s", &TopologyLayer::s, "", {}),
    field("c", &TopologyLayer::c, "", {}),
    field("k", &TopologyLayer::k, "", {}),
    field("stride", &TopologyLayer::stride, "", {}),
};

struct NetworkTotal {
  std::string network;
  double size = 0;
  std::string stationary;
  double cycles = 0;
};
template <>
inline constexpr auto fields<NetworkTotal> = std::tuple{
    field("network", &NetworkTotal::network, "", {}),
    field("size", &NetworkTotal::size, "", {}),
    field("stationary", &NetworkTotal::stationary, "", {}),
    field("cycles", &NetworkTotal::cycles, "", {}),
};

namespace {

template <class Row>
std::vector<Row> rows_of(const std::string& name) {
  Problems problems;
  auto rows = read_csv<Row>(std::string(HETSCHED_SOURCE_DIR) + "/tests/data/costs/" + name, problems);
  REQUIRE(test::text_of(problems) == "");
  return rows;
}

LayerWork work_of_dims(const Dims& dims, const std::string& op) {
  const OperatorCounts counts = count_operator(dims, op);
  LayerWork work;
  work.op = operator_class(op);
  work.precision = Precision::int8;
  work.dims = &dims;
  work.height = counts.height;
  work.width = counts.width;
  work.macs = counts.macs;
  work.input_bytes = counts.inputs;
  work.weight_bytes = counts.weights_read;
  work.output_bytes = counts.outputs;
  return work;
}

LayerCost price_of(const CostModel& model, const LayerWork& work) {
  OperatingPointSpec point;
  point.frequency = 1e9;
  LayerCost cost;
  model.cost(work, {&point, 1}, {&cost, 1});
  return cost;
}

Dims dims_of(const TopologyLayer& l) {
  const auto whole = [](double value) { return static_cast<std::uint32_t>(value); };
  Dims dims;
  dims.k = whole(l.k);
  dims.c = whole(l.c);
  dims.y = whole(l.h);
  dims.x = whole(l.w);
  dims.r = whole(l.r);
  dims.s = whole(l.s);
  dims.stride = whole(l.stride);
  // The tool's size of outputs is rounded up.
  dims.p = whole(std::ceil((l.h - l.r + l.stride) / l.stride));
  dims.q = whole(std::ceil((l.w - l.s + l.stride) / l.stride));
  return dims;
}

Dims product(std::uint32_t rows, std::uint32_t c, std::uint32_t k) {
  Dims dims;
  dims.n = rows;
  dims.c = c;
  dims.k = k;
  return dims;
}

MaestroArraySpec maestro(MaestroDataflow dataflow) {
  MaestroArraySpec spec;
  spec.dataflow = dataflow;
  spec.pes = 256;
  return spec;
}

}  // namespace

TEST_CASE("SCALE-Sim's cycles of five networks on square arrays, exactly") {
  const auto layers = rows_of<TopologyLayer>("scalesim_layers.csv");
  const auto totals = rows_of<NetworkTotal>("scalesim_totals.csv");
  CHECK(totals.size() == 35);
  for (const NetworkTotal& total : totals) {
    SystolicArraySpec spec;
    spec.rows = spec.columns = static_cast<std::uint32_t>(total.size);
    spec.stationary = total.stationary == "os"   ? Stationary::os
                      : total.stationary == "ws" ? Stationary::ws
                                                 : Stationary::is;
    const auto model = make_cost_model(spec);
    double cycles = 0;
    for (const TopologyLayer& layer : layers) {
      if (layer.network != total.network) continue;
      const Dims dims = dims_of(layer);
      cycles += price_of(*model, work_of_dims(dims, "conv2d")).cycles;
    }
    CHECK(cycles == total.cycles);
  }
}

TEST_CASE("energy is the sum of accesses at MAESTRO's ratios, and 0.23 pJ for each multiply-accumulate") {
  for (const TopologyLayer& layer : rows_of<TopologyLayer>("scalesim_layers.csv")) {
    const Dims dims = dims_of(layer);
    const LayerWork work = work_of_dims(dims, "conv2d");
    for (const auto dataflow : {MaestroDataflow::kcp_ws, MaestroDataflow::yxp_os, MaestroDataflow::rs}) {
      const LayerCost cost = price_of(*make_cost_model(maestro(dataflow)), work);
      const Accesses& a = cost.accesses;
      const double macs =
          work.macs + 1.68 * (a.local_reads + a.local_writes) + 18.61 * (a.buffer_reads + a.buffer_writes);
      CHECK(cost.energy == doctest::Approx(0.23e-12 * macs).epsilon(1e-12));
    }
  }
}

TEST_CASE("a fully connected layer keeps every dataflow's elements at work") {
  // One token, as after the pooling of a classifier: all elements but those of the last fold have an output
  // feature.
  const Dims dims = product(1, 2048, 1000);
  const LayerWork work = work_of_dims(dims, "linear");
  CHECK(price_of(*make_cost_model(maestro(MaestroDataflow::kcp_ws)), work).cycles == 250 * 32);
  CHECK(price_of(*make_cost_model(maestro(MaestroDataflow::yxp_os)), work).cycles == 2048 * 4);
  CHECK(price_of(*make_cost_model(maestro(MaestroDataflow::rs)), work).cycles == 2048 * 4);
  // The convolution of that shape is MAESTRO's, one element at work.
  CHECK(price_of(*make_cost_model(maestro(MaestroDataflow::yxp_os)), work_of_dims(dims, "conv2d")).cycles ==
        2048 * 1000);
  for (const std::uint32_t rows : {1u, 7u, 128u, 1000u})
    for (const auto dataflow : {MaestroDataflow::yxp_os, MaestroDataflow::rs}) {
      const Dims many = product(rows, 512, 257);
      const LayerCost cost = price_of(*make_cost_model(maestro(dataflow)), work_of_dims(many, "linear"));
      CHECK(cost.utilization <= 1);
      CHECK(cost.utilization > 0.25);
    }
}

TEST_CASE("both sides of a matrix product come from DRAM again where they do not fit") {
  Dims dims;
  dims.n = 2;
  dims.y = 1000;
  dims.c = 100;
  dims.k = 1000;
  const LayerWork work = work_of_dims(dims, "matmul");
  SystolicArraySpec spec;
  spec.rows = spec.columns = 16;
  CHECK(price_of(*make_cost_model(spec), work).accesses.dram_reads == 2 * 200000);
  spec.memory_hierarchy.buffer_bytes = 100000;
  spec.memory_hierarchy.double_buffering = false;
  CHECK(price_of(*make_cost_model(spec), work).accesses.dram_reads == 2 * 200000);
  spec.memory_hierarchy.buffer_bytes = 50000;
  const LayerCost cost = price_of(*make_cost_model(spec), work);
  CHECK(cost.accesses.dram_reads == 2 * 300000);
  CHECK(cost.traffic == 2 * (300000 + 1000000));
}

}  // namespace hetsched
