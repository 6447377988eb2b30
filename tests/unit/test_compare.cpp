#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "base/files.hpp"
#include "study/choice.hpp"
#include "study/column_names.hpp"
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
  CHECK(low.notes[1] == "The first 1 seed chooses what represents a side; reported are the other seeds.");
  CHECK(low.entries[0].row.pairs == 1);  // seed 2
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

TEST_CASE("the policy that represents a side is chosen by other seeds than those reported") {
  // By seeds 9 and 10 (in this order, not as texts) edf is better; on 11 and 12 it is not, and that is what shows.
  const std::string rows =
      "0,ok,het,edf,9,0,1,1\n1,ok,het,edf,10,0,1,1\n2,ok,het,edf,11,0,8,1\n3,ok,het,edf,12,0,9,1\n"
      "4,ok,het,rr,9,0,2,1\n5,ok,het,rr,10,0,2,1\n6,ok,het,rr,11,0,2,1\n7,ok,het,rr,12,0,2,1\n"
      "8,ok,hom,edf,9,0,4,1\n9,ok,hom,edf,10,0,4,1\n10,ok,hom,edf,11,0,4,1\n11,ok,hom,edf,12,0,4,1\n";
  const Comparison c = compared(rows, {{{"platform", "hom"}}, {"energy_j"}, true});
  CHECK(c.entries[0].group == Strings{"het", "edf"});
  CHECK(*c.entries[0].row.mean == 8.5);
  CHECK(c.entries[0].row.pairs == 2);
  CHECK(c.notes[1] == "The first 2 seeds choose what represents a side; reported are the other seeds.");
  const Comparison one = compared("0,ok,het,edf,1,0,1,1\n1,ok,het,rr,1,0,2,1\n2,ok,hom,rr,1,0,4,1\n",
                                  {{{"platform", "hom"}}, {"energy_j"}, true});
  CHECK(one.entries[0].row.pairs == 1);
  CHECK(one.notes[1].find("chosen by the very runs that are reported") != std::string::npos);
}

TEST_CASE("at equal load the best policy is sought among those that keep the bound") {
  CompareOptions options{{{"platform", "hom"}}, {"energy_j"}};
  options.at_equal = AtEqual::load;
  options.bound = MetricBound{"miss_rate", true, 0.1};
  const Comparison c = compared(kRows, options);  // hom: rr misses nothing, edf needs less energy; het: rr misses 0.3
  REQUIRE(c.entries.size() == 4);                 // energy and misses of het and of hom
  CHECK(c.entries[0].group == Strings{"het", "edf"});
  CHECK(c.entries[1].row.metric == "miss_rate");
  CHECK(c.entries[2].group == Strings{"hom", "edf"});
  CHECK(c.notes[0] ==
        "Compared with platform hom; at equal load, of each side only the policy with its best mean energy_j counts "
        "that keeps a mean miss_rate <= 0.1; runs are paired by seed.");
  options.bound->value = 0.05;
  const Comparison none = compared(kRows, options);  // het has no such policy
  CHECK(none.entries[0].group == Strings{"hom", "edf"});
  CHECK(none.notes.back() ==
        "2 of 4 groups are of a side with nothing that keeps miss_rate <= 0.05, and are left out.");
  options.at_equal.reset();
  CHECK(errors(kRows, options).size() == 1);  // a bound of what?
}

TEST_CASE("at an equal budget the load is chosen, too: the largest goodput within the bound") {
  const auto row = [](int point, const std::string& platform, const std::string& load, const std::string& miss,
                      const std::string& goodput) {
    return std::to_string(point) + ",ok,," + platform + ",w,edf,1," + load + "," + miss + ",1," + goodput + "\n";
  };
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("hetsched_budget_" + std::to_string(::getpid()));
  write_file(folder / "points.csv",
             "point,status,error,platform,workload,policy,seed,workload.load,miss_rate,energy_j,goodput_rps\n" +
                 row(0, "het", "1", "0", "10") + row(1, "het", "2", "0.005", "20") + row(2, "het", "3", "0.3", "25") +
                 row(3, "hom", "1", "0", "10") + row(4, "hom", "2", "0.2", "18") + row(5, "hom", "3", "0.4", "19"));
  CompareOptions options{{{"platform", "hom"}}, {}};
  options.at_equal = AtEqual::power;
  Problems problems;
  const Comparison c = compare(folder, options, problems);
  std::filesystem::remove_all(folder);
  REQUIRE(problems.empty());
  CHECK(c.titles == Strings{"platform", "load"});
  CHECK(c.entries[0].group == Strings{"het", "2"});
  CHECK(c.entries[0].row.metric == "goodput_rps");
  CHECK(*c.entries[0].row.value == doctest::Approx(2));
  CHECK(c.entries[0].row.baseline == "hom, 1");
}

TEST_CASE("rows are filtered by any factor; the same one again means either") {
  CompareOptions options{{{"platform", "hom"}}, {"energy_j"}};
  options.where = {{"policy", "rr"}};
  CHECK(compared(kRows, options).entries.size() == 1);
  CHECK(compared(kRows, options).entries[0].row.value == 0.5);
  options.where = {{"policy", "rr"}, {"policy", "edf"}, {"seed", "2"}};
  const Comparison both = compared(kRows, options);
  CHECK(both.entries.size() == 2);
  CHECK(both.entries[0].row.pairs == 1);
  options.where = {{"polcy", "rr"}};
  CHECK(errors(kRows, options) == Strings{"--where polcy=rr: \"polcy\" is no column to compare by; did you mean "
                                          "\"policy\"? columns: platform, workload, policy, seed"});
}

TEST_CASE("columns go by the shortest end of their name that is no other's") {
  const Strings columns = {"platform", "workload.load", "workload.streams.a.arrival.rate",
                           "workload.streams.b.arrival.rate"};
  CHECK(short_names(columns) == Strings{"platform", "load", "a.arrival.rate", "b.arrival.rate"});
  Problems problems;
  CHECK(column_named(columns, "load", "", problems) == "workload.load");
  CHECK(column_named(columns, "b.arrival.rate", "", problems) == columns[3]);
  CHECK(problems.empty());
  CHECK(column_named(columns, "rate", "--where rate=1", problems).empty());
  CHECK(to_string(problems.all()[0]).find("is the end of several columns: workload.streams.a") != std::string::npos);
}

TEST_CASE("factors that vary together are one: a baseline that names one of them has named both") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("hetsched_coupled_" + std::to_string(::getpid()));
  write_file(folder / "points.csv",
             "point,status,error,platform,workload,policy,seed,platform.kinds.k.max_batch,platform.kinds.k.slots,"
             "energy_j\n0,ok,,p,w,edf,1,1,2,8\n1,ok,,p,w,edf,1,4,1,4\n2,ok,,p,w,rr,1,1,2,6\n3,ok,,p,w,rr,1,4,1,2\n");
  for (const std::string column : {"max_batch", "slots"}) {
    CompareOptions options{{{column, "1"}}, {"energy_j"}};
    Problems problems;
    const Comparison c = compare(folder, options, problems);
    REQUIRE(problems.empty());
    REQUIRE(c.entries.size() == 2);
    CHECK(c.titles == Strings{"policy", column});
    CHECK(*c.entries[0].row.value == (column == "slots" ? 2 : 0.5));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("several comparisons at once have p values by Holm's rule, and the table says so") {
  const Comparison c = compared(
      "0,ok,het,edf,1,0.1,1.1,1\n1,ok,het,edf,2,0.1,1,2\n2,ok,het,edf,3,0.1,1,2\n"
      "3,ok,hom,edf,1,0.1,2,1\n4,ok,hom,edf,2,0.1,2,2\n5,ok,hom,edf,3,0.1,2,3\n",
      {{{"platform", "hom"}}, {"energy_j", "goodput_rps"}, false});
  REQUIRE(c.entries.size() == 2);
  CHECK(*c.entries[0].row.p < 0.01);
  CHECK(*c.entries[0].row.p_holm == doctest::Approx(2 * *c.entries[0].row.p));
  CHECK(*c.entries[1].row.p_holm == doctest::Approx(*c.entries[1].row.p));
  CHECK(c.notes[1].find("2 comparisons at once: * marks") == 0);
}

TEST_CASE("the front of two metrics: what no other group is better than in one and as good in the other") {
  CompareOptions options{{{"platform", "hom"}}, {"energy_j"}};
  options.pareto = {"energy_j", "goodput_rps"};
  const Comparison c = compared(kRows, options);  // het edf 1.5, 15; het rr 4, 15; hom edf 3, 7.5; hom rr 8, 8
  CHECK(*c.entries[0].row.pareto);
  CHECK_FALSE(*c.entries[1].row.pareto);
  options.pareto = {"energy_j"};
  CHECK(errors(kRows, options).size() == 1);
}

TEST_CASE("a comparison as CSV") {
  const Comparison c =
      compared("0,ok,het,edf,1,0.5,1,10\n1,ok,hom,edf,1,0.25,2,5\n", {{{"platform", "hom"}}, {"energy_j"}, false});
  CHECK(to_csv(c) ==
        "platform,metric,baseline,pairs,mean,mean_low,mean_high,baseline_mean,effect,value,low,high,p,p_holm,pareto\n"
        "het,energy_j,hom,1,1,,,2,ratio,0.5,,,,,\n");
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
  CHECK(parse_column_value("--baseline", "platform=a=b", problems) ==
        std::pair<std::string, std::string>("platform", "a=b"));
  (void)parse_column_value("--baseline", "platform", problems);
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
                        "undecided",      "never_finished",
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
