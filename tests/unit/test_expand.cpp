#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "study/expand.hpp"
#include "study/paths.hpp"

using namespace hetsched;

namespace {

struct Expanded {
  Expansion expansion;
  Problems problems;

  explicit Expanded(const std::string& text, const Strings& fixed = {}) {
    const Document document = Document::from_text(text, "exp.json", "dir", problems);
    REQUIRE(problems.empty());
    expansion = expand(document.root(), fixed, problems);
  }
  /// "policy=edf seed=1" for each combination.
  [[nodiscard]] Strings lines() const {
    Strings lines;
    for (const Combination& combination : expansion.combinations) {
      Strings parts;
      for (const auto& a : combination) parts.push_back(a->path.text() + "=" + level_text(a->value));
      lines.push_back(join(parts, " "));
    }
    return lines;
  }
  [[nodiscard]] std::string problem() const {
    return problems.size() == 1 ? to_string(problems.all().front()) : std::to_string(problems.size()) + " problems";
  }
};

}  // namespace

TEST_CASE("no factors make one combination") { CHECK(Expanded("{}").lines() == Strings{""}); }

TEST_CASE("the first path of a grid varies slowest") {
  const Expanded grid(R"({"grid": {"policy": ["edf", "rr"], "seed": [1, 2]}})");
  CHECK(grid.lines() == Strings{"policy=edf seed=1", "policy=edf seed=2", "policy=rr seed=1", "policy=rr seed=2"});
  CHECK(grid.expansion.paths == Strings{"policy", "seed"});
}

TEST_CASE("a list is crossed with the grid, and its entries may differ in what they set") {
  const Expanded both(R"({"list": [{"policy": "edf"}, {"platform": "p.json"}], "grid": {"seed": [1, 2]}})");
  CHECK(both.lines() ==
        Strings{"policy=edf seed=1", "policy=edf seed=2", "platform=p.json seed=1", "platform=p.json seed=2"});
  CHECK(both.expansion.paths == Strings{"policy", "platform", "seed"});
}

TEST_CASE("a factor that is fixed is left out, and list entries that become equal are one") {
  const Expanded grid(R"({"grid": {"policy": ["edf", "rr"], "seed": [1, 2]}})", {"policy"});
  CHECK(grid.lines() == Strings{"seed=1", "seed=2"});
  CHECK(grid.expansion.paths == Strings{"seed"});
  CHECK(Expanded(R"({"list": [{"policy": "edf"}, {"policy": "rr"}]})", {"policy"}).lines() == Strings{""});
}

TEST_CASE("quantities are numbers in SI, and levels that mean the same are one") {
  const std::string rate = "workload.streams.front.camera.arrival.rate";  // of the stream front.camera
  CHECK(Expanded("{\"grid\": {\"" + rate + R"(": ["0.1 kHz", 100, "100 Hz", 1e2, "200 Hz"]}})").lines() ==
        Strings{rate + "=100", rate + "=200"});
  CHECK(Expanded(R"({"grid": {"platform.memories.0.bandwidth": ["1 GB/s"], "outages.0.off": ["20 ms", 0.02]}})")
            .lines() == Strings{"platform.memories.0.bandwidth=1000000000 outages.0.off=0.02"});
  CHECK(Expanded(R"({"list": [{"outages.0.off": "1 ms"}, {"outages.0.off": 0.001}]})").problem() ==
        "exp.json:1:38: /list/1: is in the list twice; its runs would be the same");
  CHECK(Expanded(R"({"grid": {"seed": [1, 2, 1]}})").problem() ==
        "exp.json:1:26: /grid/seed/2: 1 is a level of seed already");
}

TEST_CASE("what has no unit, is a word, or is no quantity stays as it is written") {
  const std::string deadline = "workload.streams.s.deadline";
  CHECK(Expanded("{\"grid\": {\"" + deadline + R"(": ["period", "5 ms", "soon"]}})").lines() ==
        Strings{deadline + "=period", deadline + "=0.005", deadline + "=soon"});
  CHECK(Expanded(R"({"grid": {"policy.parameters.pause": ["1 ms", 0.001], "workload.streams.s.model": ["10 Hz"]}})")
            .lines() == Strings{"policy.parameters.pause=1 ms workload.streams.s.model=10 Hz",
                                "policy.parameters.pause=0.001 workload.streams.s.model=10 Hz"});
}

TEST_CASE("a level knows where it was written") {
  const Expanded grid("{\"grid\": {\n\"platform\": [\"a.json\"]}}");
  const Setting& level = *grid.expansion.combinations.front().front();
  CHECK(level.origin == "exp.json:2:14");
  CHECK(level.folder == "dir");
}

TEST_CASE("mistakes in factors") {
  CHECK(Expanded(R"({"grid": {"polciy": ["edf"]}})").problem() ==
        "exp.json:1:11: /grid/polciy: cannot vary from run to run; did you mean \"policy\"? what can: "
        "platform, "
        "workload, policy, seed, execution_jitter, decision_latency, outages");
  CHECK(Expanded(R"({"grid": {"policy": []}})").problem() ==
        "exp.json:1:21: /grid/policy: must be a list of at least one level; found []");
  CHECK(Expanded(R"({"grid": {"policy": "edf"}})").problem() ==
        "exp.json:1:21: /grid/policy: must be a list of at least one level; found \"edf\"");
  CHECK(Expanded(R"({"grid": {"policy": ["edf", "rr", "edf"]}})").problem() ==
        "exp.json:1:35: /grid/policy/2: \"edf\" is a level of policy already");
  CHECK(Expanded(R"({"list": [{"seed": 1}, {"seed": 1}]})").problem() ==
        "exp.json:1:24: /list/1: is in the list twice; its runs would be the same");
  CHECK(Expanded(R"({"list": [{"seed": 1}], "grid": {"seed": [2]}})").problem() ==
        "exp.json:1:34: /grid/seed: varies in list already; a factor is in one of the two");
  CHECK(Expanded(R"({"list": []})").problem() ==
        "exp.json:1:10: /list: has no entry, so there would be no run; add one, or leave out the list");
  CHECK(Expanded(R"({"grid": {"policy..x": [1]}})").problem().find("cannot vary") != std::string::npos);
}

TEST_CASE("a grid that explodes is refused, not expanded") {
  std::string levels = "[0";
  for (int i = 1; i < 1000; ++i) levels += "," + std::to_string(i);
  levels += "]";
  CHECK(Expanded(R"({"grid": {"seed": )" + levels + R"(, "policy.a": )" + levels + R"(, "policy.b": )" + levels + "}}")
            .problem() == "exp.json:1:10: /grid: makes more than 200000 combinations; leave out levels");
}

TEST_CASE("the paths of a zip vary together, between list and grid") {
  const Expanded all(R"({"grid": {"seed": [1, 2]}, "zip": {"platform": ["a", "b"], "workload": ["x", "y"]},
                         "list": [{"policy": "rr"}, {"policy": "edf"}]})");
  CHECK(all.lines() == Strings{"policy=rr platform=a workload=x seed=1", "policy=rr platform=a workload=x seed=2",
                               "policy=rr platform=b workload=y seed=1", "policy=rr platform=b workload=y seed=2",
                               "policy=edf platform=a workload=x seed=1", "policy=edf platform=a workload=x seed=2",
                               "policy=edf platform=b workload=y seed=1", "policy=edf platform=b workload=y seed=2"});
  CHECK(all.expansion.paths == Strings{"policy", "platform", "workload", "seed"});
  const std::string two = R"({"zip": [{"seed": [1, 2], "platform": ["a", "a"]}, {"policy": ["rr", "edf"]}]})";
  CHECK(Expanded(two).lines() == Strings{"seed=1 platform=a policy=rr", "seed=1 platform=a policy=edf",
                                         "seed=2 platform=a policy=rr", "seed=2 platform=a policy=edf"});
  CHECK(Expanded(two, {"seed", "policy"}).lines() == Strings{"platform=a"});
  CHECK(Expanded(R"({"zip": {"outages.0.off": ["1 ms", 0.002]}})").lines() ==
        Strings{"outages.0.off=0.001", "outages.0.off=0.002"});
}

TEST_CASE("mistakes in a zip") {
  CHECK(Expanded(R"({"zip": {"seed": [1, 2], "policy": ["a"]}})").problem() ==
        "exp.json:1:36: /zip/policy: has 1 level, but seed has 2 levels; paths that vary together need equally many");
  CHECK(Expanded(R"({"zip": [{"seed": [1]}, {"seed": [2]}]})").problem() ==
        "exp.json:1:26: /zip/1/seed: varies in zip already; a factor is in one of the two");
  CHECK(Expanded(R"({"zip": {"seed": [1]}, "grid": {"seed": [2]}})").problem() ==
        "exp.json:1:33: /grid/seed: varies in zip already; a factor is in one of the two");
  CHECK(Expanded(R"({"zip": {"seed": [1, 2, 1], "policy": ["a", "b", "a"]}})").problem() ==
        "exp.json:1:25: /zip/seed/2: stands beside the same levels twice; its runs would be the same");
  CHECK(Expanded(R"({"zip": "seed"})").problem() ==
        "exp.json:1:9: /zip: must be an object of path -> levels, or a list of such; found \"seed\"");
  CHECK(Expanded(R"({"zip": {"seed": []}})").problem() ==
        "exp.json:1:18: /zip/seed: must be a list of at least one level; found []");
}

namespace {

const char* const kRate = "workload.streams.cam.arrival.rate";

/// The levels of the factor in each combination.
std::vector<double> levels_of(const Expanded& expanded, const std::string& path) {
  std::vector<double> levels;
  for (const Combination& combination : expanded.expansion.combinations)
    for (const auto& level : combination)
      if (level->path.text() == path) levels.push_back(level->value.get<double>());
  return levels;
}

}  // namespace

TEST_CASE("random combinations are drawn by seed, path and number; nothing else moves them") {
  const std::string range = std::string("\"") + kRate + R"(": {"min": "5 Hz", "max": "0.06 kHz"})";
  const auto drawn = [&](const std::string& seed, int count, const std::string& more) {
    const Expanded expanded("{" + seed + R"("random": {"count": )" + std::to_string(count) + R"(, "factors": {)" +
                            more + range + "}}}");
    CHECK(expanded.problems.empty());
    return levels_of(expanded, kRate);
  };
  const std::vector<double> few = drawn(R"("seed": 3, )", 4, ""), many = drawn(R"("seed": 3, )", 300, "");
  CHECK(few == std::vector<double>(many.begin(), many.begin() + 4));
  CHECK(few == drawn(R"("seed": 3, )", 4, R"("platform.base_power": {"min": 1, "max": 2}, )"));
  CHECK(few != drawn(R"("seed": 4, )", 4, ""));
  CHECK(few ==
        levels_of(Expanded(R"({"seed": 8, "random": {"seed": 3, "count": 4, "factors": {)" + range + "}}}"), kRate));
  double sum = 0;
  for (const double rate : many) {
    CHECK(rate >= 5);
    CHECK(rate <= 60);
    sum += rate;
  }
  CHECK(sum / 300 == doctest::Approx(32.5).epsilon(0.05));
}

TEST_CASE("what is drawn is crossed with what is listed, and equal draws are one") {
  const Expanded expanded(R"({"grid": {"policy": ["rr", "edf"]},
      "random": {"count": 50, "factors": {"platform.kinds.k.max_batch": {"min": 1, "max": 4, "integer": true}}}})");
  CHECK(expanded.expansion.paths == Strings{"platform.kinds.k.max_batch", "policy"});
  REQUIRE(expanded.expansion.combinations.size() == 8);
  std::vector<double> sizes = levels_of(expanded, "platform.kinds.k.max_batch");
  std::sort(sizes.begin(), sizes.end());
  CHECK(sizes == std::vector<double>{1, 1, 2, 2, 3, 3, 4, 4});
  CHECK(expanded.expansion.combinations[0][0]->value.is_number_integer());
  const Expanded chosen(R"({"random": {"count": 40, "factors": {"platform": {"choose": ["a", "b"]},
                                                                 "outages.0.off": {"choose": ["1 ms", 2]}}}})");
  const Strings lines = chosen.lines();
  CHECK(std::set<std::string>(lines.begin(), lines.end()) ==
        std::set<std::string>{"platform=a outages.0.off=0.001", "platform=b outages.0.off=0.001",
                              "platform=a outages.0.off=2", "platform=b outages.0.off=2"});
  CHECK(Expanded(R"({"random": {"count": 5, "factors": {"seed": {"choose": [1, 2]}}}})", {"seed"}).lines() ==
        Strings{""});
}

TEST_CASE("a latin hypercube has one level in each part of each range") {
  const std::string text = R"("count": 20, "factors": {"platform.base_power": {"min": 0, "max": "200 W"},
      "outages.0.off": {"min": "1 ms", "max": 10, "scale": "log"}, "policy.parameters.level": {"choose": [1, 2, 3, 4]},
      "platform.kinds.k.slots": {"min": 1, "max": 20, "integer": true}}})";
  const Expanded expanded("{\"latin_hypercube\": {" + text + "}");
  CHECK(expanded.problems.empty());
  std::vector<double> power = levels_of(expanded, "platform.base_power"), off = levels_of(expanded, "outages.0.off"),
                      chosen = levels_of(expanded, "policy.parameters.level"),
                      slots = levels_of(expanded, "platform.kinds.k.slots");
  REQUIRE(power.size() == 20);
  CHECK_FALSE(std::is_sorted(power.begin(), power.end()));
  CHECK(power != levels_of(Expanded("{\"seed\": 2, \"latin_hypercube\": {" + text + "}"), "platform.base_power"));
  for (auto* levels : {&power, &off, &chosen, &slots}) std::sort(levels->begin(), levels->end());
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(std::floor(power[i] / 10) == i);
    CHECK(std::floor(std::log10(off[i] * 1000) * 5) == i);
    CHECK(chosen[i] == 1 + i / 5);
    CHECK(slots[i] == i + 1);
  }
  CHECK(std::any_of(power.begin(), power.end(), [&](double p) { return std::fmod(p, 10) < 4; }));
  CHECK(std::any_of(power.begin(), power.end(), [&](double p) { return std::fmod(p, 10) > 6; }));
}

TEST_CASE("mistakes in what is drawn") {
  const auto factor = [](const std::string& text) {
    const std::string problem =
        Expanded(R"({"random": {"count": 3, "factors": {"outages.0.off": )" + text + "}}}").problem();
    const std::string inside = "/random/factors/outages.0.off";
    return problem.find(inside) == std::string::npos ? problem : problem.substr(problem.find(inside) + inside.size());
  };
  CHECK(factor(R"({"min": 1, "max": 2})") == "0 problems");
  CHECK(factor(R"({"min": 1})") == ": needs both min and max, or choose");
  CHECK(factor(R"({"min": "1 W", "max": 2})").starts_with("/min: must be a number of s, or a time such as "));
  CHECK(factor(R"({"min": -1, "max": 2})") == "/min: must be at least 0 s; found -1");
  CHECK(factor(R"({"min": 2, "max": "1 s"})") == "/max: must be greater than min (2); found \"1 s\"");
  CHECK(factor(R"({"min": 0, "max": 1, "scale": "log"})") ==
        "/min: must be greater than 0 where scale is log; found 0");
  CHECK(factor(R"({"min": 1, "max": 1.5, "integer": true})") ==
        "/max: must be a whole number below 2^53, as integer is true; found 1.5");
  CHECK(factor(R"({"choose": [1, "1 s"]})") == "/choose/1: \"1 s\" is a level of outages.0.off already");
  CHECK(factor(R"({"choose": []})") == "/choose: must have at least one level");
  CHECK(factor(R"({"choose": [1], "max": 2})") == "/max: has no meaning beside choose; remove one of them");
  CHECK(factor(R"({"min": 1, "max": 2, "scale": "lin"})").starts_with("/scale: must be one of linear, log; found "));
  CHECK(factor("[1, 2]") == ": must be an object; found [1,2]");
  CHECK(Expanded(R"({"latin_hypercube": {"count": 3, "factors": {}}})").problem() ==
        "exp.json:1:45: /latin_hypercube/factors: has no path; name a factor, or leave out latin_hypercube");
  CHECK(Expanded(R"({"random": {"count": 3, "factors": {"sead": {"choose": [1]}}}})")
            .problem()
            .starts_with("exp.json:1:37: /random/factors/sead: cannot vary from run to run; did you mean \"seed\"?"));
  CHECK(
      Expanded(R"({"grid": {"seed": [1]}, "random": {"count": 3, "factors": {"seed": {"choose": [1]}}}})").problem() ==
      "exp.json:1:11: /grid/seed: varies in random already; a factor is in one of the two");
}

TEST_CASE("keys and names with dots are found in paths") {
  Problems problems;
  const Document document = Document::from_text(
      R"({"kinds": [{"name": "gpu", "points": [{"name": "0.9GHz", "f": 1}, {"name": "1.2GHz", "f": 1}]}], "a.b": {"c": 1}})",
      "p", "", problems);
  const auto pointer = [&](const std::string& path) {
    return pointer_of(document.value(), SettingPath(path).parts(), 0);
  };
  CHECK(pointer("kinds.gpu.points.1.2GHz.f") == "/kinds/gpu/points/1.2GHz/f");
  CHECK(pointer("kinds.0.points.0.f") == "/kinds/0/points/0/f");
  CHECK(pointer("a.b.c") == "/a.b/c");
  CHECK(pointer("kinds.gpu.points.0.f") == "/kinds/gpu/points/0/f");
  CHECK(pointer("new.key") == "/new/key");
}

TEST_CASE("a star in a path is every element of a list") {
  Problems problems;
  const Document document = Document::from_text(
      R"({"s": [{"name": "a", "p": [{"f": 1}, {"f": 2}]}, {"name": "b", "p": []}], "none": [], "o": {"k": 1}})", "p",
      "", problems);
  const auto pointers = [&](const std::string& path) {
    return join(pointers_of(document.value(), SettingPath(path).parts(), 0), " ");
  };
  CHECK(pointers("s.*.f") == "/s/0/f /s/1/f");
  CHECK(pointers("s.a.p.*.f") == "/s/a/p/0/f /s/a/p/1/f");
  CHECK(pointers("s.*") == "/s/0 /s/1");
  CHECK(pointers("none.*.f") == "/none/*/f");  // which is refused where it is set
  CHECK(pointers("o.*") == "/o/*");
  CHECK(pointers("s.a.q") == "/s/a/q");
}

TEST_CASE("a setting is JSON if it can be, else a text") {
  Problems problems;
  const auto value = [&](const std::string& text) { return dumped(setting_value(text, "--set x=" + text, problems)); };
  CHECK(value("3") == "3");
  CHECK(value("[1, 2]") == "[1,2]");
  CHECK(value("1.2 GHz") == "\"1.2 GHz\"");
  CHECK(value("edf") == "\"edf\"");
  CHECK(value("\"3\"") == "\"3\"");
  CHECK(value("") == "\"\"");
  CHECK(value("{\"a\":") == "\"{\\\"a\\\":\"");
  CHECK(problems.empty());
}

TEST_CASE("settings are cut at the first equals sign") {
  Problems problems;
  const auto setting = parse_setting("a.b = c=d", problems);
  REQUIRE(setting);
  CHECK(setting->path.text() == "a.b");
  CHECK(setting->value == "c=d");
  CHECK(setting->origin == "--set a.b = c=d");
  CHECK_FALSE(parse_setting("seed", problems));
  CHECK_FALSE(parse_setting("=3", problems));
  CHECK(problems.size() == 2);
}

TEST_CASE("a path knows its parts and what follows them") {
  const SettingPath path("grid.policy.parameters.level");
  CHECK(path.field() == "grid");
  CHECK(path.parts() == Strings{"grid", "policy", "parameters", "level"});
  CHECK(path.after(0) == path.text());
  CHECK(path.after(1) == "policy.parameters.level");
  CHECK(path.after(4).empty());
}
