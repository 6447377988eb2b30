#include <memory>

#include "analysis/stream_bounds.hpp"
#include "base/files.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/study_arguments.hpp"

namespace hetsched {
namespace {

using analysis::AcceleratorTests, analysis::Analysis, analysis::StreamBound;
using Align = Table::Align;

struct Options {
  StudyArguments study;
  std::string point, csv;
};

std::string verdict_of(const StreamBound& row) {
  return std::string(name_of(row.verdict)) + (row.why.empty() ? "" : ": " + row.why);
}

void print_streams(const Analysis& found) {
  Table table({{"stream", Align::left},
               {"accelerator", Align::left},
               {"time"},
               {"period", Align::right, "-"},
               {"jitter", Align::right, "0 s"},
               {"utilisation"},
               {"blocking"},
               {"bound"},
               {"deadline", Align::right, "-"},
               {"deadlines are", Align::left}});
  for (const StreamBound& row : found.streams)
    table.add({row.stream, row.accelerator.empty() ? "-" : row.accelerator, quantity(row.time, "s"),
               quantity(row.period, "s"), quantity(row.jitter, "s"), percent(row.utilisation),
               quantity(row.blocking, "s"), quantity(row.bound, "s"), quantity(row.deadline, "s"), verdict_of(row)});
  print(table.text());
}

std::string said(std::optional<bool> passed) { return !passed ? "not for these" : *passed ? "passed" : "not passed"; }

void print_tests(const AcceleratorTests& row, analysis::Order order) {
  print("\n" + row.accelerator + ": " + percent(row.tests.utilisation) + " used by " + counted(row.streams, "stream"));
  if (order == analysis::Order::edf)
    print("; utilisation at most 1: " + said(row.tests.edf) + "; demand bound: " + said(row.demand) + "\n");
  else
    print("; rate-monotonic, Liu and Layland's limit " + percent(analysis::liu_layland_limit(row.streams)) + ": " +
          said(row.tests.liu_layland) + "; hyperbolic bound: " + said(row.tests.hyperbolic) + "\n");
}

ExitCode run(Options& options) {
  if (options.study.experiment.empty() && options.study.policy.empty()) options.study.policy = "fp";
  const Catalog catalog = options.study.catalog();
  const Study study = options.study.load(catalog);
  const std::size_t point = options.point.empty() ? 0 : whole_number("--point", options.point, 0, study.size() - 1);
  const Scenario scenario = study.resolve(point);
  const analysis::Order order = analysis::order_of(scenario.policy);
  Problems problems;
  const Tables tables = Tables::build(scenario, problems);
  problems.throw_if_any();
  const Analysis found = analysis::analyse(scenario, tables, order);
  print_streams(found);
  for (const AcceleratorTests& row : found.accelerators) print_tests(row, order);
  if (!options.csv.empty()) {
    std::string csv = csv_header<StreamBound>();
    for (const StreamBound& row : found.streams) append_csv_row(csv, row);
    write_file(options.csv, csv);
  }
  return ExitCode::ok;
}

}  // namespace

Command analyse_command() {
  return {
      "analyse",
      "Bound the response times of streams, without simulation",
      "--platform FILE --workload FILE [options]\nEXPERIMENT [options]",
      "Bounds hold for every release pattern that a stream allows (periodic, traces, bursts; jitter), under policies "
      "fp "
      "and edf as they are: requests overtake each other between tasks. They are for streams that one accelerator "
      "alone "
      "can run, and for costs as predicted. Where there is none, the table says why. Utilisation tests are sufficient, "
      "for deadlines that are periods.",
      "hetsched analyse --platform platforms/jetson_orin_nano.json --workload workloads/perception.json --policy edf\n"
      "hetsched analyse --platform PLATFORM --workload WORKLOAD --policy fp:assignment=rm --csv bounds.csv",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("EXPERIMENT", "experiment file, or its folder", options->study.experiment,
                             Arguments::Need::optional);
        arguments.option("--platform", "FILE", "platform file", options->study.platform);
        arguments.option("--workload", "FILE", "workload file", options->study.workload);
        arguments.option("--policy", "NAME", "fp (default), fp:assignment=rm, fp:assignment=dm or edf",
                         options->study.policy);
        arguments.list("--set", "PATH=VALUE", "change a value, as in hetsched run", options->study.settings);
        arguments.option("--point", "N", "which point of an experiment that has several (default: 0)", options->point);
        arguments.option("--csv", "FILE", "write all columns and digits there, too", options->csv);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
