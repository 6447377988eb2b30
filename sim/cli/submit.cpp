#include <filesystem>
#include <memory>

#include "base/units.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/point_arguments.hpp"
#include "cli/study_arguments.hpp"
#include "study/cluster/quoting.hpp"
#include "study/cluster/recipes.hpp"
#include "study/cluster/slurm.hpp"

namespace hetsched {
namespace {

struct Options {
  StudyArguments study;
  PointArguments points;
  std::string output, jobs, emit, tasks, at_once, minutes;
  Strings sbatch;
  bool slurm = false, dry_run = false;
};

constexpr double kMinutes = 10;
constexpr std::size_t kMostTasks = 1'000'000;
/// Programs that run parts side by side need so many of them, that none is waited for in the end.
constexpr std::size_t kEvenTasks = 32;

void check_engine(const Options& options) {
  if (options.slurm && !options.emit.empty()) throw InputError("choose one of --slurm and --emit");
  if (options.slurm) return;
  if (options.emit.empty())
    throw InputError("say what runs the parts: --slurm, or --emit " + join(names_of<Recipe>(), ", --emit "));
  for (const auto& [name, given] :
       {std::pair("--at-once", !options.at_once.empty()), std::pair("--sbatch", !options.sbatch.empty()),
        std::pair("--dry-run", options.dry_run)})
    if (given) throw InputError(std::string(name) + " belongs to --slurm; --emit only prints a script");
}

double minutes(const Options& options) {
  if (options.minutes.empty()) return kMinutes;
  const std::optional<double> given = parse_decimal(options.minutes);
  if (given && *given > 0) return *given;
  throw InputError("--minutes must be a number above 0; found " + in_quotes(options.minutes));
}

/// How many parts there are to be, and why.
struct Parts {
  std::size_t number = 1;
  std::string why;
};

Parts parts(const Options& options, const Study& study, const Catalog& catalog, const SweepInParts& sweep) {
  std::size_t most = std::min(study.size(), kMostTasks);
  if (options.slurm) most = std::min(most, most_slurm_tasks().value_or(kSlurmTasks));
  if (!options.tasks.empty()) return {whole_number("--tasks", options.tasks, 1, most), "as --tasks says"};
  const std::optional<std::size_t> begun = parts_begun(sweep.results);
  if (begun && *begun <= most) return {*begun, "as it was begun"};
  constexpr double kPatience = 20;  // s
  const double duration = 60 * minutes(options);
  const PointCost cost = try_points(study, catalog, RecordLevel::none, std::min(kPatience, duration));
  std::size_t number = parts_of(study.size(), cost, duration, sweep.processors, most);
  if (!options.slurm) number = std::max(number, std::min(most, kEvenTasks));
  const double each = static_cast<double>(study.size()) * cost.seconds / static_cast<double>(number);
  return {number, "about " + rough_duration(each / sweep.processors) + " each (" + counted(cost.tried, "point") +
                      " tried, " + rough_duration(cost.seconds) + " on average)"};
}

SweepInParts sweep_of(const Options& options, const Study& study) {
  namespace fs = std::filesystem;
  const auto absolute = [](const fs::path& path) { return fs::absolute(path).lexically_normal(); };
  SweepInParts sweep;
  sweep.name = study.spec().name;
  sweep.points = study.size();
  if (!options.jobs.empty()) sweep.processors = static_cast<unsigned>(whole_number("-j", options.jobs, 1, 1024));
  sweep.program = fs::read_symlink("/proc/self/exe");
  sweep.where = fs::current_path();
  sweep.results = absolute(options.output.empty() ? results_folder(sweep.name) : fs::path(options.output));
  sweep.sweep = options.study.words();
  for (const std::string& word : options.points.words()) sweep.sweep.push_back(word);
  sweep.sweep.insert(sweep.sweep.begin(), absolute(options.study.experiment).string());
  for (const InputFile& file : study.inputs()) sweep.inputs.emplace_back(file.path);
  return sweep;
}

/// Everything that submitting would do.
std::string shown(const SlurmJobs& jobs, const std::string& why) {
  const std::filesystem::path folder = jobs.sweep.cluster_folder();
  std::string text = "# " + jobs.sweep.title() + ", " + why + "\n";
  for (const auto& [name, script] :
       {std::pair(kArrayScript, array_script(jobs)), std::pair(kMergeScript, merge_script(jobs))})
    text += "\n# " + visible((folder / name).string()) + "\n" + script;
  return text + "\n" + shell_words({"cd", "--", folder.string()}) + "\n" + shell_words(sbatch_array()) + "\n" +
         shell_words(sbatch_merge("NUMBER_OF_THAT_JOB")) + "\n";
}

ExitCode run(const Options& options) {
  check_engine(options);
  SweepOptions checked;
  options.points.set(checked);
  const auto kind = options.slurm ? Recipe() : static_cast<Recipe>(one_of("--emit", options.emit, names_of<Recipe>()));
  const Catalog catalog = options.study.catalog();
  const Study study = options.study.load(catalog);
  SweepInParts sweep = sweep_of(options, study);
  check_study_folder(sweep.results, sweep.name);  // or each part would be refused when it is run
  const Parts number = parts(options, study, catalog, sweep);
  sweep.parts = number.number;
  if (!options.slurm) {
    print(recipe(kind, sweep));
    return ExitCode::ok;
  }
  SlurmJobs jobs{sweep, 0, options.sbatch};
  if (!options.at_once.empty()) jobs.at_once = whole_number("--at-once", options.at_once, 1, kMostTasks);
  if (options.dry_run) {
    print(shown(jobs, number.why));
    return ExitCode::ok;
  }
  const SubmittedJobs submitted = submit(jobs);
  print(sweep.title() + ", " + number.why + "\nsubmitted: array job " + submitted.array + ", and job " +
        submitted.merge + " that then merges; squeue -j " + submitted.array + "," + submitted.merge +
        " shows them\nscripts and logs: " + sweep.cluster_folder().string() +
        "\nresults: " + (sweep.results / "points.csv").string() +
        ", once both have ended; the same command runs what is missing then\n");
  return ExitCode::ok;
}

}  // namespace

Command submit_command() {
  return {
      "submit",
      "Run an experiment in parts: as Slurm jobs, or by GNU parallel, Snakemake or make",
      "EXPERIMENT --slurm [options]\nEXPERIMENT --emit parallel|snakemake|make [options]",
      "Parts run where they see the same files, a part may be stopped and begun again anywhere, and all of them give "
      "the same bytes as one sweep. With --slurm: an array job, then one that merges. With --emit: prints a script. "
      "Options of "
      "sweep that say what is run (--policy, --set, --records, ...) are options of this command, too.",
      "hetsched submit experiments/quickstart --slurm --at-once 50 --sbatch=--time=1:00:00 -o results/quickstart\n"
      "hetsched submit experiments/quickstart --emit make --tasks 8 > quickstart.mk",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("EXPERIMENT", "experiment file, or its folder", options->study.experiment,
                             Arguments::Need::required);
        arguments.flag("--slurm", "submit jobs with sbatch", options->slurm);
        arguments.option("--emit", "ENGINE", "print a script for " + join(names_of<Recipe>(), ", "), options->emit);
        arguments.option("-o,--output", "DIR", "folder for the results (default: results/<name of the experiment>)",
                         options->output);
        arguments.option("--tasks", "N",
                         "number of parts (default: as begun in DIR, else so that each takes --minutes by what a few "
                         "points took here; with --emit at least 32)",
                         options->tasks);
        arguments.option("--minutes", "M", "that a part is to take (default: 10)", options->minutes);
        arguments.option("--at-once", "N", "parts that run at a time (default: all that the cluster lets)",
                         options->at_once);
        arguments.list("--sbatch", "OPTION", "option of sbatch for the jobs, as --partition=long; may be repeated",
                       options->sbatch);
        arguments.flag("--dry-run", "print scripts and commands, submit nothing", options->dry_run);
        arguments.option("-j,--jobs", "N", "runs at a time in each part, and processors asked for (default: 1)",
                         options->jobs);
        arguments.of_another_command();
        options->study.declare(arguments, "as the experiment says");
        options->points.declare(arguments);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
