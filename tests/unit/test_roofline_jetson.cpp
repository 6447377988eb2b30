// Whole networks on the accelerators of Jetson boards alone, against measurements that the kinds' parameters
// come from or lie next to: how well few parameters for a device fit what was measured on it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/fields.hpp"
#include "cost/cost_models.hpp"
#include "support/costs.hpp"

namespace {
struct DlaRow {
  std::string network;
  std::uint32_t batch = 1;
  std::string point;
  double rate = 0;
};
}  // namespace

template <>
inline constexpr auto hetsched::fields<DlaRow> =
    std::tuple{field("network", &DlaRow::network, "", {}), field("batch", &DlaRow::batch, "", {}),
               field("point", &DlaRow::point, "", {}), field("rate", &DlaRow::rate, "", {})};

namespace {

using namespace hetsched;
using namespace hetsched::test;

/// The first point, and the one named.
std::vector<OperatingPointSpec> points_of(const LibraryKind& kind, const std::string& name) {
  const auto named =
      std::find_if(kind.points.begin(), kind.points.end(), [&](const auto& p) { return p.name == name; });
  REQUIRE(named != kind.points.end());
  return {kind.points.front(), *named};
}

double seconds(const LibraryKind& kind, const std::string& point, const Network& network, const LibraryKind& host) {
  const auto model = make_cost_model(kind.roofline), fallback = make_cost_model(host.roofline);
  return sum_of(network, *model, points_of(kind, point), fallback.get(), points_of(host, point)).time;
}

TEST_CASE("Orin's DLA in four power modes") {
  Problems problems;
  const auto rows = read_csv<DlaRow>(HETSCHED_SOURCE_DIR "/tests/data/costs/dla.csv", problems);
  problems.throw_if_any();
  const std::map<std::string, LibraryKind> kinds = kind_library();
  std::vector<double> errors;
  std::string table;
  for (const DlaRow& row : rows) {
    const double rate = 2 * row.batch /
                        seconds(kinds.at("agx_orin_dla"), row.point, zoo_network(row.network, "int8", row.batch),
                                kinds.at("agx_orin_gpu"));
    errors.push_back(std::abs(rate / row.rate - 1));
    table += row.network + " " + row.point + " " + std::to_string(rate) + " of " + std::to_string(row.rate) + "\n";
  }
  REQUIRE(errors.size() == 12);
  INFO(table, "median ", median(errors));
  CHECK(median(errors) < 0.15);
  CHECK(*std::max_element(errors.begin(), errors.end()) < 0.45);
}

TEST_CASE("GoogLeNet in fp16 on Xavier's GPU and DLA") {
  const std::map<std::string, LibraryKind> kinds = kind_library();
  const Network network = zoo_network("googlenet_original", "fp16", 1);
  const LibraryKind& gpu = kinds.at("agx_xavier_gpu");
  const double on_gpu = 1e3 * seconds(gpu, "MAXN", network, gpu);
  const double on_dla = 1e3 * seconds(kinds.at("agx_xavier_dla"), "MAXN", network, gpu);
  INFO("GPU ", on_gpu, " ms, DLA ", on_dla, " ms");
  // Measured by HaX-CoNN's artifact (Dagli and Belviranli, PPoPP 2024): 1.96 ms and 3.65 ms.
  CHECK(on_gpu == doctest::Approx(1.96).epsilon(0.25));
  CHECK(on_dla == doctest::Approx(3.65).epsilon(0.25));
}

}  // namespace
