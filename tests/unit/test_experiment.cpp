#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "base/files.hpp"
#include "study/points_table.hpp"
#include "study/run.hpp"
#include "study/study.hpp"
#include "study/sweep.hpp"

using namespace hetsched;

namespace {

/// Starts ready tasks in order, one at a time; or does what its parameter says.
struct Simple : Policy {
  explicit Simple(Params& p)
      : mood(p.choice("mood", {.fallback = "good", .of = {"good", "throws", "aborts", "exits", "hangs"}, .doc = ""})),
        level(p.number("level", {.fallback = 0, .min = 0, .max = 9, .doc = ""})) {}
  void decide(const SystemView& view, Decisions& out) override {
    if (mood == "throws") throw std::runtime_error("out of\nideas");
    if (mood == "aborts") std::raise(SIGKILL);
    if (mood == "exits") ::_exit(5);
    while (mood == "hangs") ::pause();
    if (view.ready.empty()) return;
    for (const AcceleratorId a : view.accelerators.ids())
      if (view.can_start(view.ready.front(), a)) return out.start(view.ready.front(), a);
  }
  std::string mood;
  double level;
};

const PolicyEntry kEntries[] = {policy<Simple>("simple", "", ""), policy<Simple>("other", "", "")};

/// A folder with a platform, a model, a workload and an experiment in it.
class Files {
 public:
  Files() : path_(std::filesystem::temp_directory_path() / ("hetsched_study_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    for (const std::string name : {"one", "two"})
      write("p/" + name + ".json", R"({"format": 1, "name": ")" + name + R"(", "kinds": [{"name": "k", "type": "npu",
        "operating_points": [{"name": "1.5GHz", "frequency": "1.5 GHz", "active_power": "2 W"}]}],
        "accelerators": [{"name": "a", "kind": "k"}]})");
    write("w/net.json", R"({"format": 1, "name": "net", "layers": [{"name": "l1"}, {"name": "l2"}],
        "costs": [{"layer": "l1", "kind": "k", "time": "1 ms"}, {"layer": "l2", "kind": "k", "time": "2 ms"}]})");
    write("w/load.json",
          R"({"format": 1, "name": "load", "duration": 1, "streams": [{"name": "cam", "model": "net.json",
        "arrival": {"type": "poisson", "rate": "20 Hz"}, "deadline": "4 ms"}]})");
    experiment("");
  }
  ~Files() { std::filesystem::remove_all(path_); }
  void write(const std::string& name, const std::string& text) const { write_file(path_ / name, text); }
  void experiment(const std::string& more) const {
    write("e/experiment.json", R"({"format": 1, "name": "exp", "platform": "../p/one.json",
        "workload": "../w/load.json", "policy": "simple", "seed": 5)" +
                                   more + "}");
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

const Catalog kCatalog{kEntries};

std::vector<Setting> settings_of(const Strings& texts) {
  Problems problems;
  std::vector<Setting> settings;
  for (const std::string& text : texts) settings.push_back(parse_setting(text, problems).value());
  return settings;
}

Study load(const Files& files, const Strings& sets = {}) {
  Problems problems;
  Study study = Study::load(files / "e", settings_of(sets), kCatalog, problems);
  problems.throw_if_any();
  return study;
}

/// What is wrong, without the folder's name.
std::string wrong(const Files& files, const Strings& sets = {}) {
  Problems problems;
  (void)Study::load(files / "e", settings_of(sets), kCatalog, problems);
  Strings lines;
  for (const Problem& problem : problems.all()) lines.push_back(to_string(problem));
  std::string text = join(lines, "\n");
  const std::string folder = (files / "").string();
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) text.erase(at, folder.size());
  return text;
}

std::string bytes(const std::filesystem::path& path) {
  Problems problems;
  return read_file(path, problems).value_or("");
}

SweepOutcome sweep_into(const std::filesystem::path& directory, const Study& study, unsigned jobs) {
  SweepOptions options;
  options.directory = directory;
  options.jobs = jobs;
  return sweep(study, kCatalog, options);
}

}  // namespace

TEST_CASE("an experiment without factors is one run") {
  const Files files;
  const Study study = load(files);
  REQUIRE(study.size() == 1);
  CHECK(study.labels(0) == Strings{"one", "load", "simple", "5"});
  CHECK(study.title(0) == "platform one, workload load, policy simple, seed 5");
  const Scenario scenario = study.resolve(0);
  CHECK(scenario.options.seed == 5);
  CHECK(scenario.networks.at(0)->name == "net");
  CHECK(study.inputs().size() == 4);
}

TEST_CASE("points: factors outside, replicates inside") {
  const Files files;
  files.experiment(R"(, "replicates": 2, "grid": {"workload.streams.cam.arrival.rate": [10, "20 Hz"],
                         "platform": ["../p/one.json", "../p/two.json"]})");
  const Study study = load(files);
  CHECK(study.label_names() == Strings{"platform", "workload", "policy", "seed", "workload.streams.cam.arrival.rate"});
  REQUIRE(study.size() == 8);
  CHECK(study.labels(0) == Strings{"one", "load", "simple", "5", "10"});
  CHECK(study.labels(1) == Strings{"one", "load", "simple", "6", "10"});
  CHECK(study.labels(2) == Strings{"two", "load", "simple", "5", "10"});
  CHECK(study.labels(7) == Strings{"two", "load", "simple", "6", "20"});
  CHECK(study.title(7) == "platform two, seed 6, workload.streams.cam.arrival.rate 20");
  CHECK(std::get<Poisson>(study.resolve(0).workload.streams[0].arrival).rate == 10);
  CHECK(std::get<Poisson>(study.resolve(7).workload.streams[0].arrival).rate == 20);
  CHECK(study.resolve(0).networks[0] == study.resolve(7).networks[0]);  // read once
}

TEST_CASE("settings win over factors, and what replaces comes before what changes") {
  const Files files;
  files.experiment(R"(, "grid": {"policy.parameters.level": [1, 2], "policy": ["simple", "other"]})");
  CHECK(load(files).size() == 4);
  CHECK(load(files).resolve(1).policy.parameters.value["level"] == 1);
  const Study fixed = load(files, {"policy=other"});
  REQUIRE(fixed.size() == 2);
  CHECK(fixed.labels(1) == Strings{"one", "load", "other", "5", "2"});
  const Study changed = load(
      files, {"workload.streams.0.deadline=5 ms", "seed=9", "platform.kinds.k.operating_points.1.5GHz.frequency=1e9",
              "platform=" + (files / "p/two.json").string()});
  CHECK(*changed.resolve(0).workload.streams[0].deadline.value == 0.005);
  CHECK(changed.resolve(0).options.seed == 9);
  CHECK(changed.resolve(0).platform.name == "two");
  CHECK(changed.resolve(0).platform.kinds[0].operating_points[0].frequency == 1e9);
}

TEST_CASE("a policy that is there with several parameters is told apart by them") {
  const Files files;
  files.experiment(R"(, "grid": {"policy": ["simple", {"name": "simple", "parameters": {"level": 3}}, "other"]})");
  const Study study = load(files);
  CHECK(study.labels(0)[2] == "simple");
  CHECK(study.labels(1)[2] == "simple(level=3)");
  CHECK(study.labels(2)[2] == "other");
}

TEST_CASE("each problem is told once, where it was written") {
  const Files files;
  files.experiment(
      R"(, "replicates": 3, "grid": {"policy": ["simple", "othr"], "platform": ["../p/one.json", "../p/tow.json"]})");
  const std::string found = wrong(files);
  CHECK(found.find("/policy: \"othr\" is no policy; did you mean \"other\"? hetsched policies lists them") !=
        std::string::npos);
  CHECK(found.find("/platform: there is no platform file \"p/tow.json\"; did you mean \"p/two.json\"?") !=
        std::string::npos);
  CHECK(std::count(found.begin(), found.end(), '\n') == 1);
}

TEST_CASE("mistakes in settings") {
  const Files files;
  CHECK(wrong(files, {"sead=3"})
            .starts_with("--set sead=3: /sead: is no field of an experiment; did you mean \"seed\"?"));
  CHECK(wrong(files, {"policy.parameters.levl=3"}) ==
        "--set policy.parameters.levl=3: /policy/parameters/levl: is no parameter of policy simple; did you "
        "mean "
        "\"level\"? parameters: mood, level");
  CHECK(wrong(files, {"workload.streams.cma.priority=3"}) ==
        "--set workload.streams.cma.priority=3: /streams/cma: is no element of the list; elements: cam");
  CHECK(wrong(files, {"outages=[{\"accelerator\": \"a\", \"off\": 2, \"on\": 1}]"})
            .find("must be after off (2 s); found 1 s") != std::string::npos);
  CHECK(wrong(files, {"outages=[{\"accelerator\": \"b\", \"off\": 2}]"}).find("there is no accelerator \"b\"") !=
        std::string::npos);
  CHECK(wrong(files, {"execution_jitter={\"distribution\": \"uniform\", \"spread\": 1.5}"}).find("must be at most 1") !=
        std::string::npos);
}

TEST_CASE("mistakes in an experiment") {
  const Files files;
  files.experiment(R"(, "baseline": {"platfrom": "one"}, "compare": ["mis_rate"])");
  CHECK(wrong(files).find("did you mean \"platform\"?") != std::string::npos);
  CHECK(wrong(files).find("did you mean \"miss_rate\"?") != std::string::npos);
  files.experiment(R"(, "replicates": 2, "grid": {"seed": [1, 2]})");
  CHECK(wrong(files).find("seed is a factor; use one of the two") != std::string::npos);
  files.write("p/two.json", bytes(files / "p/one.json"));
  files.experiment(R"(, "grid": {"platform": ["../p/one.json", "../p/two.json"]})");
  CHECK(wrong(files).find("\"one\" is the name of another platform of this study already") != std::string::npos);
  files.write("e/experiment.json", R"({"format": 1, "name": "x"})");
  const std::string missing = wrong(files);
  for (const char* part : {"no platform is given", "no workload is given", "no policy is given"})
    CHECK(missing.find(part) != std::string::npos);
}

TEST_CASE("a scenario written out is an experiment that gives the same scenario") {
  const Files files;
  files.experiment(R"(, "execution_jitter": {"distribution": "lognormal", "spread": 0.1})");
  const Json first = to_json(load(files).resolve(0));
  files.write("e/experiment.json", first.dump());
  CHECK(to_json(load(files).resolve(0)) == first);
}

TEST_CASE("results are the same bytes for any number of processes") {
  const Files files;
  files.experiment(
      R"(, "replicates": 3, "records": "summary", "grid": {"workload.streams.cam.arrival.rate": [20, 40]})");
  const Study study = load(files);
  REQUIRE(sweep_into(files / "j1", study, 1).ok == 6);
  REQUIRE(sweep_into(files / "j4", study, 4).exit_code() == ExitCode::ok);
  for (const std::string name : {"points.csv", "streams.csv", "runs/3/requests.csv", "runs/3/summary.json"}) {
    CHECK(!bytes(files / "j1" / name).empty());
    CHECK(bytes(files / "j1" / name) == bytes(files / "j4" / name));
  }
  CHECK(std::filesystem::exists(files / "j1/runs/5/run.json"));
}

TEST_CASE("a run that fails, is killed or exits costs its own row only") {
  const Files files;
  files.experiment(R"(, "grid": {"policy.parameters.mood": ["good", "throws", "aborts", "exits"]})");
  const SweepOutcome outcome = sweep_into(files / "out", load(files), 2);
  CHECK(outcome.ok == 1);
  CHECK(outcome.failed == 3);
  CHECK(outcome.exit_code() == ExitCode::failed_points);
  Problems problems;
  const PointsTable table = PointsTable::read(files / "out", problems);
  REQUIRE(problems.empty());
  REQUIRE(table.size() == 4);
  CHECK(table.ok(0));
  const std::size_t error = table.column("error");
  CHECK(table.text(1, error).find("out of ideas") != std::string::npos);
  CHECK(table.text(2, error) == "the run was ended by signal SIGKILL");
  CHECK(table.text(3, error) == "the run ended with exit code 5 and no result");
  CHECK(table.number(0, table.column("finished")) > 0);
  CHECK_FALSE(table.number(1, table.column("finished")).has_value());
}

TEST_CASE("a sweep that is stopped keeps what has finished") {
  const Files files;
  files.experiment(
      R"(, "grid": {"policy.parameters.mood": ["good", "hangs"], "platform": ["../p/one.json", "../p/two.json"]})");
  const Study study = load(files);
  SweepOptions options;
  options.directory = files / "out";
  options.jobs = 1;
  options.progress = [](const SweepProgress& progress) {
    if (progress.done == 2 && progress.running == 1) ::kill(::getpid(), SIGINT);
  };
  const SweepOutcome outcome = sweep(study, kCatalog, options);
  CHECK(outcome.stopped);
  CHECK(outcome.exit_code() == ExitCode::interrupted);
  CHECK(outcome.ok == 2);
  CHECK(outcome.interrupted == 2);
  Problems problems;
  const PointsTable table = PointsTable::read(files / "out", problems);
  CHECK(table.text(3, table.column("status")) == "interrupted");
}

TEST_CASE("only results are ever replaced") {
  const Files files;
  const Study study = load(files);
  REQUIRE(sweep_into(files / "out", study, 1).ok == 1);
  CHECK(sweep_into(files / "out", study, 1).ok == 1);  // its own
  CHECK_THROWS_AS(sweep_into(files / "p", study, 1), InputError);
  CHECK(std::filesystem::exists(files / "p/one.json"));
  CHECK_THROWS_AS(sweep_into(files / "p/one.json", study, 1), InputError);
  CHECK_THROWS_AS(sweep_into("", study, 1), InputError);
  files.write("new.tmp/mine.txt", "x");
  CHECK(sweep_into(files / "new", study, 1).ok == 1);
  CHECK(std::filesystem::exists(files / "new.tmp/mine.txt"));
}

TEST_CASE("a study of parts has no experiment file") {
  const Files files;
  Problems problems;
  const auto parts = [&](const std::string& platform, const std::string& policy) {
    return std::vector<Setting>{{SettingPath("platform"), platform, "--platform " + platform},
                                {SettingPath("workload"), (files / "w/load.json").string(), "--workload"},
                                {SettingPath("policy"), policy, "--policy " + policy},
                                {SettingPath("seed"), 3, "--seed 3"}};
  };
  const std::string platform = (files / "p/one.json").string();
  const Study study = Study::from_settings(parts(platform, "other"), kCatalog, problems);
  REQUIRE(problems.empty());
  REQUIRE(study.size() == 1);
  CHECK(study.labels(0) == Strings{"one", "load", "other", "3"});
  (void)Study::from_settings(parts("nowhere.json", "othr"), kCatalog, problems);
  REQUIRE(problems.size() == 2);
  CHECK(to_string(problems.all()[0]) ==
        "--platform nowhere.json: /platform: there is no platform file \"nowhere.json\"");
  CHECK(problems.all()[1].where == "--policy othr");
}

TEST_CASE("a run in which no policy decides is an instance; what is named all the same is checked") {
  const Files files;
  const std::vector<Setting> none = {{SettingPath("platform"), (files / "p/one.json").string(), "--platform"},
                                     {SettingPath("workload"), (files / "w/load.json").string(), "--workload"},
                                     {SettingPath("seed"), std::uint64_t{18446744073709551615U}, "--seed"}};
  Problems problems;
  const Study study = Study::from_settings(none, kCatalog, problems, PolicyNeed::none);
  REQUIRE(problems.empty());
  const Instance instance = study.instance(0);
  CHECK(instance.networks.at(0)->name == "net");
  CHECK(instance.options.seed == 18446744073709551615U);
  CHECK(study.labels(0)[3] == "18446744073709551615");
  CHECK_THROWS_AS((void)study.resolve(0), InternalError);
  (void)Study::from_settings(none, kCatalog, problems);
  REQUIRE(problems.size() == 1);
  CHECK(to_string(problems.all()[0]).find("no policy is given") != std::string::npos);
  Problems misspelt;
  files.experiment(R"(, "grid": {"policy": ["othr"]})");
  (void)Study::load(files / "e", {}, kCatalog, misspelt, PolicyNeed::none);
  CHECK(misspelt.size() == 1);
}
