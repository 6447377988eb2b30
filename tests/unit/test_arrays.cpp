// Do the closed forms of spatial arrays give what the field's tools and a chip gave? Figures: tests/data/costs.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "base/fields.hpp"
#include "cost/maestro_array.hpp"
#include "cost/mapped_array.hpp"
#include "cost/memory_hierarchy.hpp"
#include "cost/systolic_array.hpp"
#include "support/problem_text.hpp"

namespace hetsched {

struct SystolicRow {
  double rows = 0, columns = 0, h = 0, w = 0, r = 0, s = 0, c = 0, k = 0, stride = 0;
  std::string stationary;
  double cycles = 0, input_reads = 0, filter_reads = 0, output_writes = 0;
};
template <>
inline constexpr auto fields<SystolicRow> = std::tuple{
    field("rows", &SystolicRow::rows, "", {}),
    field("columns", &SystolicRow::columns, "", {}),
    field("stationary", &SystolicRow::stationary, "", {}),
    field("h", &SystolicRow::h, "", {}),
    field("w", &SystolicRow::w, "", {}),
    field("r", &SystolicRow::r, "", {}),
    field("s", &SystolicRow::s, "", {}),
    field("c", &SystolicRow::c, "", {}),
    field("k", &SystolicRow::k, "", {}),
    field("stride", &SystolicRow::stride, "", {}),
    field("cycles", &SystolicRow::cycles, "", {}),
    field("input_reads", &SystolicRow::input_reads, "", {}),
    field("filter_reads", &SystolicRow::filter_reads, "", {}),
    field("output_writes", &SystolicRow::output_writes, "", {}),
};

struct MaestroLayer {
  std::string model, index;
  double depthwise = 0, groups = 0, k = 0, c = 0, r = 0, s = 0, y = 0, x = 0, stride = 0;
};
template <>
inline constexpr auto fields<MaestroLayer> = std::tuple{
    field("model", &MaestroLayer::model, "", {}),
    field("index", &MaestroLayer::index, "", {}),
    field("depthwise", &MaestroLayer::depthwise, "", {}),
    field("groups", &MaestroLayer::groups, "", {}),
    field("k", &MaestroLayer::k, "", {}),
    field("c", &MaestroLayer::c, "", {}),
    field("r", &MaestroLayer::r, "", {}),
    field("s", &MaestroLayer::s, "", {}),
    field("y", &MaestroLayer::y, "", {}),
    field("x", &MaestroLayer::x, "", {}),
    field("stride", &MaestroLayer::stride, "", {}),
};

struct MaestroRun {
  std::string model, index, dataflow;
  double pes = 0;
  std::optional<double> noc_bandwidth;
  double cycles = 0, macs = 0, l1 = 0, l2 = 0, energy_macs = 0;
};
template <>
inline constexpr auto fields<MaestroRun> = std::tuple{
    field("model", &MaestroRun::model, "", {}),
    field("index", &MaestroRun::index, "", {}),
    field("dataflow", &MaestroRun::dataflow, "", {}),
    field("pes", &MaestroRun::pes, "", {}),
    field("noc_bandwidth", &MaestroRun::noc_bandwidth, "", {}),
    field("cycles", &MaestroRun::cycles, "", {}),
    field("macs", &MaestroRun::macs, "", {}),
    field("l1", &MaestroRun::l1, "", {}),
    field("l2", &MaestroRun::l2, "", {}),
    field("energy_macs", &MaestroRun::energy_macs, "", {}),
};

struct ChipLayer {
  std::string layer;
  double groups = 0, k = 0, c = 0, r = 0, s = 0, y = 0, x = 0, stride = 0, ms = 0;
};
template <>
inline constexpr auto fields<ChipLayer> = std::tuple{
    field("layer", &ChipLayer::layer, "", {}),   field("groups", &ChipLayer::groups, "", {}),
    field("k", &ChipLayer::k, "", {}),           field("c", &ChipLayer::c, "", {}),
    field("r", &ChipLayer::r, "", {}),           field("s", &ChipLayer::s, "", {}),
    field("y", &ChipLayer::y, "", {}),           field("x", &ChipLayer::x, "", {}),
    field("stride", &ChipLayer::stride, "", {}), field("ms", &ChipLayer::ms, "", {}),
};

namespace {

template <class Row>
std::vector<Row> rows_of(const std::string& name) {
  Problems problems;
  auto rows = read_csv<Row>(std::string(HETSCHED_SOURCE_DIR) + "/tests/data/costs/" + name, problems);
  REQUIRE(test::text_of(problems) == "");
  return rows;
}

/// Unpadded, as the tools' layers are.
template <class Row>
ArrayShape shape_of(const Row& l) {
  ArrayShape shape;
  shape.groups = l.groups;
  shape.k = l.k;
  shape.c = l.c;
  shape.r = l.r;
  shape.s = l.s;
  shape.y = l.y;
  shape.x = l.x;
  shape.stride = l.stride;
  shape.p = std::floor((l.y - l.r) / l.stride) + 1;
  shape.q = std::floor((l.x - l.s) / l.stride) + 1;
  return shape;
}

ArrayShape shape_of_maestro(const MaestroLayer& l) {
  ArrayShape shape = shape_of(l);
  if (l.depthwise == 0) return shape;
  shape.depthwise = true;
  shape.groups = l.c;
  shape.k = shape.c = 1;
  return shape;
}

using Layers = std::map<std::pair<std::string, std::string>, MaestroLayer>;
Layers maestro_layers() {
  Layers layers;
  for (MaestroLayer& layer : rows_of<MaestroLayer>("maestro_layers.csv")) layers[{layer.model, layer.index}] = layer;
  return layers;
}

MaestroArraySpec array_of(const MaestroRun& run) {
  MaestroArraySpec array;
  array.dataflow = run.dataflow == "kcp_ws" ? MaestroDataflow::kcp_ws
                   : run.dataflow == "rs"   ? MaestroDataflow::rs
                                            : MaestroDataflow::yxp_os;
  array.pes = static_cast<std::uint32_t>(run.pes);
  array.noc_bandwidth = run.noc_bandwidth;
  return array;
}

}  // namespace

TEST_CASE("systolic arrays: SCALE-Sim's cycles and accesses, exactly") {
  const auto rows = rows_of<SystolicRow>("scalesim_random.csv");
  CHECK(rows.size() == 120);
  for (const SystolicRow& row : rows) {
    SystolicArraySpec array;
    array.rows = static_cast<std::uint32_t>(row.rows);
    array.columns = static_cast<std::uint32_t>(row.columns);
    array.stationary = row.stationary == "os"   ? Stationary::os
                       : row.stationary == "ws" ? Stationary::ws
                                                : Stationary::is;
    const double p = std::ceil((row.h - row.r + row.stride) / row.stride);
    const double q = std::ceil((row.w - row.s + row.stride) / row.stride);
    const SystolicCounts counts = count_systolic({p * q, row.r * row.s * row.c, row.k}, array);
    CHECK(counts.cycles == row.cycles);
    CHECK(counts.input_reads == row.input_reads);
    CHECK(counts.filter_reads == row.filter_reads);
    const double too_many = array.stationary == Stationary::os ? counts.folds * (row.rows + row.columns) : 0;
    CHECK(counts.output_writes + too_many == row.output_writes);
    array.fill = FillTerm::paper;
    const double more = array.stationary == Stationary::os ? counts.folds * row.rows : 0;
    CHECK(count_systolic({p * q, row.r * row.s * row.c, row.k}, array).cycles == row.cycles + 1 + more);
  }
}

TEST_CASE("MAESTRO with unlimited bandwidth, exactly") {
  const Layers layers = maestro_layers();
  std::size_t checked = 0;
  for (const MaestroRun& run : rows_of<MaestroRun>("maestro_unlimited.csv")) {
    const MaestroLayer& layer = layers.at({run.model, run.index});
    // There MAESTRO counts outputs that do not exist.
    if (run.dataflow == "yxp_os" && layer.stride > 1) continue;
    CHECK(count_maestro(shape_of_maestro(layer), array_of(run)).cycles == run.cycles);
    ++checked;
  }
  CHECK(checked > 1500);
}

TEST_CASE("MAESTRO with finite bandwidth, within bounds; its energy identity") {
  const Layers layers = maestro_layers();
  struct Range {
    double least = 1, most = 1, sum = 0;
    int n = 0;
  };
  std::map<std::string, Range> ranges;
  for (const MaestroRun& run : rows_of<MaestroRun>("maestro_finite.csv")) {
    CHECK(std::abs(run.macs + 1.68 * run.l1 + 18.61 * run.l2 - run.energy_macs) <= 1);  // printed in whole units
    const MaestroLayer& layer = layers.at({run.model, run.index});
    if (layer.stride > 1 && run.dataflow != "kcp_ws" && layer.depthwise == 0) continue;
    if (run.dataflow == "yxp_os" && layer.stride > 1) continue;
    const MaestroCounts counts = count_maestro(shape_of_maestro(layer), array_of(run));
    const bool depthwise = layer.depthwise != 0 && run.dataflow != "yxp_os";
    Range& range = ranges[depthwise ? "depthwise" : run.dataflow + (*run.noc_bandwidth >= 4096 ? " 4096" : "")];
    const double ratio = counts.cycles / run.cycles;
    range.least = std::min(range.least, ratio);
    range.most = std::max(range.most, ratio);
    range.sum += std::abs(ratio - 1);
    ++range.n;
  }
  for (const auto& [name, r] : ranges)
    MESSAGE(name << ": " << r.n << " layers, " << r.least << " to " << r.most << ", mean error " << r.sum / r.n);
  CHECK(ranges["depthwise"].least == 1);
  CHECK(ranges["depthwise"].most == 1);
  CHECK(ranges["kcp_ws"].least >= 1);
  CHECK(ranges["kcp_ws"].most <= 1.017);
  CHECK(ranges["rs"].least >= 0.999);
  CHECK(ranges["rs"].most <= 1.001);
  CHECK(ranges["yxp_os"].least >= 0.78);
  CHECK(ranges["yxp_os"].most <= 1.20);
  for (const char* name : {"kcp_ws 4096", "rs 4096", "yxp_os 4096"}) {
    CHECK(ranges[name].n > 50);
    CHECK(ranges[name].least >= 0.9999);
    CHECK(ranges[name].most <= 1.0001);
  }
}

TEST_CASE("MAESTRO's accesses and energy at stride 1, exactly") {
  const Layers layers = maestro_layers();
  std::size_t checked = 0;
  for (const MaestroRun& run : rows_of<MaestroRun>("maestro_finite.csv")) {
    const MaestroLayer& layer = layers.at({run.model, run.index});
    if (layer.stride > 1) continue;
    const MaestroCounts counts = count_maestro(shape_of_maestro(layer), array_of(run));
    const double l1 = counts.l1_reads + counts.l1_writes, l2 = counts.l2_reads + counts.l2_writes;
    CHECK(l1 == run.l1);
    CHECK(l2 == run.l2);
    CHECK(std::abs(run.macs + 1.68 * l1 + 18.61 * l2 - run.energy_macs) <= 1);  // printed in whole units
    ++checked;
  }
  CHECK(checked > 1500);
}

TEST_CASE("more bandwidth is never slower; accesses do not depend on it") {
  MaestroArraySpec array;
  array.pes = 256;
  for (const auto& [name, layer] : maestro_layers())
    for (const MaestroDataflow dataflow : {MaestroDataflow::kcp_ws, MaestroDataflow::yxp_os, MaestroDataflow::rs}) {
      array.dataflow = dataflow;
      double before = kNever;
      array.noc_bandwidth.reset();
      const double accesses = count_maestro(shape_of_maestro(layer), array).l2_reads;
      for (const double bandwidth : {1.0, 2.0, 16.0, 100.0, 4096.0}) {
        array.noc_bandwidth = bandwidth;
        const MaestroCounts counts = count_maestro(shape_of_maestro(layer), array);
        CHECK(counts.cycles <= before);
        CHECK(counts.l2_reads == accesses);
        before = counts.cycles;
      }
    }
}

// The goal for the total is 2 %, which this misses: it is 2.7 % too short. tests/data/costs/ARRAYS.md says
// what else was tried. The bound of 3 % only guards against becoming worse.
TEST_CASE("a mapped array is Eyeriss: AlexNet on the chip, each layer within 12.5 %") {
  MappedArraySpec eyeriss;
  eyeriss.unroll = {{"r", 12}, {"p", 14}};
  eyeriss.replicate = true;
  eyeriss.local_channels = 16;
  eyeriss.noc_bandwidth = 14;
  const double active[] = {151.25, 135, 156, 156, 156};
  double total = 0, measured = 0;
  std::size_t i = 0;
  for (const ChipLayer& layer : rows_of<ChipLayer>("eyeriss_alexnet.csv")) {
    const MappedCounts counts = count_mapped(shape_of(layer), eyeriss);
    const double ms = 4 * counts.cycles / 200e6 * 1e3;
    MESSAGE(layer.layer << ": " << ms << " ms, chip " << layer.ms << " ms, error " << 100 * (ms / layer.ms - 1)
                        << " %");
    CHECK(counts.active_pes == doctest::Approx(active[i++]));
    CHECK(std::abs(ms / layer.ms - 1) < 0.125);
    total += ms;
    measured += layer.ms;
  }
  MESSAGE("total: " << total << " ms, chip " << measured << " ms, error " << 100 * (total / measured - 1) << " %");
  CHECK(std::abs(total / measured - 1) < 0.03);
}

TEST_CASE("a mapped array with the unrolling of kcp_ws takes as many steps") {
  for (const auto& [name, layer] : maestro_layers()) {
    if (layer.depthwise != 0) continue;
    MaestroArraySpec maestro;
    maestro.pes = 256;
    MappedArraySpec mapped;
    mapped.unroll = {{"k", 4}, {"c", 64}};
    CHECK(count_mapped(shape_of_maestro(layer), mapped).cycles ==
          count_maestro(shape_of_maestro(layer), maestro).cycles);
  }
}

TEST_CASE("DRAM traffic: once what fits, else the better tiling") {
  MemoryHierarchySpec memory;
  CHECK(dram_elements(100, 1000, 10, 1, memory).reads == 1100);
  memory.buffer_bytes = 400;
  CHECK(dram_elements(100, 1000, 10, 1, memory).reads == 1100);  // the inputs fit in half of it
  CHECK(dram_elements(500, 1000, 10, 1, memory).reads == std::min(500 * 5 + 1000, 500 + 1000 * 3));
  CHECK(dram_elements(500, 1000, 10, 2, memory).reads == std::min(500 * 10 + 1000, 500 + 1000 * 5));
  memory.double_buffering = false;
  CHECK(dram_elements(500, 1000, 10, 1, memory).reads == std::min(500 * 3 + 1000, 500 + 1000 * 2));
  CHECK(dram_elements(500, 1000, 10, 1, memory).writes == 10);
}

TEST_CASE("energy of accesses: published ratios and tables at their own points") {
  MemoryHierarchySpec memory;
  const AccessEnergy maestro = access_energy(memory, Precision::int8);
  CHECK(maestro.local / maestro.mac == doctest::Approx(1.68));
  CHECK(maestro.buffer / maestro.mac == doctest::Approx(18.61));
  CHECK(maestro.dram == 0);
  memory.energy.mode = EnergyMode::eyeriss;
  CHECK(access_energy(memory, Precision::int8).dram / access_energy(memory, Precision::int8).mac ==
        doctest::Approx(200));
  memory.energy.mode = EnergyMode::physical;
  memory.local_bytes = 4096;
  memory.buffer_bytes = 65536;
  const AccessEnergy at45 = access_energy(memory, Precision::fp16);
  // In pJ: what is compared must not be far below 1, of which Approx allows a part.
  CHECK(1e12 * at45.mac == doctest::Approx(2.0));
  CHECK(1e12 * at45.local == doctest::Approx(2 * (0.415 + 0.755) / 2));
  CHECK(1e12 * at45.buffer == doctest::Approx(2 * (2.65 + 2.34) / 2));
  CHECK(1e12 * at45.dram == doctest::Approx(2 * 64));
  memory.energy.technology = 22;
  CHECK(1e12 * access_energy(memory, Precision::fp16).buffer == doctest::Approx(2 * (0.666 + 0.571) / 2));
  memory.energy.buffer = 3e-12;
  CHECK(access_energy(memory, Precision::fp16).buffer == 3e-12);
}

}  // namespace hetsched
