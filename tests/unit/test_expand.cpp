#include <doctest/doctest.h>

#include "study/expand.hpp"

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

TEST_CASE("keys and names with dots are found in paths") {
  Problems problems;
  const Document document = Document::from_text(
      R"({"kinds": [{"name": "gpu", "points": [{"name": "1.2GHz", "f": 1}]}], "a.b": {"c": 1}})", "p", "", problems);
  const auto pointer = [&](const std::string& path) {
    return pointer_of(document.value(), SettingPath(path).parts(), 0);
  };
  CHECK(pointer("kinds.gpu.points.1.2GHz.f") == "/kinds/gpu/points/1.2GHz/f");
  CHECK(pointer("kinds.0.points.0.f") == "/kinds/0/points/0/f");
  CHECK(pointer("a.b.c") == "/a.b/c");
  CHECK(pointer("new.key") == "/new/key");
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
