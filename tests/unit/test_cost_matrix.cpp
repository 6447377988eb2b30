#include <doctest/doctest.h>

#include "cost/cost_matrix.hpp"
#include "support/ids.hpp"

namespace hetsched {
namespace {

/// gpu: 1 GHz and 500 MHz; dla: one mode of unknown frequency. One accelerator of each.
PlatformSpec platform() {
  PlatformSpec spec;
  KindSpec gpu, dla;
  gpu.name = gpu.profile = "gpu";
  gpu.operating_points = {{"fast", 1e9, 1, 10}, {"slow", 5e8, 1, 4}};
  dla.name = dla.profile = "dla";
  dla.operating_points = {{"only", 0, 1, 2}};
  spec.kinds = {gpu, dla};
  spec.memories.emplace_back().name = "dram";
  for (const char* kind : {"gpu", "dla"})
    spec.accelerators.push_back(
        {.name = std::string(kind) + "0", .kind = kind, .memory = "dram", .operating_point = "", .fallback = ""});
  return spec;
}

Network chain(std::vector<std::string> layers) {
  Network network;
  network.name = "net";
  for (std::string& name : layers) network.layers.emplace_back().name = std::move(name);
  return network;
}

ProfileRow timed(std::string layer, std::string kind, double time, std::string point = "") {
  ProfileRow row;
  row.layer = std::move(layer);
  row.kind = std::move(kind);
  row.point = std::move(point);
  row.time = time;
  return row;
}

ProfileRow counted(std::string layer, std::string kind, double cycles) {
  ProfileRow row = timed(std::move(layer), std::move(kind), 0);
  row.time.reset();
  row.cycles = cycles;
  return row;
}

struct Result {
  TaskGraph graph;
  CostMatrix matrix;
  Problems problems;

  [[nodiscard]] std::string problem() const {
    REQUIRE(problems.size() == 1);
    return problems.all()[0].what;
  }
};

Result build(const PlatformSpec& platform, const Network& network, Granularity granularity = Granularity::layer) {
  Result result;
  result.graph = compile_task_graph(network, granularity, result.problems);
  const CostedModel model{&network, &result.graph};
  result.matrix = build_cost_matrix(platform, {&model, 1}, result.problems);
  return result;
}

CostMatrix costs(const PlatformSpec& platform, const Network& network, Granularity granularity = Granularity::layer) {
  Result result = build(platform, network, granularity);
  for (const Problem& problem : result.problems.all()) FAIL(problem.what);
  return result.matrix;
}

void has(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CAPTURE(part);
  CHECK(text.find(part) != std::string::npos);
}

constexpr KindId kGpu{0}, kDla{1};
constexpr PointId kFast{0}, kSlow{1};

}  // namespace

TEST_CASE("cycles last as long as the point's clock says") {
  Network network = chain({"a"});
  network.costs = {counted("a", "gpu", 2e6), timed("a", "dla", 5e-3)};
  const CostMatrix matrix = costs(platform(), network);
  CHECK(matrix.columns == 3);
  CHECK(matrix.first_column == IdVector<KindId, CostColumnId>{0_column, 2_column});
  CHECK(matrix.at(0_row, kGpu, kFast).time == doctest::Approx(2e-3));
  CHECK(matrix.at(0_row, kGpu, kSlow).time == doctest::Approx(4e-3));
  CHECK(matrix.at(0_row, kDla, 0_point).time == 5e-3);
}

TEST_CASE("a time without point is of the first point and scales with frequency where both are known") {
  Network network = chain({"a"});
  network.costs = {timed("a", "gpu", 1e-3), timed("a", "dla", 5e-3)};
  network.costs[0].energy = 0.25;
  network.costs[0].bytes = 64;
  network.costs[1].power = 3;
  PlatformSpec with_modes = platform();
  with_modes.kinds[index_of(kDla)].operating_points.push_back({"other", 2e9, 0, 0});
  const CostMatrix matrix = costs(with_modes, network);
  CHECK(matrix.at(0_row, kGpu, kFast).time == 1e-3);
  CHECK(matrix.at(0_row, kGpu, kSlow).time == doctest::Approx(2e-3));
  CHECK(matrix.at(0_row, kGpu, kSlow).energy == 0.25);
  CHECK(matrix.at(0_row, kGpu, kSlow).traffic == 64);
  CHECK(matrix.at(0_row, kDla, 0_point).energy == doctest::Approx(15e-3));
  CHECK(matrix.at(0_row, kDla, 1_point).time == 5e-3);  // the first point's frequency is unknown
}

TEST_CASE("a row that names a point holds there exactly, and nowhere else") {
  Network network = chain({"a"});
  network.costs = {timed("a", "gpu", 1e-3), timed("a", "gpu", 7e-3, "slow"), timed("a", "dla", 1)};
  CostMatrix matrix = costs(platform(), network);
  CHECK(matrix.at(0_row, kGpu, kFast).time == 1e-3);
  CHECK(matrix.at(0_row, kGpu, kSlow).time == 7e-3);

  network.costs.erase(network.costs.begin());
  matrix = costs(platform(), network);
  CHECK(matrix.at(0_row, kGpu, kFast).time == kNever);
  CHECK(matrix.at(0_row, kGpu, kSlow).time == 7e-3);
}

TEST_CASE("variants have rows after their original and no costs but their own") {
  Network network = chain({"a", "b"});
  network.layers[0].variants = {{"lite", 0.1, {}}, {"tiny", 0.2, {}}};
  network.costs = {timed("a", "gpu", 4), timed("a", "gpu", 2), timed("b", "gpu", 9), timed("b", "dla", 8)};
  network.costs[1].variant = "tiny";
  const CostMatrix matrix = costs(platform(), network);
  REQUIRE(matrix.cells.size() == 4 * 3);
  CHECK(matrix.at(0_row, kGpu, kFast).time == 4);
  CHECK(matrix.at(1_row, kGpu, kFast).time == kNever);
  CHECK(matrix.at(2_row, kGpu, kFast).time == 2);
  CHECK(matrix.at(3_row, kGpu, kFast).time == 9);
  CHECK(matrix.at(2_row, kDla, 0_point).time == kNever);
}

TEST_CASE("a group costs what its own rows say, or else the sum of its layers") {
  Network network = chain({"a", "b", "c"});
  network.groups = {{"ab", {"a", "b"}}};
  network.costs = {timed("a", "gpu", 1), timed("b", "gpu", 2),  timed("c", "gpu", 4),
                   timed("a", "dla", 8), timed("b", "dla", 16), timed("ab", "dla", 20)};
  network.costs[0].energy = 0.5;
  network.costs[1].power = 3;
  network.costs[0].bytes = 10;
  network.costs[1].bytes = 1;
  network.costs[3].energy = 9;
  const CostMatrix groups = costs(platform(), network, Granularity::group);
  CHECK(groups.at(0_row, kGpu, kFast).time == 3);
  CHECK(groups.at(0_row, kGpu, kFast).energy == 6.5);
  CHECK(groups.at(0_row, kGpu, kFast).traffic == 11);
  CHECK(groups.at(0_row, kGpu, kSlow).time == 6);
  CHECK(groups.at(0_row, kDla, 0_point).time == 20);

  const CostMatrix whole = costs(platform(), network, Granularity::model);
  CHECK(whole.at(0_row, kGpu, kFast).time == 7);
  CHECK(whole.at(0_row, kDla, 0_point).time == kNever);  // c has no row there
  CHECK(whole.at(0_row, kDla, 0_point).energy == 0);

  network.costs.push_back(timed("*", "dla", 30));
  CHECK(costs(platform(), network, Granularity::model).at(0_row, kDla, 0_point).time == 30);
}

TEST_CASE("the matrix of the HEFT paper's first tasks comes out as it went in") {
  PlatformSpec three;
  for (const char* name : {"p1", "p2", "p3"}) {
    KindSpec kind;
    kind.name = kind.profile = name;
    kind.operating_points = {{"default", 1e9, 0, 0}};
    three.kinds.push_back(kind);
    three.accelerators.push_back({.name = name, .kind = name, .memory = "m", .operating_point = "", .fallback = ""});
  }
  const std::vector<std::vector<double>> times = {{14, 16, 9}, {13, 19, 18}, {11, 13, 19}};
  Network network = chain({"n1", "n2", "n3"});
  for (std::size_t t = 0; t < 3; ++t)
    for (std::size_t k = 0; k < 3; ++k)
      network.costs.push_back(timed(network.layers[t].name, three.kinds[k].name, times[t][k]));
  const CostMatrix matrix = costs(three, network);
  for (std::size_t t = 0; t < 3; ++t)
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(matrix.at(id_of<CostRowId>(t), id_of<KindId>(k), 0_point).time == times[t][k]);
}

TEST_CASE("tasks that run nowhere are told all at once, ten by name, with both sides' profile keys") {
  std::vector<std::string> layers;
  for (int i = 0; i < 13; ++i) layers.push_back("layer" + std::to_string(i));
  Network network = chain(layers);
  network.costs = {timed("layer0", "gpu", 1), timed("layer0", "dla", 1), timed("layer5", "npu", 1)};
  const std::string what = build(platform(), network).problem();
  has(what, "\"net\"");
  has(what, "layer1, layer2");
  has(what, "layer10");
  has(what, "12 in all");
  CHECK(what.find("layer11") == std::string::npos);
  has(what, "keys are dla, gpu;");
  has(what, "profile has dla, gpu, npu;");
}

TEST_CASE("only accelerators count: a kind without one cannot save a task") {
  Network network = chain({"a"});
  network.costs = {timed("a", "dla", 1)};
  PlatformSpec alone = platform();
  alone.accelerators.pop_back();
  alone.kinds[index_of(kGpu)].profile = "dla";
  CHECK(build(alone, network).problems.empty());
  alone.kinds[index_of(kGpu)].profile = "gpu";
  const Result result = build(alone, network);
  CHECK(result.problems.size() == 2);  // no profile for gpu, and nobody to run a
}

TEST_CASE("a kind that no profile knows is a problem with the nearest key") {
  Network network = chain({"a"});
  network.costs = {timed("a", "dla", 1), timed("a", "GPU1", 1)};
  PlatformSpec misspelt = platform();
  misspelt.kinds[index_of(kGpu)].profile = "GPU";
  const std::string what = build(misspelt, network).problem();
  has(what, "kind \"gpu\"");
  has(what, "\"GPU\" is none of GPU1, dla");
  has(what, "did you mean \"GPU1\"?");
}

TEST_CASE("a kind none of whose points are profiled is a problem with both lists") {
  Network network = chain({"a"});
  network.costs = {timed("a", "dla", 1), timed("a", "gpu", 1, "fats"), timed("a", "gpu", 1, "maxn")};
  const std::string what = build(platform(), network).problem();
  has(what, "they are fats, maxn");
  has(what, "are fast, slow");
  has(what, "did you mean \"fats\"?");
}

TEST_CASE("cycles on a point without frequency are one problem per kind") {
  Network network = chain({"a", "b"});
  network.costs = {timed("a", "gpu", 1), timed("b", "gpu", 1), counted("a", "dla", 1), counted("b", "dla", 1)};
  has(build(platform(), network).problem(), "\"only\" of kind \"dla\" needs a frequency");
  network.costs.erase(network.costs.begin());  // now a runs nowhere, which is not told again
  has(build(platform(), network).problem(), "\"only\" of kind \"dla\" needs a frequency");
}

TEST_CASE("models follow one another, also the same network at two granularities") {
  Network network = chain({"a", "b"});
  network.costs = {timed("a", "gpu", 1), timed("b", "gpu", 2), timed("a", "dla", 4)};
  Problems problems;
  const TaskGraph layers = compile_task_graph(network, Granularity::layer, problems);
  const TaskGraph whole = compile_task_graph(network, Granularity::model, problems);
  const std::vector<CostedModel> models = {{&network, &layers}, {&network, &whole}};
  const CostMatrix matrix = build_cost_matrix(platform(), models, problems);
  CHECK(problems.empty());
  REQUIRE(matrix.cells.size() == 3 * 3);
  CHECK(matrix.at(1_row, kGpu, kFast).time == 2);
  CHECK(matrix.at(2_row, kGpu, kFast).time == 3);
}

}  // namespace hetsched
