// Do the models of contention give what their formulas, their closed forms and published measurements say? Both
// executors take caps from here, so that their agreement proves nothing about them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/json_document.hpp"
#include "base/random.hpp"
#include "engine/contention.hpp"
#include "engine/shares.hpp"
#include "model/platform.hpp"

using namespace hetsched;
using doctest::Approx;

namespace {

constexpr KindId gpu = KindId{0}, dla = KindId{1};

std::vector<MemoryDemand> demands(const std::vector<double>& wanted) {
  std::vector<MemoryDemand> all;
  for (std::size_t i = 0; i < wanted.size(); ++i) all.push_back({i == 0 ? gpu : dla, wanted[i]});
  return all;
}

std::vector<double> caps(const Contention& contention, const std::vector<double>& wanted, double transfers = 0) {
  std::vector<double> found(wanted.size());
  contention.caps(demands(wanted), transfers, found);
  return found;
}

std::vector<double> rates(const Contention& contention, const std::vector<double>& wanted, double transfers = 0) {
  std::vector<double> found(wanted.size());
  contention.rates(demands(wanted), transfers, found);
  return found;
}

void check_equal(const std::vector<double>& found, const std::vector<double>& wanted) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(wanted[i]).epsilon(1e-4));
}

Contention of(const ContentionSpec& spec, double bandwidth) { return {{spec}, {"gpu", "dla"}, bandwidth}; }

/// As measured on Jetson AGX Xavier, in GB/s: the sample of PCCS's public code, which the shipped board has.
TableContention measured() {
  Problems problems;
  const Document file = Document::from_file(HETSCHED_SOURCE_DIR "/platforms/jetson_agx_xavier.json", problems);
  const PlatformSpec platform = read_platform(file.root(), problems);
  REQUIRE(problems.empty());
  REQUIRE(platform.memories.at(0).contention.size() == 1);
  TableContention table = std::get<TableContention>(platform.memories[0].contention[0]);
  for (std::vector<double>* axis : {&table.own, &table.others})
    for (double& value : *axis) value /= 1e9;
  for (std::vector<double>& row : table.achieved)
    for (double& value : row) value /= 1e9;
  return table;
}

/// GB/s that a task gets that wants `own` beside others that want `others`.
double achieved(const Contention& contention, double own, double others) { return caps(contention, {own, others})[0]; }

struct Errors {
  double sum = 0, worst = 0;
  int cells = 0;
  void add(double found, double wanted) {
    const double error = std::abs(found - wanted) / wanted;
    sum += error;
    worst = std::max(worst, error);
    ++cells;
  }
  [[nodiscard]] double mean() const { return sum / cells; }
};

}  // namespace

TEST_CASE("closed forms: a bandwidth of 100, two and three tasks") {
  const Contention max_min = of(MaxMinContention{}, 100), proportional = of(ProportionalContention{}, 100);
  // N 30, S 80, E 60; a slope of 0.005 for each unit
  const Contention piecewise = of(PiecewiseContention{{}, 30, 80, 60, 0.005 * 1e9}, 100);
  check_equal(rates(max_min, {60, 80}), {50, 50});
  check_equal(rates(max_min, {60, 80, 20}), {40, 40, 20});
  check_equal(rates(max_min, {60, 80, 70}), {33.33333, 33.33333, 33.33333});
  check_equal(rates(proportional, {60, 80}), {42.857143, 57.142857});
  check_equal(rates(proportional, {60, 80, 20}), {37.5, 50, 12.5});
  check_equal(rates(proportional, {60, 80, 70}), {28.571429, 38.095238, 33.333333});
  check_equal(caps(piecewise, {60, 80}), {48, 56});
  check_equal(rates(piecewise, {60, 80}), {48, 52});
  check_equal(caps(piecewise, {60, 80, 20}), {48, 56, 20});
  check_equal(rates(piecewise, {60, 80, 20}), {40, 40, 20});
  check_equal(caps(piecewise, {60, 80, 70}), {48, 56, 52.5});
  check_equal(rates(piecewise, {60, 80, 70}), {33.33333, 33.33333, 33.33333});
}

TEST_CASE("closed forms: the table that was measured, and pairs of kinds") {
  const Contention table = of(measured(), 136.5);
  check_equal(rates(table, {93.1, 93.1}), {49.9, 49.9});
  check_equal(rates(table, {84.7, 51.3}), {49.5, 40.391});
  check_equal(rates(table, {46.8, 46.8, 46.8}), {39.5, 39.5, 39.5});
  check_equal(rates(table, {93.1, 93.1, 93.1}), {45.5, 45.5, 45.5});  // 49.9 each is more than there is
  check_equal(rates(table, {93.1}), {93.1});                          // alone nobody is slowed down
  const Contention pairs = of(MatrixContention{{}, {{"gpu", "dla", 1.69}, {"dla", "gpu", 1.28}}}, 1e9);
  check_equal(caps(pairs, {1, 1}), {0.591716, 0.78125});
  check_equal(caps(pairs, {1, 1, 1}),
              {1 / (1 + 2 * 0.69), 0.78125, 0.78125});  // excesses add; a DLA beside a DLA: none
  check_equal(caps(pairs, {1, 0}), {1, 0});             // without traffic: neither
}

TEST_CASE("a model holds for the kinds that it names; transfers count among the others") {
  const Contention some({ProportionalContention{{"dla"}}}, {"gpu", "dla"}, 100);
  check_equal(caps(some, {60, 80}), {60, 80 * 100.0 / 140});
  CHECK_FALSE(some.is_max_min());
  CHECK(Contention({}, {"gpu", "dla"}, 100).is_max_min());
  check_equal(caps(of(ProportionalContention{}, 100), {60, 80}, 60), {30, 40});
}

TEST_CASE("PCCS's sample: its piecewise model, and its table with a row or a column left out") {
  const TableContention table = measured();
  const std::size_t rows = table.own.size(), columns = table.others.size();
  const Contention piecewise = of(PiecewiseContention{{}, 37.6, 61.94, 46.58, 0.005993 * 1e9}, 1e9);
  Errors by_formula, without_row, without_column, whole;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < columns; ++k) {
      by_formula.add(achieved(piecewise, table.own[i], table.others[k]), table.achieved[i][k]);
      whole.add(achieved(of(table, 1e9), table.own[i], table.others[k]), table.achieved[i][k]);
      if (i + 1 < rows) {  // beyond the last there is nothing to interpolate
        TableContention less = table;
        less.own.erase(less.own.begin() + static_cast<std::ptrdiff_t>(i));
        less.achieved.erase(less.achieved.begin() + static_cast<std::ptrdiff_t>(i));
        without_row.add(achieved(of(less, 1e9), table.own[i], table.others[k]), table.achieved[i][k]);
      }
      if (k + 1 < columns) {
        TableContention less = table;
        less.others.erase(less.others.begin() + static_cast<std::ptrdiff_t>(k));
        for (std::vector<double>& row : less.achieved) row.erase(row.begin() + static_cast<std::ptrdiff_t>(k));
        without_column.add(achieved(of(less, 1e9), table.own[i], table.others[k]), table.achieved[i][k]);
      }
    }
  MESSAGE("piecewise: mean ", by_formula.mean(), ", worst ", by_formula.worst);
  MESSAGE("table, a row left out: mean ", without_row.mean(), ", worst ", without_row.worst);
  MESSAGE("table, a column left out: mean ", without_column.mean(), ", worst ", without_column.worst);
  CHECK(whole.worst < 1e-12);
  CHECK(by_formula.mean() <= 0.03);
  CHECK(by_formula.worst <= 0.12);
  CHECK(without_row.mean() <= 0.03);
  CHECK(without_column.mean() <= 0.03);
}

TEST_CASE(
    "of any model: a task that joins raises nobody's cap, who wants more never gets less, nobody gets more than "
    "wanted") {
  const std::vector<ContentionSpec> models = {
      MaxMinContention{},
      ProportionalContention{},
      measured(),
      PiecewiseContention{{}, 37.6, 61.94, 46.58, 0.005993e9},
      PiecewiseContention{{}, 30, 80, 60, 0.05e9},
      MatrixContention{{}, {{"gpu", "dla", 1.69}, {"dla", "gpu", 1.28}, {"dla", "dla", 3}}}};
  const RandomStream random(1, "test", "contention");
  for (const ContentionSpec& spec : models) {
    const Contention contention = of(spec, 136.5);
    for (std::uint64_t n = 0; n < 2000; ++n) {
      std::vector<double> wanted;
      for (std::uint64_t i = 0; i < 2 + n % 4; ++i) wanted.push_back(random.uniform(8 * n + i) * 136.5);
      const std::vector<double> before = caps(contention, wanted), given = rates(contention, wanted);
      double sum = 0;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        CHECK(before[i] <= wanted[i]);
        CHECK(before[i] > 0);
        CHECK(given[i] <= before[i] * (1 + 1e-12));
        sum += given[i];
      }
      CHECK(sum <= 136.5 * (1 + 1e-12));
      std::vector<double> more = wanted;
      more[0] += random.uniform(8 * n + 6) * (136.5 - more[0]);
      CHECK(caps(contention, more)[0] >= before[0] * (1 - 1e-12));
      std::vector<double> joined = wanted;
      joined.push_back(random.uniform(8 * n + 7) * 136.5);
      const std::vector<double> after = caps(contention, joined);
      for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(after[i] <= before[i] * (1 + 1e-12));
    }
  }
}

TEST_CASE("a device is shared max-min by weight, as far as tasks fill it") {
  check_equal(device_shares(std::vector<ResourceUse>{{1, 1, 1}, {1, 1, 3}}), {0.25, 0.75});
  check_equal(device_shares(std::vector<ResourceUse>{{1, 0.5, 1}, {1, 0.5, 1}}), {1, 1});
  check_equal(device_shares(std::vector<ResourceUse>{{1, 1, 1}, {1, 0.5, 1}}), {2.0 / 3, 2.0 / 3});
  check_equal(device_shares(std::vector<ResourceUse>{{1, 1, 1}, {1, 0.2, 10}}), {0.8, 1});
  check_equal(device_shares(std::vector<ResourceUse>{{1, 0.3, 5}}), {1});
  // Weights that differ by more than a number has digits: who has less still gets what is left, and no more.
  check_equal(device_shares(std::vector<ResourceUse>{{1, 0.5, 1e6}, {1, 0.9, 1e-12}}), {1, 0.5 / 0.9});
  CHECK(device_shares(std::vector<ResourceUse>{{1, 1 - 1e-16, 1e6}, {1, 1, 1e-12}})[1] > 0);
  const RandomStream random(1, "test", "device");
  for (std::uint64_t n = 0; n < 2000; ++n) {
    std::vector<ResourceUse> uses;
    for (std::uint64_t i = 0; i < 1 + n % 7; ++i)
      uses.push_back({1, 0.01 + 0.99 * random.uniform(16 * n + i), 0.1 + 10 * random.uniform(16 * n + 8 + i)});
    const std::vector<double> shares = device_shares(uses);
    double busy = 0, all = 0;
    for (std::size_t i = 0; i < uses.size(); ++i) {
      CHECK(shares[i] > 0);
      CHECK(shares[i] <= 1);
      busy += uses[i].occupancy * shares[i];
      all += uses[i].occupancy;
    }
    CHECK(busy == Approx(std::min(1.0, all)).epsilon(1e-12));  // nothing is left over that anybody could use
    for (std::size_t i = 0; i < uses.size(); ++i)
      for (std::size_t k = 0; k < uses.size(); ++k)  // who is not at full speed has as much for its weight as anybody
        if (shares[i] < 1) CHECK(shares[i] / uses[i].weight >= shares[k] / uses[k].weight * (1 - 1e-9));
  }
}
