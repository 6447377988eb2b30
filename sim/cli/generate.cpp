#include <cmath>
#include <filesystem>
#include <memory>
#include <tuple>

#include "analysis/acceptance.hpp"
#include "analysis/task_set_files.hpp"
#include "base/files.hpp"
#include "base/units.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"

namespace hetsched {
namespace {

namespace fs = std::filesystem;
using analysis::Acceptance, analysis::Method, analysis::Shape, analysis::TaskSetSpec;

constexpr std::uint64_t kMostStreams = 10000, kMostSets = 1000000, kMostLayers = 10000;
constexpr double kPeriods = 10;  ///< of the longest stream, in the duration of a run

struct Options {
  std::string what, n, utilisation, periods, method, layers, shape, deadlines, jitter, seed, count, duration, output,
      acceptance;
};

/// The parts of "A:B", one or more.
Strings parts_of(const std::string& text) {
  Strings parts(1);
  for (const char c : text) {
    if (c == ':')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  for (std::string& part : parts) part = std::string(trimmed(part));
  return parts;
}

double part_value(std::string_view option, const std::string& text, double most) {
  const auto value = parse_decimal(text);
  if (value && *value >= 0 && *value <= most) return *value;
  throw InputError(std::string(option) + " must be " +
                   (most < 1e9 ? "from 0 to " + format_number(most) : "at least 0") + "; found " + in_quotes(text));
}

/// "A" or "A:B", by `value`.
template <class Value>
auto range_of(std::string_view option, const std::string& text, const Value& value) {
  const Strings parts = parts_of(text);
  if (parts.size() > 2) throw InputError(std::string(option) + " must be A or A:B; found " + in_quotes(text));
  const auto least = value(parts.front()), most = value(parts.back());
  if (most < least)
    throw InputError(std::string(option) + " must go from the least to the most; found " + in_quotes(text));
  return std::pair(least, most);
}

/// "A", "A:B" or "A:B:STEP"
std::vector<double> utilisations_of(const std::string& text, std::size_t n) {
  const auto value = [&](const std::string& part) { return part_value("--utilisation", part, static_cast<double>(n)); };
  const Strings parts = parts_of(text);
  if (parts.size() > 3) throw InputError("--utilisation must be U, A:B or A:B:STEP; found " + in_quotes(text));
  const double least = value(parts.front());
  if (parts.size() == 1) return {least};
  const double most = value(parts[1]), step = parts.size() == 3 ? value(parts[2]) : 0.05;
  if (!(step > 0) || most < least || (most - least) / step > 10000)
    throw InputError("--utilisation must go from the least to the most, in at most 10000 steps; found " +
                     in_quotes(text));
  std::vector<double> values;
  for (double k = 0; k <= std::floor((most - least) / step + 1e-9); ++k)
    values.push_back(std::round((least + k * step) * 1e12) / 1e12);
  return values;
}

TaskSetSpec spec_of(const Options& options) {
  TaskSetSpec spec;
  if (!options.n.empty()) spec.n = whole_number("--n", options.n, 1, kMostStreams);
  if (!options.periods.empty()) {
    std::tie(spec.least_period, spec.most_period) =
        range_of("--periods", options.periods, [](const std::string& part) { return time_value("--periods", part); });
    if (spec.least_period < 1e-6)
      throw InputError("--periods must be at least \"1 us\"; found " + in_quotes(options.periods));
  }
  if (!options.method.empty())
    spec.method = static_cast<Method>(one_of("--method", options.method, names_of<Method>()));
  if (!options.layers.empty())
    std::tie(spec.least_layers, spec.most_layers) = range_of("--layers", options.layers, [](const std::string& part) {
      return whole_number("--layers", part, 1, kMostLayers);
    });
  if (!options.shape.empty()) spec.shape = static_cast<Shape>(one_of("--shape", options.shape, names_of<Shape>()));
  if (!options.deadlines.empty())
    std::tie(spec.least_deadline, spec.most_deadline) = range_of(
        "--deadlines", options.deadlines, [](const std::string& part) { return part_value("--deadlines", part, 1); });
  if (!options.jitter.empty()) spec.jitter = part_value("--jitter", options.jitter, 1);
  if (!options.seed.empty()) spec.seed = whole_number("--seed", options.seed);
  return spec;
}

std::string padded(std::uint64_t number, std::uint64_t count) {
  const std::string digits = std::to_string(number);
  return std::string(std::to_string(count - 1).size() - digits.size(), '0') + digits;
}

std::string question(const TaskSetSpec& spec, std::uint64_t count) {
  return "How many deadlines do " + std::to_string(count) + " random sets of " + std::to_string(spec.n) +
         " streams of utilisation " + format_number(spec.utilisation) + " miss, rate-monotonically and under EDF?";
}

ExitCode write_sets(const Options& options, const TaskSetSpec& spec, std::uint64_t count) {
  const fs::path folder = options.output;
  if (fs::exists(folder) && !fs::is_empty(folder))
    throw InputError(options.output + " is not empty; choose another folder with -o DIR, or remove it");
  const double duration =
      options.duration.empty() ? kPeriods * spec.most_period : time_value("--duration", options.duration);
  Strings workloads;
  for (std::uint64_t number = 0; number < count; ++number) {
    const std::string name = "set_" + padded(number, count);
    const analysis::TaskSetFiles files =
        analysis::task_set_files(analysis::draw_task_set(spec, number), name, "models/", duration);
    for (const auto& [file, text] : files.models) write_file(folder / "models" / file, text);
    workloads.push_back(name + ".json");
    write_file(folder / workloads.back(), files.workload);
  }
  write_file(folder / "platform.json", analysis::task_set_platform());
  write_file(folder / "experiment.json", analysis::task_set_experiment("task_sets", question(spec, count), workloads));
  print(options.output + ": " + counted(count, "set") + " of " + counted(spec.n, "stream") +
        "; all of them are run by: hetsched sweep " + options.output + "\n");
  return ExitCode::ok;
}

ExitCode write_acceptance(const Options& options, TaskSetSpec spec, const std::vector<double>& utilisations,
                          std::uint64_t count) {
  Table table({{"utilisation"},
               {"RM, Liu and Layland"},
               {"RM, hyperbolic"},
               {"RM, response time"},
               {"EDF"},
               {"RM, between layers"},
               {"EDF, between layers"}});
  std::string csv = csv_header<Acceptance>();
  for (const double utilisation : utilisations) {
    spec.utilisation = utilisation;
    const Acceptance row = analysis::acceptance(spec, count);
    append_csv_row(csv, row);
    table.add({number(row.utilisation), percent(row.rm_liu_layland), percent(row.rm_hyperbolic),
               percent(row.rm_response_time), percent(row.edf), percent(row.rm_layers), percent(row.edf_layers)});
  }
  write_file(options.acceptance, csv);
  print("schedulable of " + counted(count, "set") + " of " + counted(spec.n, "stream") + "\n\n" + table.text());
  return ExitCode::ok;
}

ExitCode run(const Options& options) {
  (void)one_of("WHAT", options.what, {"taskset"});
  const TaskSetSpec given = spec_of(options);
  const std::vector<double> utilisations = utilisations_of(options.utilisation, given.n);
  if (options.output.empty() == options.acceptance.empty())
    throw InputError("give either -o DIR, for files of the sets, or --acceptance FILE; see hetsched generate --help");
  if (!options.acceptance.empty()) {
    if (!options.duration.empty()) throw InputError("--duration is for -o DIR only");
    return write_acceptance(options, given, utilisations,
                            options.count.empty() ? 1000 : whole_number("--count", options.count, 1, kMostSets));
  }
  if (utilisations.size() > 1) throw InputError("--utilisation A:B is for --acceptance only; -o DIR takes one");
  TaskSetSpec spec = given;
  spec.utilisation = utilisations.front();
  return write_sets(options, spec, options.count.empty() ? 1 : whole_number("--count", options.count, 1, kMostSets));
}

}  // namespace

Command generate_command() {
  return {
      "generate",
      "Draw random sets of periodic streams, or the part of them that is schedulable",
      "taskset --utilisation U [options] -o DIR\ntaskset --utilisation A:B[:STEP] [options] --acceptance FILE",
      "DIR gets a workload and its models for each set, a platform of one accelerator, and an experiment that runs "
      "all. "
      "Times of requests are divided among layers at random. --acceptance writes as CSV which part of the sets passes "
      "the tests of hetsched analyse: preempted anywhere, as in the literature, and between layers, as here.",
      "hetsched generate taskset --n 10 --utilisation 0.7 --periods \"10 ms:1 s\" --count 100 -o results/sets\n"
      "hetsched generate taskset --n 10 --utilisation 0.5:1 --count 1000 --acceptance acceptance.csv",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("WHAT", "taskset", options->what, Arguments::Need::required);
        arguments.option("--n", "N", "streams of a set (default: 10)", options->n);
        arguments.option("--utilisation", "U", "sum over streams of time / period; A:B[:STEP] with --acceptance",
                         options->utilisation, Arguments::Need::required);
        arguments.option("--method", "NAME",
                         "uunifast, uunifast_discard (default: none above 1), randfixedsum (the same, for any sum)",
                         options->method);
        arguments.option("--periods", "A:B", "log-uniform between (default: \"10 ms:1 s\")", options->periods);
        arguments.option("--deadlines", "A:B",
                         "part of the way from a request's time to its period, uniform (default: 1, the period)",
                         options->deadlines);
        arguments.option("--jitter", "PART", "release jitter, as a part of the period (default: 0)", options->jitter);
        arguments.option("--layers", "A:B", "layers of a model, uniform (default: 1:10)", options->layers);
        arguments.option("--shape", "NAME",
                         "chain (default), or layered: ranks of layers, each on some of the last rank", options->shape);
        arguments.option("--seed", "N", "seed of all random numbers (default: 1)", options->seed);
        arguments.option("--count", "N", "sets (default: 1; with --acceptance 1000 for each utilisation)",
                         options->count);
        arguments.option("--duration", "TIME", "of the workloads (default: 10 of the longest periods)",
                         options->duration);
        arguments.option("-o,--output", "DIR", "folder to write", options->output);
        arguments.option("--acceptance", "FILE", "CSV file to write", options->acceptance);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
