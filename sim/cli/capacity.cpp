#include "study/gain.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/files.hpp"
#include "base/units.hpp"
#include "cli/arguments.hpp"
#include "cli/merged.hpp"
#include "cli/output.hpp"
#include "cli/point_arguments.hpp"
#include "cli/progress.hpp"
#include "cli/study_arguments.hpp"
#include "record/summary.hpp"
#include "study/alternatives.hpp"
#include "study/paths.hpp"
#include "study/study_folder.hpp"

namespace hetsched {
namespace {

struct Options {
  StudyArguments study;
  PointArguments points;
  std::string target, factor = "workload.load", between = "0.1:10", precision = "0.02", replicates, output, jobs;
  std::string metric = "power_mean_w";
  bool quiet = false, overwrite = false;
};

/// "0.1:10", or with units of the factor's.
void set_range(const std::string& text, const SettingPath& factor, CapacityLimits& limits) {
  const std::size_t colon = text.find(':');
  const auto value = [&](std::string_view part) -> std::optional<double> {
    if (const auto number = parse_decimal(trimmed(part))) return number;
    const Json quantity = in_si(factor, std::string(trimmed(part)));
    return quantity.is_number() ? std::optional(quantity.get<double>()) : std::nullopt;
  };
  if (colon != std::string::npos) {
    const auto least = value(std::string_view(text).substr(0, colon));
    const auto most = value(std::string_view(text).substr(colon + 1));
    if (least && most && 0 < *least && *least < *most) {
      limits.least = *least;
      limits.most = *most;
      return;
    }
  }
  throw InputError(
      "--between must be LEAST:MOST, two values of the factor with 0 < LEAST < MOST, as in 0.1:10; found " +
      in_quotes(text));
}

CapacityOptions options_of(const Options& options) {
  Problems problems;
  CapacityOptions wanted;
  if (const auto target = parse_bound("--target", options.target, problems)) wanted.target = *target;
  problems.throw_if_any();
  const Strings metrics = field_names<RunSummary>();
  if (std::find(metrics.begin(), metrics.end(), options.metric) == metrics.end())
    throw InputError("--metric: " + in_quotes(options.metric) + " is no metric" +
                     alternatives(options.metric, "metrics", metrics));
  wanted.factor = SettingPath(options.factor);
  check_load_factor(wanted.factor);
  set_range(options.between, wanted.factor, wanted.limits);
  const auto precision = parse_decimal(options.precision);
  if (!precision || *precision < 1e-4 || *precision >= 1)
    throw InputError("--precision must be a part of the capacity from 0.0001 to below 1, such as 0.02; found " +
                     in_quotes(options.precision));
  wanted.limits.precision = *precision;
  return wanted;
}

std::string capacity_text(const CapacityRow& row) {
  if (!row.capacity) return "-";
  const char* sign = row.found == CapacityFound::at_least ? ">= " : row.found == CapacityFound::at_most ? "< " : "";
  return sign + number(*row.capacity);
}

std::string interval_text(const CapacityRow& row) {
  if (!row.low && !row.high) return "-";
  return "[" + (row.low ? number(*row.low) : "?") + ", " + (row.high ? number(*row.high) : "?") + "]";
}

/// Columns in which no two combinations differ are left out, unless there is nothing else.
std::string table_of(const Capacities& capacities) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < capacities.columns.size(); ++i)
    for (const auto& entry : capacities.entries)
      if (entry.labels[i] != capacities.entries.front().labels[i]) {
        shown.push_back(i);
        break;
      }
  if (shown.empty())
    for (std::size_t i = 0; i < capacities.columns.size(); ++i) shown.push_back(i);
  std::vector<Table::Column> columns;
  for (const std::size_t i : shown) columns.push_back({capacities.columns[i], Table::Align::left});
  columns.push_back({"capacity"});
  columns.push_back({"[95%]", Table::Align::left});
  columns.push_back({"+-"});
  columns.push_back({"", Table::Align::left});
  Table table(columns);
  for (const auto& [labels, row] : capacities.entries) {
    Strings cells;
    for (const std::size_t i : shown) cells.push_back(labels[i]);
    cells.push_back(capacity_text(row));
    cells.push_back(interval_text(row));
    cells.push_back(percent(row.half_width));
    cells.emplace_back(row.found == CapacityFound::failed ? "failed" : row.monotone ? "" : "not monotone");
    table.add(cells);
  }
  return table.text();
}

std::string ratio_text(std::optional<double> ratio, std::optional<double> low, std::optional<double> high) {
  if (!ratio) return "-";
  return "x" + number(*ratio) + (low && high ? " [" + number(*low) + ", " + number(*high) + "]" : "");
}

/// Below the name of a platform, what it gains over each of its baselines.
std::string table_of(const Gains& gains, const CapacityOptions& wanted) {
  const std::string unit = unit_of(gains.rows.front().metric);
  Table table({{"platform", Table::Align::left},
               {"workload", Table::Align::left},
               {"policy", Table::Align::left},
               {gains.rows.front().metric},
               {"vs baseline [95%]", Table::Align::left},
               {"policy", Table::Align::left},
               {"capacity"},
               {"vs baseline [90%]", Table::Align::left}});
  const GainRow* before = nullptr;
  for (const GainRow& row : gains.rows) {
    if (before == nullptr || before->platform != row.platform || before->workload != row.workload) {
      if (before != nullptr) table.add_gap();
      table.add({row.platform, row.workload, row.policy.empty() ? "-" : row.policy, quantity(row.value, unit), "",
                 row.capacity_policy, row.capacity ? number(*row.capacity) : "-", ""});
    }
    table.add({"  over " + row.baseline, "", row.baseline_policy.empty() ? "-" : row.baseline_policy,
               quantity(row.baseline_value, unit),
               ratio_text(row.ratio, row.ratio_low, row.ratio_high) +
                   (row.ratio_p_holm && *row.ratio_p_holm <= 0.05 ? " *" : ""),
               row.baseline_capacity_policy, row.baseline_capacity ? number(*row.baseline_capacity) : "-",
               ratio_text(row.capacity_ratio, row.capacity_ratio_low, row.capacity_ratio_high)});
    before = &row;
  }
  return "At " + wanted.factor.text() + " " + format_number(*wanted.equal) + ", and in capacity:\n\n" + table.text();
}

ExitCode run(Options options, const Strings& command_line) {
  CapacityOptions wanted = options_of(options);
  // Within the range, so that what is checked is what will be run.
  const double some = std::min(std::max(1.0, wanted.limits.least), wanted.limits.most);
  options.study.settings.push_back(wanted.factor.text() + "=" + format_number(some));
  if (!options.replicates.empty())
    options.study.settings.push_back("replicates=" +
                                     std::to_string(whole_number("--replicates", options.replicates, 1, 100000)));
  const Catalog catalog = options.study.catalog();
  const Study study = options.study.load(catalog);
  if (compares_platforms(study.spec().baseline.value)) wanted.equal = some;
  SweepOptions sweep_options;
  sweep_options.directory =
      options.output.empty() ? results_folder(capacity_name(study.spec().name)) : std::filesystem::path(options.output);
  if (!options.jobs.empty()) sweep_options.jobs = static_cast<unsigned>(whole_number("-j", options.jobs, 1, 1024));
  sweep_options.overwrite = options.overwrite;
  options.points.set(sweep_options);
  sweep_options.records = options.study.record_level();
  sweep_options.argv = command_line;
  ProgressLine line(options.quiet ? ProgressLine::Style::none : ProgressLine::default_style());
  sweep_options.progress = [&](const SweepProgress& progress) { line.show(progress); };
  sweep_options.note = [&](const std::string& text) {
    line.clear();
    if (!options.quiet) note_on_stderr(text);
  };
  const Capacities capacities = find_capacities(study, catalog, wanted, sweep_options);
  line.clear();
  for (const auto& [labels, row] : capacities.entries)
    if (!row.error.empty())
      std::fprintf(stderr, "hetsched: failed: %s: %s\n", visible(join(labels, ", ")).c_str(),
                   visible(row.error).c_str());
  const ExitCode code = capacities.outcome.exit_code();
  if (options.quiet) return code;
  if (capacities.outcome.stopped) {
    print("interrupted; the same command goes on\n");
    return code;
  }
  print(table_of(capacities) + "\n");
  for (const std::string& note : capacities.notes) print(wrapped(note, 0));
  if (wanted.equal) {
    Problems problems;
    const Gains gains = gains_of(sweep_options.directory, capacities, wanted, some, options.metric, problems);
    problems.throw_if_any();
    write_file(sweep_options.directory / kGainFile, to_csv(gains));
    if (!gains.rows.empty()) print("\n" + table_of(gains, wanted) + "\n");
    for (const std::string& note : gains.notes) print(wrapped(note, 0));
  }
  print("results: " + (sweep_options.directory / kCapacityFile).string() +
        "; all runs: " + (sweep_options.directory / kPointsFile).string() + "\n");
  return code;
}

}  // namespace

Command capacity_command() {
  return {
      "capacity",
      "Find the largest load at which a metric keeps a bound",
      "EXPERIMENT --target BOUND [options]",
      "For every combination of the experiment's factors but the load itself, by bisection over runs with the same "
      "seeds at every load. What has been run is not run again: the same command goes on where it was stopped, and "
      "another target uses the same runs. Options that say what is run are those of hetsched run; stop_when of the "
      "experiment does not hold.",
      "hetsched capacity experiments/quickstart --target \"miss_rate <= 0.01\" --replicates 10\n"
      "hetsched capacity my.json --target \"latency_p99_s <= 50 ms\" --between 0.5:4\n"
      "hetsched capacity my.json --target \"miss_rate <= 0\" --factor workload.streams.camera.arrival.rate --between "
      "10:500",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("EXPERIMENT", "experiment file, or its folder", options->study.experiment,
                             Arguments::Need::required);
        arguments.option("--target", "BOUND",
                         "what the mean of a metric is to keep: \"METRIC <= VALUE\" or \"METRIC >= VALUE\"",
                         options->target, Arguments::Need::required);
        arguments.option("--factor", "PATH", "what is called load here (default: workload.load)", options->factor);
        arguments.option("--between", "LEAST:MOST", "loads that are tried (default: 0.1:10)", options->between);
        arguments.option("--precision", "PART",
                         "half width of the 95% interval, as part of the capacity (default: 0.02)", options->precision);
        arguments.option(
            "--metric", "COLUMN",
            "where the experiment has baseline platforms: what is compared at the load that it says (1, if "
            "it says none; default: power_mean_w)",
            options->metric);
        arguments.option("--replicates", "N", "runs at each load (default: the experiment's)", options->replicates);
        arguments.option("-o,--output", "DIR",
                         "folder for the results (default: results/<name of the experiment>-capacity)",
                         options->output);
        arguments.option("-j,--jobs", "N", "runs at a time (default: one per processor that it may use)",
                         options->jobs);
        options->points.declare(arguments);
        arguments.flag("--overwrite", "begin anew: delete what the folder holds, also of another experiment",
                       options->overwrite);
        arguments.flag("-q,--quiet", "print errors only", options->quiet);
        arguments.of_another_command();
        options->study.declare(arguments, "as the experiment says");
        return [options](const Strings& command_line) { return run(*options, command_line); };
      }};
}

}  // namespace hetsched
