// Does the decorator batch form batches of preferred sizes as Triton does?
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

/// `count` accelerators that take 10 ms for a batch of any size up to 16.
Inputs inputs(const std::string& arrival, int count = 1, int layers = 1) {
  return {
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu", "max_batch": 16, "batch_fixed_share": 1}],
    "accelerators": [{"name": "a", "kind": "k", "count": )" +
          std::to_string(count) + "}]}",
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": )" + arrival + "}]}",
      {{"m", chain_model("m", layers, R"("kind": "k", "time": 0.01)")}}};
}

std::string burst(int count) { return R"({"type": "burst", "count": )" + std::to_string(count) + "}"; }

/// Size of each batch, by start.
std::vector<std::pair<double, int>> batches(const Inputs& in, const std::string& size,
                                            const std::string& inner = "fcfs", Backend backend = Backend::simgrid) {
  const Log log = simulate_choice(make_scenario(in),
                                  R"({"name": ")" + inner + R"(", "decorators": [{"name": "batch",
      "parameters": {"rule": "triton", "delay": 0.05, "size": )" +
                                      size + "}}]}",
                                  backend);
  std::map<std::tuple<double, std::string>, int> sizes;
  for (const TaskRecord& t : log.tasks) {
    int& known = sizes[{t.start, std::string(t.accelerator) + std::string(t.task)}];
    known = static_cast<int>(t.batch);
  }
  std::vector<std::pair<double, int>> found;
  for (const auto& [start, batch] : sizes) found.emplace_back(std::get<0>(start), batch);
  return found;
}

void check(const std::vector<std::pair<double, int>>& found, const std::vector<std::pair<double, int>>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].first == Approx(expected[i].first).epsilon(1e-12));
    CHECK(found[i].second == expected[i].second);
  }
}

}  // namespace

TEST_CASE("eleven wait, pairs are preferred: pairs, and the last alone after its delay") {
  for (const Backend backend : {Backend::simgrid, Backend::fluid})
    check(batches(inputs(burst(11)), "2", "fcfs", backend),
          {{0, 2}, {0.01, 2}, {0.02, 2}, {0.03, 2}, {0.04, 2}, {0.05, 1}});
}

TEST_CASE("of several sizes the largest that can be formed goes at once; who is left waits for others") {
  check(batches(inputs(burst(11)), R"("4/8")"), {{0, 8}, {0.05, 3}});
  check(batches(inputs(burst(15)), R"("4/8")"), {{0, 8}, {0.01, 4}, {0.05, 3}});
  check(batches(inputs(burst(11), 2), R"("4/8")"), {{0, 8}, {0.05, 3}});  // not on the other accelerator, either
  // One more at 20 ms: four.
  check(batches(inputs(R"({"type": "trace", "times": [0, 0, 0, 0.02]})"), R"("4/8")"), {{0.02, 4}});
  check(batches(inputs(burst(3)), R"("4/8")"), {{0.05, 3}});
}

TEST_CASE("what waits while the accelerator is busy goes as the largest size there is then") {
  // 8 at 0; of the next 4 and 4, which come while it computes, 8 at 10 ms.
  check(
      batches(
          inputs(
              R"({"type": "trace", "times": [0, 0, 0, 0, 0, 0, 0, 0, 0.002, 0.002, 0.002, 0.002, 0.004, 0.004, 0.004, 0.004]})"),
          R"("4/8")"),
      {{0, 8}, {0.01, 8}});
}

TEST_CASE("later layers go on together with whoever is there, and any policy inside finds its tasks again") {
  for (const char* inner : {"fcfs", "mct", "heft", "dm", "edf", "ws"}) {
    int tasks = 0;
    for (const auto& [start, batch] : batches(inputs(burst(11), 1, 2), R"("4/8")", inner)) tasks += batch;
    CHECK(tasks == 22);
  }
}

TEST_CASE("a size that is no size is refused, and so are several where one is meant") {
  const auto wrong = [](const std::string& rule, const std::string& size) {
    Problems problems;
    (void)built_in().make(chosen(R"({"name": "fcfs", "decorators": [{"name": "batch", "parameters": {"rule": ")" +
                                 rule + R"(", "size": )" + size + "}}]}"),
                          1, problems);
    return problems.empty() ? std::string() : problems.all().front().what;
  };
  CHECK(wrong("triton", R"("4/8")") == "");
  CHECK(wrong("triton", "4") == "");
  CHECK(wrong("fixed", "4") == "");
  CHECK(wrong("fixed", R"("4/8")").find("must be one size; triton prefers several") != std::string::npos);
  for (const char* size : {R"("8/4")", R"("4/")", R"("4/x")", R"("")", R"("4/2000")", R"("2.5")", "2000", "true"})
    CHECK(wrong("triton", size) != "");
  CHECK(wrong("triton", R"("8/4")").find("or several in ascending order") != std::string::npos);
}
