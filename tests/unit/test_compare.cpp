#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "base/files.hpp"
#include "study/compare.hpp"

using namespace hetsched;

namespace {

/// A study's directory with these rows: point,status,platform,policy,seed,miss_rate,energy_j,goodput_rps.
class StudyFolder {
 public:
  explicit StudyFolder(const std::string& rows)
      : path_(std::filesystem::temp_directory_path() / ("hetsched_compare_" + std::to_string(::getpid()))) {
    std::string text = "point,status,error,platform,workload,policy,seed,miss_rate,energy_j,goodput_rps\n";
    std::size_t at = 0;
    while (at < rows.size()) {
      const std::size_t end = rows.find('\n', at);
      std::string row = rows.substr(at, end - at);
      const std::size_t status = row.find(',', row.find(',') + 1);
      row.insert(status, ",");                      // error
      row.insert(row.find(',', status + 2), ",w");  // workload
      text += row + "\n";
      at = end + 1;
    }
    write_file(path_ / "points.csv", text);
  }
  ~StudyFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

const std::string kRows =
    "0,ok,het,edf,1,0.1,1,10\n"
    "1,ok,het,edf,2,0.2,2,20\n"
    "2,ok,het,rr,1,0.3,4,10\n"
    "3,ok,het,rr,2,0.4,4,20\n"
    "4,ok,hom,edf,1,0,2,5\n"
    "5,ok,hom,edf,2,0.1,4,10\n"
    "6,ok,hom,rr,1,0,8,8\n"
    "7,ok,hom,rr,2,0,8,8\n";

Strings errors(const std::string& rows, const CompareOptions& options) {
  const StudyFolder folder(rows);
  Problems problems;
  (void)compare(folder.path(), options, problems);
  Strings lines;
  for (const Problem& problem : problems.all()) lines.push_back(to_string(problem));
  return lines;
}

Comparison compared(const std::string& rows, const CompareOptions& options) {
  const StudyFolder folder(rows);
  Problems problems;
  Comparison comparison = compare(folder.path(), options, problems);
  for (const Problem& problem : problems.all()) MESSAGE(to_string(problem));
  REQUIRE(problems.empty());
  return comparison;
}

}  // namespace

TEST_CASE("groups are compared with the same policy on the baseline, seed by seed") {
  const Comparison c = compared(kRows, {{{"platform", "hom"}}, {"energy_j", "miss_rate"}, false});
  CHECK(c.columns == Strings{"platform", "policy"});
  REQUIRE(c.entries.size() == 4);
  CHECK(c.entries[0].group == Strings{"het", "edf"});
  CHECK(c.entries[0].row.metric == "energy_j");
  CHECK(c.entries[0].row.baseline == "hom");
  CHECK(c.entries[0].row.pairs == 2);
  CHECK(*c.entries[0].row.mean == 1.5);
  CHECK(*c.entries[0].row.baseline_mean == 3);
  CHECK(c.entries[0].row.effect == Effect::ratio);
  CHECK(*c.entries[0].row.value == doctest::Approx(0.5).epsilon(1e-12));
  CHECK(*c.entries[0].row.low == doctest::Approx(0.5).epsilon(1e-12));
}

TEST_CASE("where a zero occurs, the difference is told instead of a ratio") {
  const Comparison c = compared(kRows, {{{"platform", "hom"}}, {"miss_rate"}, false});
  CHECK(c.entries[0].row.effect == Effect::difference);
  CHECK(*c.entries[0].row.value == doctest::Approx(0.1).epsilon(1e-12));
  CHECK(c.entries[1].group == Strings{"het", "rr"});
  CHECK(*c.entries[1].row.value == doctest::Approx(0.35).epsilon(1e-12));
}

TEST_CASE("of each side only the policy with the best mean of the first metric counts") {
  const Comparison low = compared(kRows, {{{"platform", "hom"}}, {"energy_j"}, true});
  REQUIRE(low.entries.size() == 2);
  CHECK(low.entries[0].group == Strings{"het", "edf"});
  CHECK(low.entries[0].row.baseline == "hom");  // the same policy is best there
  CHECK(*low.entries[0].row.value == doctest::Approx(0.5).epsilon(1e-12));
  CHECK(low.entries[1].group == Strings{"hom", "edf"});  // the baseline's own line
  CHECK(*low.entries[1].row.value == 1);
  CHECK(low.notes.front().find("not the scheduler's") != std::string::npos);
}

TEST_CASE("the best mean is the highest of a metric that is better when larger; the next metric decides ties") {
  const Comparison high = compared(kRows, {{{"platform", "hom"}}, {"goodput_rps"}, true});
  REQUIRE(high.entries.size() == 2);
  CHECK(high.entries[0].group == Strings{"het", "edf"});  // 15, as rr: the first to appear
  CHECK(high.entries[0].row.baseline == "hom, rr");       // mean 8 beats 7.5
  const std::string tied = "0,ok,het,edf,1,0,2,10\n1,ok,het,rr,1,0,1,10\n2,ok,hom,edf,1,0,3,10\n3,ok,hom,rr,1,0,4,10\n";
  const Comparison next = compared(tied, {{{"platform", "hom"}}, {"miss_rate", "energy_j"}, true});
  CHECK(next.entries[0].group == Strings{"het", "rr"});
  CHECK(next.entries[0].row.baseline == "hom, edf");
}

TEST_CASE("failed runs and groups without baseline are left out, and that is said") {
  const Comparison c = compared(
      "0,ok,het,edf,1,0.1,1,10\n1,failed,het,edf,2,,,\n2,ok,het,met,1,0.1,3,10\n3,ok,hom,edf,1,0.1,2,5\n4,ok,"
      "hom,edf,2,0.1,2,5\n",
      {{{"platform", "hom"}}, {"energy_j"}, false});
  REQUIRE(c.entries.size() == 1);
  CHECK(c.entries[0].row.pairs == 1);
  CHECK(*c.entries[0].row.value == 0.5);
  CHECK_FALSE(c.entries[0].row.low.has_value());
  REQUIRE(c.notes.size() == 3);
  CHECK(c.notes[1] == "1 of 5 runs failed or were interrupted and are left out.");
  CHECK(c.notes[2] == "1 of 3 groups have no baseline runs to compare with and are left out.");
}

TEST_CASE("undefined metrics make no pair") {
  const Comparison c =
      compared("0,ok,het,edf,1,,1,10\n1,ok,hom,edf,1,0.1,2,5\n", {{{"platform", "hom"}}, {"miss_rate"}, false});
  CHECK(c.entries[0].row.pairs == 0);
  CHECK(c.entries[0].row.effect == Effect::none);
  CHECK_FALSE(c.entries[0].row.value.has_value());
}

TEST_CASE("a comparison as CSV") {
  const Comparison c =
      compared("0,ok,het,edf,1,0.5,1,10\n1,ok,hom,edf,1,0.25,2,5\n", {{{"platform", "hom"}}, {"energy_j"}, false});
  CHECK(to_csv(c) ==
        "platform,metric,baseline,pairs,mean,baseline_mean,effect,value,low,high\nhet,energy_j,hom,1,1,2,"
        "ratio,0.5,,\n");
}

TEST_CASE("unknown columns, values and metrics are named with the nearest") {
  CHECK(errors(kRows, {{{"platfrom", "hom"}, {"platform", "hon"}}, {"energy"}, false}) ==
        Strings{"--baseline platfrom=hom: \"platfrom\" is no column to compare by; did you mean \"platform\"? "
                "columns: "
                "platform, workload, policy",
                "--baseline platform=hon: no run has the platform \"hon\"; did you mean \"hom\"? there are: "
                "het, hom",
                "--metric energy: \"energy\" is no metric; did you mean \"energy_j\"? metrics: miss_rate, "
                "energy_j, "
                "goodput_rps"});
  CHECK(errors(kRows, {}).size() == 2);
  CHECK(errors(kRows, {{{"policy", "edf"}}, {"energy_j"}, true}).size() == 1);
}

TEST_CASE("damaged tables are refused") {
  const CompareOptions options{{{"platform", "hom"}}, {"energy_j"}, false};
  CHECK(errors("0,ok,het,edf,1,x,1,10\n", options).size() == 1);
  CHECK(errors("0,ok,het,edf,1,1,1\n", options).size() == 1);
  CHECK(errors("", options).size() == 1);
}

TEST_CASE("baselines are written column=value") {
  Problems problems;
  CHECK(parse_baseline("platform=a=b", problems) == std::pair<std::string, std::string>("platform", "a=b"));
  (void)parse_baseline("platform", problems);
  CHECK(problems.size() == 1);
}

TEST_CASE("which way of a metric is better: fair, useful and efficient is more; late, slow and costly is less") {
  const Strings more = {"finished",
                        "throughput_rps",
                        "goodput_rps",
                        "utilisation",
                        "fairness_jain",
                        "stp",
                        "throughput_per_watt",
                        "score",
                        "throughput_per_tdp_watt",
                        "throughput_per_usd",
                        "throughput_per_mm2"};
  const Strings less = {"makespan_s",     "late",
                        "dropped",        "unfinished",
                        "miss_rate",      "latency_p99_s",
                        "wait_mean_s",    "tardiness_max_s",
                        "energy_j",       "energy_per_inference_j",
                        "power_mean_w",   "edp_js",
                        "antt",           "accuracy_loss_mean",
                        "gap_to_optimum", "prediction_error"};
  for (const std::string& metric : more) CHECK_MESSAGE(is_larger_better(metric), metric);
  for (const std::string& metric : less) CHECK_MESSAGE(!is_larger_better(metric), metric);
}

TEST_CASE("platforms are compared with the homogeneous ones made of them, with each") {
  std::string rows = kRows + "8,ok,het=2xa,edf,1,0,4,9\n9,ok,het=2xa,edf,2,0,8,9\n10,ok,het=3xb,edf,1,0,2,9\n";
  CompareOptions options{{}, {"energy_j"}, false};
  options.homogeneous = true;
  const Comparison c = compared(rows, options);
  CHECK(c.homogeneous);
  REQUIRE(c.entries.size() == 2);  // "hom" and het with rr have none
  CHECK(c.entries[0].group == Strings{"het", "edf"});
  CHECK(c.entries[0].row.baseline == "het=2xa");
  CHECK(*c.entries[0].row.value == doctest::Approx(0.25).epsilon(1e-12));
  CHECK(c.entries[1].row.baseline == "het=3xb");
  CHECK(c.entries[1].row.pairs == 1);
  CHECK(c.notes.back() == "3 of 6 groups have no baseline runs to compare with and are left out.");
  options.best_policy = true;
  rows += "11,ok,het=2xa,rr,1,0,3,9\n12,ok,het=2xa,rr,2,0,3,9\n";
  const Comparison best = compared(rows, options);
  REQUIRE(best.entries.size() == 2);
  CHECK(best.entries[0].row.baseline == "het=2xa, rr");
}
