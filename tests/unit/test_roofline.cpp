#include <doctest/doctest.h>

#include <cmath>

#include "cost/cost_models.hpp"
#include "support/costs.hpp"

namespace {

using namespace hetsched;
using hetsched::test::kind_library;
using hetsched::test::LibraryKind;

/// 1e9 operations, 6e6 bytes, 1e6 outputs.
LayerWork convolution() {
  LayerWork work;
  work.op = OperatorClass::conv;
  work.precision = Precision::fp16;
  work.macs = 5e8;
  work.input_bytes = 3e6;
  work.weight_bytes = 1e6;
  work.output_bytes = 2e6;
  return work;
}

LayerWork addition() {
  LayerWork work;
  work.op = OperatorClass::elementwise;
  work.precision = Precision::fp16;
  work.vector_ops = 2e6;
  work.input_bytes = 4e6;
  work.output_bytes = 2e6;
  return work;
}

/// 1 ms for convolution()'s operations, 0.6 ms for its bytes.
RooflineSpec device() {
  return {.peak = {.fp16 = 2e12}, .bandwidth = 2e10, .compute_efficiency = 0.5, .memory_efficiency = 0.5};
}

LayerCost cost(const RooflineSpec& spec, const LayerWork& work, const OperatingPointSpec& point = {},
               const OperatingPointSpec& first = {}) {
  const std::vector<OperatingPointSpec> points{first, point};
  std::vector<LayerCost> costs(2);
  make_cost_model(spec)->cost(work, points, costs);
  return costs.back();
}

void check(double value, double expected) { CHECK(value == doctest::Approx(expected).epsilon(1e-12)); }

TEST_CASE("time is the longer of compute and memory, and an overhead") {
  RooflineSpec spec = device();
  spec.overhead = 1e-4;
  LayerCost it = cost(spec, convolution());
  check(it.compute_time, 1e-3);
  check(it.memory_time, 6e-4);
  check(it.time, 1.1e-3);
  check(it.traffic, 6e6);
  check(it.utilization, 1e9 / (2e12 * 1.1e-3));
  check(it.accesses.dram_reads, 2e6);
  check(it.accesses.dram_writes, 1e6);
  CHECK(it.bound == Bound::compute);
  spec.bandwidth = 1e10;
  it = cost(spec, convolution());
  check(it.time, 1.3e-3);
  CHECK(it.bound == Bound::memory);
  spec.overhead = 2e-3;
  CHECK(cost(spec, convolution()).bound == Bound::overhead);
}

TEST_CASE("a p-norm lies between the maximum and the sum") {
  RooflineSpec spec = device();
  spec.norm = 1;
  check(cost(spec, convolution()).time, 1.6e-3);
  spec.norm = 2;
  check(cost(spec, convolution()).time, std::sqrt(1.36) * 1e-3);
  spec.norm = 3;
  check(cost(spec, convolution()).time, std::cbrt(1.216) * 1e-3);
  spec.norm = 1e6;
  check(cost(spec, convolution()).time, 1e-3);
}

TEST_CASE("small layers reach less of the peak") {
  RooflineSpec spec = device();
  spec.half_saturation = 1e6;
  check(cost(spec, convolution()).compute_time, 2e-3);
  LayerWork batch = convolution();
  batch.batch = 3;
  for (double* each : {&batch.macs, &batch.input_bytes, &batch.output_bytes}) *each *= 3;
  check(cost(spec, batch).compute_time, 4e-3);
}

TEST_CASE("other operating points scale peaks and cap bandwidth") {
  RooflineSpec spec = device();
  spec.half_saturation = 1e6;
  spec.energy_per_op.fp16 = 1e-12;
  spec.energy_per_byte = 1e-10;
  const OperatingPointSpec first{.frequency = 1e9, .active_units = 0.5};
  const OperatingPointSpec slow{.frequency = 2.5e8, .active_units = 0.25, .bandwidth = 1e10, .energy_scale = 0.5};
  const LayerCost it = cost(spec, convolution(), slow, first);
  check(it.compute_time, 1e-3 * 8 * 1.5);
  check(it.memory_time, 1.2e-3);
  check(it.energy, 5e-4 + 6e-4);
  check(it.utilization, 1e9 / (2e12 / 8 * it.time));
  check(cost(spec, convolution(), {.frequency = 2e9, .bandwidth = 4e10}, {.frequency = 1e9}).memory_time, 6e-4);
  check(cost(spec, convolution(), {.frequency = 2e9}).compute_time, 2e-3);  // clock of the first not known
}

TEST_CASE("the first efficiency that fits and says something counts") {
  RooflineSpec spec = device();
  spec.efficiencies = {
      {.operators = {OperatorClass::conv}, .pointwise = true, .compute = 0.1},
      {.precisions = {Precision::int8}, .compute = 0.2},
      {.operators = {OperatorClass::conv}, .overhead = 1e-3},
      {.operators = {OperatorClass::conv, OperatorClass::linear}, .compute = 0.25, .memory = 1, .overhead = 5}};
  LayerCost it = cost(spec, convolution());
  check(it.compute_time, 2e-3);
  check(it.memory_time, 3e-4);
  check(it.overhead, 1e-3);
  LayerWork work = convolution();
  const Dims one{}, three{.r = 3, .s = 3};
  work.dims = &one;
  check(cost(spec, work).compute_time, 5e-3);
  work.dims = &three;
  check(cost(spec, work).compute_time, 2e-3);
  spec.peak.int8 = 4e12;
  work.precision = Precision::int8;
  check(cost(spec, work).compute_time, 1e9 / (4e12 * 0.2));
}

TEST_CASE("fused operators move only their further operands") {
  RooflineSpec spec = device();
  spec.overhead = 1e-4;
  spec.energy_per_op.fp16 = 1;
  spec.fused_operators = {OperatorClass::elementwise, OperatorClass::movement};
  const LayerCost it = cost(spec, addition());
  check(it.time, 2e-4);
  check(it.traffic, 2e6);
  CHECK(it.energy == 0);
  CHECK(it.bound == Bound::memory);
  LayerWork concat = addition();
  concat.op = OperatorClass::movement;
  CHECK(cost(spec, concat).time == 0);
  CHECK(cost(spec, concat).bound == Bound::none);
  spec.operators = {OperatorClass::conv};
  CHECK(cost(spec, addition()).time < kNever);
  spec.fused_operators.clear();
  CHECK(cost(spec, addition()).time == kNever);
}

TEST_CASE("activations that fit the buffer are not moved") {
  RooflineSpec spec = device();
  spec.buffer = 5e6;
  LayerCost it = cost(spec, convolution());
  check(it.traffic, 1e6);
  check(it.accesses.buffer_reads, 1.5e6);
  check(it.accesses.buffer_writes, 1e6);
  spec.buffer = 4.9e6;
  check(cost(spec, convolution()).traffic, 6e6);
}

TEST_CASE("what it cannot run") {
  RooflineSpec spec = device();
  LayerWork work = convolution();
  work.precision = Precision::fp32;
  CHECK(cost(spec, work).time == kNever);
  work = convolution();
  spec.operators = {OperatorClass::linear};
  CHECK(cost(spec, work).time == kNever);
  spec.operators.clear();
  work.op.reset();
  check(cost(spec, work).time, 1e-3);
  work.macs = work.input_bytes = work.weight_bytes = work.output_bytes = 0;
  CHECK(cost(spec, work).time == kNever);  // nothing is known of it
}

TEST_CASE(
    "every shipped kind runs a convolution or says that it is none of its operators, faster at higher "
    "clocks") {
  const std::map<std::string, LibraryKind> kinds = kind_library();
  CHECK(kinds.size() >= 35);
  LayerWork work = convolution();
  work.precision = Precision::int8;
  std::size_t running = 0;
  for (const auto& [name, kind] : kinds) {
    CAPTURE(name);
    std::vector<LayerCost> costs(kind.points.size());
    make_cost_model(kind.roofline)->cost(work, kind.points, costs);
    running += costs.front().time < kNever ? 1 : 0;
    for (std::size_t p = 0; p < costs.size(); ++p) {
      CHECK(kind.points[p].frequency > 0);
      CHECK(costs[p].time > 0);
      const OperatingPointSpec &first = kind.points.front(), &point = kind.points[p];
      if (point.frequency * point.active_units <= first.frequency * first.active_units && !first.bandwidth)
        CHECK(costs[p].time >= costs.front().time);
    }
  }
  CHECK(running + 9 == kinds.size());  // neither vision accelerators (4) nor image compositors (5)
}

}  // namespace
