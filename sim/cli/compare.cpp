#include "study/compare.hpp"

#include <filesystem>
#include <memory>

#include "base/files.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "record/summary.hpp"

namespace hetsched {
namespace {

struct Options {
  std::string study, output;
  Strings baseline, metrics;
  bool best_policy = false;
};

std::string unit_of(const std::string& metric) {
  std::string unit;
  for_each_field<RunSummary>([&](const auto& f) {
    if (f.name == metric) unit = f.about.unit;
  });
  return unit;
}

/// "x0.853 [0.812, 0.896]", "+1.2 ms [1.1 ms, 1.3 ms]", or "same" if no pair of runs differs.
std::string effect_text(const ComparisonRow& row, const std::string& unit) {
  if (row.effect == Effect::none || !row.value) return "-";
  const bool is_ratio = row.effect == Effect::ratio;
  if (*row.value == (is_ratio ? 1 : 0) && row.low == row.value && row.high == row.value) return "same";
  const auto shown = [&](double value) { return is_ratio ? number(value, 3) : quantity(value, unit); };
  std::string text = is_ratio ? "x" : (*row.value > 0 ? "+" : "");
  text += shown(*row.value);
  if (row.low && row.high) text += " [" + shown(*row.low) + ", " + shown(*row.high) + "]";
  return text;
}

/// One line per group, with the mean and the effect of each metric beside each other.
std::string table_of(const Comparison& comparison, const Strings& metrics) {
  std::vector<Table::Column> columns;
  for (const std::string& name : comparison.columns) columns.push_back({name, Table::Align::left});
  if (comparison.homogeneous) columns.push_back({"baseline", Table::Align::left});
  for (const std::string& metric : metrics) {
    columns.push_back({metric});
    columns.push_back({"vs baseline [95%]", Table::Align::left});
  }
  Table table(columns);
  Strings cells, before;
  std::size_t lines = 0;  // with the same first cell
  for (std::size_t i = 0; i < comparison.entries.size(); ++i) {
    const auto& [group, row] = comparison.entries[i];
    if (i % metrics.size() == 0) {
      // What is as in the line above is not repeated, up to the first column that differs.
      cells = group;
      for (std::size_t k = 0; k + 1 < group.size() && !before.empty() && group[k] == before[k]; ++k) cells[k].clear();
      const bool new_block = !before.empty() && !group.empty() && group.front() != before.front();
      if (new_block && lines > 1) table.add_gap();
      lines = new_block ? 1 : lines + 1;
      before = group;
      if (comparison.homogeneous) cells.push_back(row.baseline);
    }
    const std::string unit = unit_of(row.metric);
    cells.push_back(quantity(row.mean, unit));
    cells.push_back(effect_text(row, unit));
    if (cells.size() == columns.size()) table.add(cells);
  }
  return table.text();
}

Strings split_at_commas(const Strings& texts) {
  Strings parts;
  for (const std::string& text : texts)
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      if (end > begin) parts.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  return parts;
}

ExitCode run(const Options& options) {
  Problems problems;
  CompareOptions wanted = compare_options_of(options.study, problems);
  problems.throw_if_any();
  if (!options.baseline.empty()) {
    wanted.baseline.clear();
    wanted.homogeneous = false;
  }
  for (const std::string& text : options.baseline) wanted.baseline.push_back(parse_baseline(text, problems));
  if (!options.metrics.empty()) wanted.metrics = split_at_commas(options.metrics);
  wanted.best_policy = options.best_policy;
  problems.throw_if_any();
  const Comparison comparison = compare(options.study, wanted, problems);
  problems.throw_if_any();
  if (comparison.entries.empty()) {
    print("Nothing to compare: no run besides the baseline.\n");
  } else {
    Strings metrics;
    for (const auto& entry : comparison.entries) {
      const auto& first = comparison.entries.front();
      if (entry.group != first.group || entry.row.baseline != first.row.baseline) break;
      metrics.push_back(entry.row.metric);
    }
    print(table_of(comparison, metrics) + "\n");
  }
  for (const std::string& note : comparison.notes) print(wrapped(note, 0));
  if (!options.output.empty()) {
    write_file(options.output, to_csv(comparison));
    print("the same as CSV: " + options.output + "\n");
  }
  return ExitCode::ok;
}

}  // namespace

Command compare_command() {
  return {"compare",
          "Compare the runs of a sweep with a baseline, with 95% confidence intervals",
          "DIR [options]",
          "Runs are paired by seed. Without options, baseline and metrics are those that the experiment names.",
          "hetsched compare results/quickstart\n"
          "hetsched compare results/quickstart --baseline platform=4k_1xWS4096 --metric energy_j,latency_p99_s\n"
          "hetsched compare results/quickstart --best-policy -o comparison.csv",
          [](Arguments& arguments) -> Action {
            const auto options = std::make_shared<Options>();
            arguments.positional("DIR", "folder of a sweep, or its points.csv", options->study,
                                 Arguments::Need::required);
            arguments.list("--baseline", "COLUMN=VALUE",
                           "what baseline rows of points.csv have in a column; may be repeated", options->baseline);
            arguments.list("--metric", "NAME[,...]", "metric to compare; may be repeated", options->metrics);
            arguments.flag("--best-policy",
                           "keep only each side's best policy: least of the first metric, then of the next",
                           options->best_policy);
            arguments.option("-o,--output", "FILE", "write the comparison as CSV, too", options->output);
            return [options](const Strings&) { return run(*options); };
          }};
}

}  // namespace hetsched
