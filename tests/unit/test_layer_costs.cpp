// Where do the costs of a layer come from: profile, cost models in order, other files of kinds, the fallback?
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "cost/cost_matrix.hpp"
#include "cost/cost_table.hpp"
#include "support/ids.hpp"
#include "support/problem_text.hpp"

namespace hetsched {
namespace {

/// 1 Gop/s and memory that is never the limit: a layer takes 1 ns per operation.
const std::string kPlain = R"("peak": {"int8": 1e9}, "bandwidth": 1e30)";

/// A convolution of 1e6 operations, a pooling of 4e3, a matrix product of 2e6.
const char* kModel = R"({"format": 1, "name": "m", "precision": "int8", "layers": [
    {"name": "conv", "op": "conv2d", "dims": {"c": 50, "k": 100, "y": 10, "x": 10}},
    {"name": "pool", "op": "max_pool", "dims": {"c": 10, "y": 20, "x": 20, "r": 2, "s": 2, "stride": 2}},
    {"name": "product", "op": "matmul", "dims": {"y": 100, "c": 100, "k": 100}}],
    "groups": [{"name": "all", "layers": ["conv", "pool", "product"]}],
    "costs": [{"layer": "conv", "kind": "k", "time": 5, "energy": 7}, {"layer": "all", "kind": "grouped", "time": 3}]})";

struct Result {
  Problems problems;
  PlatformSpec platform;
  Network network;
  TaskGraph graph;
  CostMatrix matrix;
};

Result build(const std::string& kinds, Granularity granularity = Granularity::layer,
             const std::filesystem::path& folder = "") {
  Result r;
  const std::string text = R"({"format": 1, "name": "p", )" + kinds + "}";
  r.platform = read_platform(Document::from_text(text, "p.json", folder, r.problems).root(), r.problems);
  r.network = read_network(Document::from_text(kModel, "m.json", "", r.problems).root(), r.problems);
  if (!r.problems.empty()) return r;
  r.graph = compile_task_graph(r.network, granularity, r.problems);
  r.matrix = build_cost_matrix(r.platform, std::vector{CostedModel{&r.network, &r.graph}}, r.problems);
  return r;
}

std::string kind(const std::string& name, const std::string& rest) {
  return R"({"name": ")" + name + R"(", "type": "npu", )" + rest + "}";
}

const std::string kOne = R"("accelerators": [{"name": "a", "kind": "k"}])";

}  // namespace

TEST_CASE("the first source that can tell counts") {
  const std::string roofline = R"({"type": "roofline", )" + kPlain + "}";
  const Result first =
      build(R"("kinds": [)" + kind("k", R"("costs": [{"type": "profile"}, )" + roofline + "]") + "], " + kOne);
  REQUIRE(test::text_of(first.problems).empty());
  CHECK(first.matrix.at(0_row, 0_kind, 0_point).time == 5);
  CHECK(first.matrix.at(0_row, 0_kind, 0_point).energy == 7);
  CHECK(first.matrix.at(1_row, 0_kind, 0_point).time == doctest::Approx(4e-6).epsilon(1e-12));
  CHECK(first.matrix.at(2_row, 0_kind, 0_point).time == doctest::Approx(2e-3).epsilon(1e-12));
  const Result last =
      build(R"("kinds": [)" + kind("k", R"("costs": [)" + roofline + R"(, {"type": "profile"}])") + "], " + kOne);
  CHECK(last.matrix.at(0_row, 0_kind, 0_point).time == doctest::Approx(1e-3).epsilon(1e-12));
}

TEST_CASE("a source is for the operators that it names") {
  const Result r = build(
      R"("kinds": [)" + kind("k", R"("costs": [{"type": "roofline", "operators": ["conv", "pool"], )" + kPlain + "}]") +
      "], " + kOne);
  CHECK(test::text_of(r.problems) ==
        "model \"m\" has tasks that no accelerator of the platform can run: product (matmul); none of the cost models "
        "of k "
        "covers their operator, number format and dims; add an accelerator that can");
}

TEST_CASE("the table names sources, and leaves out what cannot run") {
  Result r = build(
      R"("kinds": [)" +
      kind("k", R"("costs": [{"type": "profile"}, {"type": "roofline", "operators": ["pool"], )" + kPlain + "}]") +
      "], " + kOne);
  Problems problems;
  const std::vector<CostRow> rows = cost_table(r.platform, r.network, problems);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].source == "profile");
  CHECK(rows[1].source == "roofline");
  CHECK(rows[1].ops == 4000);
  CHECK(rows[2].source.empty());
  CHECK_FALSE(rows[2].time.has_value());
}

TEST_CASE("in a group, the fallback computes what the kind cannot, in segments of their own") {
  const auto gpu = [](const std::string& more) {
    return kind("gpu", R"("operating_points": [{"name": "x", "frequency": 1, "idle_power": 2, "active_power": 5}],
           "costs": [{"type": "roofline", )" +
                           kPlain + "}]" + more);
  };
  const auto dla = [](const std::string& operators, const std::string& more) {
    return kind("k", R"("fallback": "gpu", "fallback_time": 10, "costs": [{"type": "roofline", "operators": )" +
                         operators + ", " + kPlain + "}]" + more);
  };
  const std::string both = R"("accelerators": [{"name": "a", "kind": "k"}, {"name": "g", "kind": "gpu"}])";
  const auto group = [&](const std::string& operators, const std::string& of_dla = "", const std::string& of_gpu = "",
                         const std::string& accelerators = "") {
    return build(R"("kinds": [)" + dla(operators, of_dla) + ", " + gpu(of_gpu) + "], " +
                     (accelerators.empty() ? both : accelerators),
                 Granularity::group);
  };
  const Result middle = group(R"(["conv", "matmul"])");
  REQUIRE(test::text_of(middle.problems).empty());
  // conv here, over to the gpu for pool, and back; the gpu does both transitions
  const Cost& sum = middle.matrix.at(0_row, 0_kind, 0_point);
  CHECK(sum.time == doctest::Approx(1e-3 + 10 + 4e-6 + 10 + 2e-3).epsilon(1e-12));
  CHECK(sum.energy == doctest::Approx((10 + 4e-6 + 10) * (5 - 2)).epsilon(1e-9));
  const std::vector<SegmentCosts>& program = middle.matrix.programs.at({0, 0_kind});
  REQUIRE(program.size() == 3);
  CHECK(program[0].kind == 0_kind);
  CHECK(program[0].costs[0_point].time == doctest::Approx(1e-3).epsilon(1e-12));
  CHECK(program[1].kind == 1_kind);
  CHECK(program[1].costs[0_point].time == doctest::Approx(20 + 4e-6).epsilon(1e-12));
  CHECK(program[2].costs[0_point].time == doctest::Approx(2e-3).epsilon(1e-12));
  CHECK(middle.matrix.programs.count({0, 1_kind}) == 0);  // all of it is the gpu's own
  // Nothing comes before what is handed over first: one transition, back.
  const Result begin = group(R"(["pool", "matmul"])");
  CHECK(begin.matrix.at(0_row, 0_kind, 0_point).time == doctest::Approx(1e-3 + 10 + 4e-6 + 2e-3).epsilon(1e-12));
  // The gpu alone: nothing is left to the kind, too many loadables, no gpu there, no batches of the gpu.
  const auto runs = [](const Result& result, std::uint32_t batch = 1) {
    return result.matrix.cells[(batch - 1) * result.matrix.columns].time < kNever;
  };
  CHECK_FALSE(runs(group(R"(["softmax"])")));
  CHECK(runs(group(R"(["conv", "matmul"])", R"(, "max_loadables": 2)")));
  CHECK_FALSE(runs(group(R"(["conv", "matmul"])", R"(, "max_loadables": 1)")));
  CHECK(runs(group(R"(["pool", "matmul"])", R"(, "max_loadables": 1)")));
  CHECK(group(R"(["conv", "matmul"])", "", "", kOne).problems.size() == 1);
  CHECK(runs(group(R"(["conv", "matmul"])", R"(, "max_batch": 2)", R"(, "max_batch": 2)"), 2));
  CHECK_FALSE(runs(group(R"(["conv", "matmul"])", R"(, "max_batch": 2)"), 2));
}

TEST_CASE(
    "transitions within a task are what the kinds say, spent by the one that they say, with the bytes of the cut") {
  const auto program = [](const std::string& transitions) {
    const std::string kinds =
        kind("k", R"("fallback": "gpu", "fallback_time": 10, "transitions": )" + transitions +
                      R"(, "costs": [{"type": "roofline", "operators": ["conv", "matmul"], )" + kPlain + "}]") +
        ", " + kind("gpu", R"("costs": [{"type": "roofline", )" + kPlain + "}]");
    const Result r = build(
        R"("kinds": [)" + kinds + R"(], "accelerators": [{"name": "a", "kind": "k"}, {"name": "g", "kind": "gpu"}])",
        Granularity::group);
    REQUIRE(test::text_of(r.problems).empty());
    std::vector<double> times;
    for (const SegmentCosts& segment : r.matrix.programs.at({0, 0_kind})) times.push_back(segment.costs[0_point].time);
    return times;
  };
  // The output of conv has 100 x 10 x 10 bytes, that of pool 10 x 10 x 10.
  const std::vector<double> given = program(
      R"([{"to": "gpu", "time": 1, "bandwidth": 1e4}, {"from": "gpu", "on": "k", "time": 2, "bandwidth": 1e3}])");
  REQUIRE(given.size() == 3);
  CHECK(given[1] == doctest::Approx(4e-6 + 1 + 1).epsilon(1e-12));
  CHECK(given[2] == doctest::Approx(2e-3 + 2 + 1).epsilon(1e-12));
  const std::vector<double> back = program(R"([{"from": "gpu", "on": "k", "time": 1}])");
  CHECK(back[1] == doctest::Approx(4e-6 + 10).epsilon(1e-12));  // there as fallback_time says
  CHECK(back[2] == doctest::Approx(2e-3 + 1).epsilon(1e-12));
}

TEST_CASE("cost models that make no sense are refused where they stand") {
  const auto refusal = [](const std::string& cost) {
    return test::text_of(build(R"("kinds": [)" + kind("k", R"("costs": [)" + cost + "]") + "], " + kOne).problems);
  };
  CHECK(refusal(R"({"type": "maestro_array", "dataflow": "kcp_ws", "pes": 63})") ==
        "p.json:1:132: /kinds/0/costs/0/pes: must be at least 64, one cluster of kcp_ws; found 63");
  CHECK(refusal(R"({"type": "mapped_array", "unroll": [{"dim": "k", "size": 8}, {"dim": "c", "size": 8}], "pes": 32})")
            .find("/kinds/0/costs/0/pes: must be at least the product of the sizes in unroll, 64; found 32") !=
        std::string::npos);
  CHECK(refusal(R"({"type": "roofline", "peak": {}, "bandwidth": 1})")
            .find("/kinds/0/costs/0/peak: must give the peak of at least one number format") != std::string::npos);
  CHECK(refusal(R"({"type": "rofline"})").find("did you mean \"roofline\"?") != std::string::npos);
}

TEST_CASE("kinds come from files; only those used are taken") {
  const auto folder = std::filesystem::temp_directory_path() / "hetsched_test_kinds";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "lib.json") << R"({"format": 1, "name": "lib", "kinds": [)" + kind("unused", R"("slots": 1)") +
                                            ", " + kind("k", R"("fallback": "gpu")") + ", " +
                                            kind("gpu", R"("slots": 1)") + "]}";
  const Result r = build(R"("kind_files": ["lib.json"], "kinds": [)" + kind("other", R"("slots": 2)") + "], " + kOne,
                         Granularity::layer, folder);
  REQUIRE(r.platform.kinds.size() == 3);
  CHECK(r.platform.kinds[0].name == "other");
  CHECK(r.platform.kinds[1].name == "k");
  CHECK(r.platform.kinds[2].name == "gpu");
  CHECK(r.platform.accelerators[0].operating_point == "default");
  const Result missing = build(R"("kind_files": ["nowhere.json"], )" + kOne, Granularity::layer, folder);
  CHECK(test::text_of(missing.problems).find("/kind_files/0: there is no kind file ") != std::string::npos);
  const Result twice = build(R"("kind_files": ["lib.json"], "kinds": [)" + kind("k", R"("slots": 2)") + "], " + kOne,
                             Granularity::layer, folder);
  CHECK(test::text_of(twice.problems).find("\"k\" is the name of another kind already") != std::string::npos);
  std::filesystem::remove_all(folder);
}

}  // namespace hetsched
