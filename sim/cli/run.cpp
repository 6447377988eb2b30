#include "study/run.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/abrupt_end.hpp"
#include "cli/arguments.hpp"
#include "cli/failure.hpp"
#include "cli/output.hpp"
#include "cli/study_arguments.hpp"
#include "engine/crash_report.hpp"
#include "engine/watchdog.hpp"
#include "record/result_files.hpp"
#include "study/effects.hpp"
#include "study/output_directory.hpp"

namespace hetsched {
namespace {

using Align = Table::Align;
constexpr std::string_view kDefaultFolder = "results/run";

struct Options {
  StudyArguments study;
  std::string point, output;
  bool dry_run = false;
  CodeArgument code;
};

template <class S>
Strings outcome_cells(const std::string& name, const S& s) {
  return {name,
          std::to_string(s.released),
          std::to_string(s.finished - s.late),
          std::to_string(s.late),
          std::to_string(s.dropped),
          std::to_string(s.unfinished),
          percent(s.miss_rate),
          quantity(s.latency_p50, "s"),
          quantity(s.latency_p95, "s"),
          quantity(s.energy_per_inference, "J")};
}

void print_streams(const RunResult& result) {
  Table table({{"stream", Align::left},
               {"released"},
               {"on time"},
               {"late"},
               {"dropped"},
               {"unfinished", Align::right, "0"},
               {"miss rate"},
               {"latency p50"},
               {"p95"},
               {"energy each"}});
  for (const StreamSummary& stream : result.streams) table.add(outcome_cells(stream.stream, stream));
  if (result.streams.size() > 1) table.add(outcome_cells("all", result.summary));
  print(table.text());
}

/// "39.17 J: idle 1.2 J (3.1%), active ..."; parts that are zero are left out.
std::string energy_text(const RunSummary& s) {
  if (s.energy == 0) return "0 J: the inputs state no power or energy";
  const std::pair<const char*, double> parts[] = {
      {"base", s.energy_base}, {"idle", s.energy_idle}, {"active", s.energy_active}, {"transfer", s.energy_transfer}};
  std::string text;
  for (const auto& [name, value] : parts)
    if (value != 0)
      text += (text.empty() ? ": " : ", ") + std::string(name) + " " + quantity(value, "J") + " (" +
              percent(value / s.energy) + ")";
  return quantity(s.energy, "J") + text + "; mean power " + quantity(s.power_mean, "W");
}

void line(std::string name, const std::string& text) {
  name.resize(13, ' ');
  print(name + text + "\n");
}

void print_totals(const RunSummary& s) {
  print("\n");
  line("energy", energy_text(s));
  line("throughput", quantity(s.throughput, "1/s") + " finished, " + quantity(s.goodput, "1/s") + " on time");
  if (s.score) line("score", number(*s.score) + " (XRBench)");
  if (s.accuracy_loss_mean.value_or(0) > 0) line("accuracy", percent(s.accuracy_loss_mean) + " lost to variants");
  if (s.failures > 0) line("failures", counted(s.failures, "task") + " failed with their accelerator");
}

/// What is there, but does nothing; what is not said.
void print_without_effect(const Scenario& scenario, const Prepared& prepared, const Catalog& catalog) {
  for (const std::string& note : without_effect(scenario.policy, scenario.platform, catalog)) line("no effect", note);
  for (const std::string& note : without_effect(scenario, prepared.tables())) line("no effect", note);
  for (const std::string& note : assumptions(scenario.platform)) line("assumed", note);
}

void print_accelerators(const std::filesystem::path& folder, const RunSummary& summary) {
  Problems problems;
  const std::filesystem::path file = stored_file(folder, kAcceleratorsFile);
  if (folder.empty() || !std::filesystem::exists(file)) {
    line("utilisation", percent(summary.utilisation) + " busy on average");
    return;
  }
  const auto rows = read_csv<AcceleratorRow<std::string>>(file, problems);
  problems.throw_if_any();
  Table table({{"accelerator", Align::left},
               {"kind", Align::left},
               {"tasks"},
               {"busy"},
               {"overhead", Align::right, "0.0%"},
               {"waiting", Align::right, "0.0%"},
               {"idle"},
               {"off", Align::right, "0.0%"},
               {"energy"}});
  for (const auto& row : rows)
    table.add({row.accelerator, row.kind, std::to_string(row.tasks), percent(row.busy), percent(row.overhead),
               percent(row.waiting), percent(row.idle), percent(row.off),
               quantity(row.energy_idle + row.energy_active, "J")});
  print("\n" + table.text());
}

void print_files(const std::filesystem::path& folder, RecordLevel level, bool is_default) {
  print("\nfiles in " + folder.string() + "/");
  if (is_default) print(" (replaced by the next run without -o)");
  print("\n");
  const auto file = [&](std::string_view name, const std::string& what) {
    print(definition(stored_file(folder, name).filename().string(), what, 20));
  };
  file(kSummaryFile, "all metrics of the run");
  if (level != RecordLevel::none) file(kRequestsFile, "one row per request");
  if (level == RecordLevel::all) {
    file(kTasksFile, "one row per task");
    print("hetsched trace " + folder.string() + " makes a timeline of it for https://ui.perfetto.dev.\n");
  }
  print("hetsched schema results explains every file and column.\n");
}

ExitCode run(const Options& options, const Strings& command_line) {
  end_when_told_to();
  const Catalog catalog = options.study.catalog(options.dry_run ? options.code.code() : ForeignCode::runs);
  const Study study = options.study.load(catalog);
  const std::size_t point = options.study.point(study, options.point);
  const Scenario scenario = study.resolve(point);
  const auto prepared = study.prepared(point);
  if (options.dry_run) {
    print(to_json(scenario).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    tell_not_tried(study.not_tried());
    return ExitCode::ok;
  }
  if (!study.is_policy_made(point))
    throw PolicyError(scenario.policy.title(), 0, "being made", "it ended the process, or took too long");
  const RecordLevel level = options.study.record_level().value_or(RecordLevel::all);
  std::filesystem::path folder = options.output;
  if (folder.empty() && level != RecordLevel::none) folder = kDefaultFolder;
  if (!folder.empty()) repair_output(folder, kManifestFile);
  std::optional<PolicyCrashReport> crash_report;
  const PolicyEntry* entry = catalog.find(scenario.policy.name);
  if (!entry || catalog.plugin_of(*entry)) crash_report.emplace(scenario.policy.title());
  watch_calls(tell_stuck_policy_and_end);
  watch_executor(tell_executor_crash_and_end);
  Simulation simulation;  // is taken apart when all has been written and said, also of an error
  try {
    const RunResult result = folder.empty()
                                 ? simulation.run(scenario, *prepared, catalog)
                                 : simulation.run_into(folder, scenario, *prepared, catalog,
                                                       {level, study.spec().compress}, {command_line, study.inputs()});
    crash_report.reset();

    print(scenario.title() + ": " + quantity(result.summary.makespan, "s") + " simulated in " +
          quantity(result.cost.wall, "s") + "\n\n");
    print_streams(result);
    print_totals(result.summary);
    print_without_effect(scenario, *prepared, catalog);
    print_accelerators(folder, result.summary);
    if (!folder.empty()) print_files(folder, level, options.output.empty());
    flush_output();
    return ExitCode::ok;
  } catch (...) {
    crash_report.reset();
    return tell_exception();
  }
}

}  // namespace

Command run_command() {
  return {"run",
          "Simulate one run, print a summary and write its records",
          "--platform FILE --workload FILE --policy NAME [options]\nEXPERIMENT [options]",
          "A value in PATH=VALUE is written as in JSON (\"20 ms\", 1e9, true); files are relative to the "
          "current folder.",
          "hetsched run --platform platforms/terastal_4k.json --workload workloads/terastal_ar_social.json "
          "--policy mct\n"
          "hetsched run experiments/quickstart --point 12 -o results/one\n"
          "hetsched run experiments/heft --platform platforms/heft_2002.json --set "
          "platform.kinds.0.dispatch_time=\"1 ms\"",
          [](Arguments& arguments) -> Action {
            const auto options = std::make_shared<Options>();
            arguments.positional("EXPERIMENT", "experiment file, or its folder", options->study.experiment,
                                 Arguments::Need::optional);
            options->study.declare(arguments, "all");
            arguments.option("--point", "N", "which point of an experiment that has several, from 0", options->point);
            arguments.option("-o,--output", "DIR", "folder for the records (default: results/run)", options->output);
            arguments.flag("--dry-run", "only check, and print the run with every value resolved, as JSON",
                           options->dry_run);
            options->code.declare(arguments);
            return [options](const Strings& command_line) {
              options->study.one_seed = options->point.empty();  // points are counted with replicates
              return run(*options, command_line);
            };
          }};
}

}  // namespace hetsched
