#include "study/sweep.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/files.hpp"
#include "base/processors.hpp"
#include "cli/arguments.hpp"
#include "cli/merged.hpp"
#include "cli/output.hpp"
#include "cli/point_arguments.hpp"
#include "cli/policy_arguments.hpp"
#include "cli/progress.hpp"
#include "cli/study_arguments.hpp"
#include "engine/executors/executors.hpp"
#include "study/calibrate.hpp"
#include "study/expand.hpp"
#include "study/study_folder.hpp"

namespace hetsched {
namespace {

struct Options {
  StudyArguments study;
  PointArguments points;
  std::string output, jobs, cross_checks, shard, plan;
  CodeArgument code;
  bool dry_run = false, quiet = false, overwrite = false;
};

struct Failure {
  std::string title, error;
};
constexpr std::size_t kFailuresTold = 10;

unsigned number_of_jobs(const Options& options) {
  return static_cast<unsigned>(whole_number("-j", options.jobs, 1, 1024));
}

/// What the study will take: time and space, from a few points that are run.
std::string estimate(const Study& study, const Catalog& catalog, const Options& options) {
  constexpr double kLimit = 2;  // s
  for (std::size_t point = 0; point < study.size() && options.code.code() != ForeignCode::runs; ++point)
    if (!study.is_built_in(point)) return "time and space: not tried; --code runs some of its points\n";
  const Recording recording(options.study.record_level().value_or(study.spec().records), study.spec().compress);
  const PointCost cost = try_points(study, catalog, recording, kLimit);
  const unsigned jobs = options.jobs.empty() ? available_processors() : number_of_jobs(options);
  const auto points = static_cast<double>(study.size());
  return "about " + rough_duration(points * cost.seconds / std::min(points, static_cast<double>(jobs))) + " with " +
         counted(jobs, "run") + " at a time, and " + quantity(points * cost.bytes, "B", 2) + " on the disk (" +
         counted(cost.tried, "point") + " tried" + (study.spec().stop_when ? "; all replicates counted" : "") + ")\n";
}

ExitCode list_points(const Study& study, const Catalog& catalog, const Options& options) {
  constexpr std::size_t kEnds = 5;
  print(study.spec().name + ": " + (study.spec().stop_when ? "at most " : "") + counted(study.size(), "point") +
        "\n\n");
  std::vector<Table::Column> columns = {{"point"}};
  for (const std::string& name : study.label_names()) columns.push_back({name, Table::Align::left});
  Table table(columns);
  for (std::size_t point = 0; point < study.size(); ++point) {
    if (study.size() > 2 * kEnds + 1 && point == kEnds) {
      point = study.size() - kEnds;
      Strings dots(columns.size());
      dots[0] = "...";
      table.add(dots);
    }
    Strings cells = study.labels(point);
    cells.insert(cells.begin(), study.point_name(point));
    table.add(cells);
  }
  print(table.text());
  tell_not_tried(study.not_tried());
  print("\n" + estimate(study, catalog, options));
  return ExitCode::ok;
}

std::string cross_check_line(const CrossCheck& check) {
  if (check.points().empty()) return "";
  std::string text = "cross-check: " + counted(check.points().size(), "point") + " on " +
                     std::string(reference_executor().name) + ", ";
  const auto largest = std::max_element(check.largest().begin(), check.largest().end(),
                                        [](const auto& a, const auto& b) { return a.relative < b.relative; });
  if (largest == check.largest().end()) return text + "all metrics the same\n";
  std::array<char, 32> relative{};
  std::snprintf(relative.data(), relative.size(), "%.2g", largest->relative);
  return text + "largest difference " + relative.data() + " (" + largest->metric + "); all in " +
         std::string(kStudyFile) + "\n";
}

void print_outcome(const SweepOutcome& outcome, const std::vector<Failure>& failures, const Options& options,
                   const std::filesystem::path& folder) {
  for (const Failure& failure : failures)
    std::fprintf(stderr, "hetsched: failed: %s: %s\n", visible(failure.title).c_str(), visible(failure.error).c_str());
  if (outcome.points.failed > failures.size())
    std::fprintf(stderr, "hetsched: ... and %s; column error of points.csv has them all\n",
                 counted(outcome.points.failed - failures.size(), "more failed point").c_str());
  for (const std::string& point : outcome.without_files)
    std::fprintf(stderr, "hetsched: its results are known, but not its files: point %s\n", visible(point).c_str());
  const CrossCheck& check = outcome.cross_check;
  for (const Strings& all : {check.broken(), outcome.earlier_broken})
    for (const std::string& what : all)
      std::fprintf(stderr, "hetsched: cross-check: %s: more than %g %% apart\n", visible(what).c_str(),
                   100 * CrossCheck::kBound);
  for (const std::string& point : check.failed())
    std::fprintf(stderr, "hetsched: cross-check: fails on %s: point %s\n",
                 std::string(reference_executor().name).c_str(), visible(point).c_str());
  if (options.quiet) return;
  std::string text = counted(outcome.points.total, "point") + " in " + rough_duration(outcome.wall) + ": " +
                     std::to_string(outcome.points.ok) + " ok";
  if (outcome.points.failed > 0) text += ", " + std::to_string(outcome.points.failed) + " failed";
  if (outcome.check_stopped)
    text += "; the cross-check was interrupted (the same command makes it)";
  else if (outcome.stopped)
    text += ", " + std::to_string(outcome.points.interrupted) + " not run: interrupted (the same command goes on)";
  if (outcome.reused > 0) text += " (" + std::to_string(outcome.reused) + " had been run before)";
  text += "\n" + cross_check_line(check);
  print(text + "results: " + (folder / kPointsFile).string() + ", one row per point\n");
}

/// "3/7"
Shard shard_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto part = [&](const std::string& digits) -> std::size_t {
    const bool is_number =
        !digits.empty() && digits.size() < 8 && digits.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? std::stoul(digits) : 0;
  };
  if (slash != std::string::npos) {
    const Shard shard{part(text.substr(0, slash)), part(text.substr(slash + 1))};
    if (shard.index >= 1 && shard.index <= shard.count) return shard;
  }
  throw InputError("--shard must be I/N, as 1/8 to 8/8 for eight parts; found " + in_quotes(text));
}

ExitCode write_plan(const Study& study, const std::string& file) {
  executor_named(study.spec().executor).load();  // it is part of the build that points are known by
  const std::string text = Plan::of(study).text();
  if (file == "-")
    print(text);
  else
    write_file(file, text);
  return ExitCode::ok;
}

ExitCode run(const Options& options, const Strings& command_line) {
  const Catalog catalog = options.study.catalog(options.dry_run ? options.code.code() : ForeignCode::runs);
  const Study study = options.study.load(catalog);
  if (!options.quiet) {
    tell_passed_over(study.notes());
    tell_without_effect(study.without_effect());
    tell_assumed(study.assumed());
  }
  if (options.dry_run) return list_points(study, catalog, options);
  if (!options.plan.empty()) return write_plan(study, options.plan);
  SweepOptions sweep_options;
  sweep_options.directory =
      options.output.empty() ? results_folder(study.spec().name) : std::filesystem::path(options.output);
  if (!options.jobs.empty()) sweep_options.jobs = number_of_jobs(options);
  if (!options.cross_checks.empty()) {
    sweep_options.cross_checks = whole_number("--cross-check", options.cross_checks, 0, kMaxPoints);
    if (executor_named(study.spec().executor).name == reference_executor().name)
      throw InputError("--cross-check repeats points on " + std::string(reference_executor().name) +
                       ", on which this study is run already; choose another executor, as --executor fluid");
  }
  sweep_options.overwrite = options.overwrite;
  options.points.set(sweep_options);
  if (!options.shard.empty()) sweep_options.shard = shard_of(options.shard);
  sweep_options.records = options.study.record_level();
  sweep_options.paranoid = options.study.paranoid;
  sweep_options.argv = command_line;
  ProgressLine line(options.quiet ? ProgressLine::Style::none : ProgressLine::default_style());
  std::vector<Failure> failures;
  sweep_options.progress = [&](const SweepProgress& progress) {
    line.show(progress);
    if (progress.point_ended && !progress.error.empty() && failures.size() < kFailuresTold)
      failures.push_back({progress.label, progress.error});
  };
  sweep_options.note = [&](const std::string& text) {
    line.clear();
    if (!options.quiet) note_on_stderr(text);
  };
  const SweepOutcome outcome = sweep(study, catalog, sweep_options);
  line.clear();
  print_outcome(
      outcome, failures, options,
      options.shard.empty() ? sweep_options.directory : shard_folder(sweep_options.directory, *sweep_options.shard));
  return outcome.exit_code();
}

}  // namespace

Command sweep_command() {
  return {
      "sweep",
      "Run every point of an experiment in parallel; results go to points.csv",
      "EXPERIMENT [options]",
      "Options that say what is run (--platform, --workload, --policy, --seed, --set, --executor, --records, ...) are "
      "those of hetsched run. A factor of the experiment that one of them sets is fixed to that value. What has been "
      "run "
      "is not run again: the same command goes on where it was stopped, and a larger experiment runs what is new in "
      "it.",
      "hetsched sweep experiments/quickstart -o results/quickstart -j 4\n"
      "hetsched sweep experiments/quickstart --policy mct --set replicates=20\n"
      "hetsched sweep experiments/xrbench --dry-run",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("EXPERIMENT", "experiment file, or its folder", options->study.experiment,
                             Arguments::Need::required);
        arguments.option("-o,--output", "DIR", "folder for the results (default: results/<name of the experiment>)",
                         options->output);
        arguments.option("-j,--jobs", "N", "runs at a time (default: one per processor that it may use)",
                         options->jobs);
        arguments.option("--cross-check", "N",
                         "with executor fluid: points that are run on simgrid as well, to compare (default: one, and "
                         "more while they take less than 5 % of the time)",
                         options->cross_checks);
        options->points.declare(arguments);
        arguments.flag("--overwrite", "begin anew: delete what the folder holds, also of another experiment",
                       options->overwrite);
        arguments.option("--shard", "I/N",
                         "run part I of N only, into DIR/shards; hetsched merge DIR puts the parts together",
                         options->shard);
        arguments.option("--plan", "FILE", "only write the points with their ids, as CSV; -: to standard output",
                         options->plan);
        arguments.flag("--dry-run", "only check, and list the points", options->dry_run);
        options->code.declare(arguments);
        arguments.flag("-q,--quiet", "print errors only", options->quiet);
        arguments.of_another_command();
        options->study.declare(arguments, "as the experiment says");
        return [options](const Strings& command_line) { return run(*options, command_line); };
      }};
}

}  // namespace hetsched
